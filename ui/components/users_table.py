"""The users as a table, a page at a time; one opens beside it, ticked ones change at once."""

from dataclasses import replace
from functools import partial
from hashlib import sha256
from uuid import UUID

import streamlit as st

from core.accounts.people_types import PeoplePage, Person
from core.accounts.types import UserInfo, UserState
from ui.components.page_buttons import page_buttons
from ui.components.users_filters import ORDERS
from ui.components.users_view import Show, View, show
from ui.text import ago

PAGE_SIZE = 50
_HEIGHT, _ROW_HEIGHT, _FRAME = 620, 35, 3
_OPEN = "\u2007"
"""The head of the column that marks the open row: a blank, as each head must be another."""


def users_table(view: View, page: PeoplePage) -> None:
    if not page.people:
        _nothing(view)
        return
    ids = _ids(page)
    key = _table_key(ids)
    _let_go(key)
    marked = view.user in ids
    st.dataframe(
        [
            ({_OPEN: "▸" if each.user.id == view.user else ""} if marked else {}) | _cells(each)
            for each in page.people
        ],
        key=key,
        height=min(_HEIGHT, _ROW_HEIGHT * (len(ids) + 1) + _FRAME),
        hide_index=True,
        on_select=partial(_selected, view, key, ids),
        selection_mode=["multi-row", "single-cell"],
        column_config={
            _OPEN: st.column_config.TextColumn(width=30),
            "Name": st.column_config.TextColumn(width=150),
            "Role": st.column_config.TextColumn(width=75),
            "State": st.column_config.TextColumn(width=85),
            "Last seen": st.column_config.TextColumn(width=90),
            "Signs in with": st.column_config.TextColumn(width=105),
            "Runs": st.column_config.NumberColumn(
                width=55, format="localized", help="Over the last 30 days"
            ),
            "Since": st.column_config.DateColumn(format="YYYY-MM-DD"),
        },
        alt="Users with role, state, last visit, way to sign in and runs",
    )
    _turn_pages(view, page)


def ticked(page: PeoplePage) -> tuple[UserInfo, ...]:
    """The people ticked in the table."""
    state = st.session_state.get(_table_key(_ids(page)))
    rows = sorted(state.selection.rows) if state else []
    return tuple(page.people[row].user for row in rows if row < len(page.people))


def signs_in_with(user: UserInfo, identity: bool) -> str:
    if user.state in {UserState.DEMO, UserState.ERASED}:
        return "not at all"
    ways = ["password"] * user.has_password + ["single sign-on"] * identity
    return ", ".join(ways) or "nothing yet"


def _cells(person: Person) -> dict[str, object]:
    user = person.user
    return {
        "Name": user.username,
        "Role": str(user.role),
        "State": str(user.state),
        "Last seen": ago(user.last_seen_at),
        "Signs in with": signs_in_with(user, person.identity),
        "Runs": person.runs,
        "Since": user.created_at,
    }


def _turn_pages(view: View, page: PeoplePage) -> None:
    last = view.first + len(page.people) - 1
    following = replace(view, cursor=page.next, first=last + 1)
    ways = {
        "First page": view.first_page if view.cursor is not None else None,
        "Next": following if page.next is not None else None,
    }
    noun = "user" if page.total == 1 else "users"
    place = (
        f"{view.first:,} to {last:,} of {page.total:,} {noun}, {ORDERS[view.order]}. "
        "A click on a row opens it; ticks choose several."
    )
    page_buttons("users", ways if any(ways.values()) else {}, show, place)


def _nothing(view: View) -> None:
    if view.cursor is not None:
        st.info("This page of the list is empty by now.", icon=":material/inbox:")
        st.button("First page", key="users-first", on_click=show, args=(view.first_page,))
        return
    st.info("Nobody matches these filters.", icon=":material/filter_alt_off:")
    with st.container(horizontal=True):
        st.button("Show everybody", key="users-everybody", on_click=show, args=(View(),))
        st.button("Add a user", key="users-add", on_click=show, args=(View(show=Show.NEW),))


def _ids(page: PeoplePage) -> tuple[UUID, ...]:
    return tuple(each.user.id for each in page.people)


def _table_key(ids: tuple[UUID, ...]) -> str:
    """Other rows are another table: a tick must never pass to somebody else."""
    return f"users-table-{sha256(repr(ids).encode()).hexdigest()[:16]}"


def _let_go(key: str) -> None:
    """Forget the cell that was clicked, so that it can be clicked again; ticks stay."""
    state = st.session_state.get(key)
    if state and state.selection.cells:
        rows = list(state.selection.rows)
        st.session_state[key] = {"selection": {"rows": rows, "cells": []}}


def _selected(view: View, key: str, ids: tuple[UUID, ...]) -> None:
    """A click into a row opens it, a second one closes it; a tick does neither."""
    cells = st.session_state[key].selection.cells
    if cells:
        chosen = ids[cells[0][0]]
        show(view.beside(None if chosen == view.user else chosen))
