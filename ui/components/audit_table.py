"""The entries as a table, a page at a time; one opens beside it."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from hashlib import sha256
from uuid import UUID

import streamlit as st
from streamlit.elements.arrow import DataframeStateInput

from core.audit.types import AuditEntry, AuditFilter, AuditPage
from core.audit.words import in_words, who, whom
from ui.components.audit_view import View, show
from ui.components.audit_words import FACE_WORDS
from ui.components.page_buttons import page_buttons

PAGE_SIZE = 25
_HEIGHT, _ROW_HEIGHT, _FRAME = 945, 35, 3


def audit_table(view: View, page: AuditPage) -> None:
    """The page's entries, and the way to older ones."""
    if not page.entries:
        _nothing(view)
        return
    ids = tuple(each.id for each in page.entries)
    key = _key(ids)
    st.session_state[key] = _selection(ids, view.entry)
    st.dataframe(
        [_cells(each) for each in page.entries],
        key=key,
        height=min(_HEIGHT, _ROW_HEIGHT * (len(ids) + 1) + _FRAME),
        hide_index=True,
        placeholder="",
        on_select=partial(_selected, view, key, ids),
        selection_mode=["single-row", "single-cell"],
        column_config={
            "At": st.column_config.DatetimeColumn(
                format="YYYY-MM-DD HH:mm:ss", timezone="UTC", width=168
            ),
            "Who": st.column_config.TextColumn(width=130),
            "What": st.column_config.TextColumn(width=280),
            "To": st.column_config.TextColumn(
                width=150, help="Whom or what it was done to; of an id the last part"
            ),
            "From": st.column_config.TextColumn(width=200),
        },
        alt="What was done, when, by whom, to whom or what, and from where",
    )
    _turn_pages(view, page)


def _turn_pages(view: View, page: AuditPage) -> None:
    last = view.first + len(page.entries) - 1
    ways = {
        "Newest": View(view.filter) if view.cursor is not None else None,
        "Older": View(view.filter, page.next, last + 1) if page.next is not None else None,
    }
    rest = "" if view.entry else " A click on a row opens it."
    place = f"{view.first:,} to {last:,}, newest first; times are UTC.{rest}"
    page_buttons("audit", ways, show, place)


def _nothing(view: View) -> None:
    """Why the table is empty, and what to do."""
    if view.cursor is not None:
        st.info("This page of the log is empty by now.", icon=":material/inbox:")
        st.button("Newest", key="audit-newest", on_click=show, args=(View(view.filter),))
    elif view.filter == AuditFilter():
        st.info(
            "Nothing yet: sign-ins, changes of people, keys and settings, reviews and exports "
            "are noted here as they happen.",
            icon=":material/inbox:",
        )
    else:
        st.info("Nothing matches these filters.", icon=":material/filter_alt_off:")
        st.button("Show everything", key="audit-everything", on_click=show, args=(View(),))


def _cells(entry: AuditEntry) -> dict[str, object]:
    return {
        "At": entry.at,
        "Who": who(entry),
        "What": in_words(entry),
        "To": whom(entry),
        "From": ", ".join(filter(None, (entry.address, FACE_WORDS[entry.face]))),
    }


def _key(ids: Sequence[UUID]) -> str:
    """Other rows are another table: a mark must never pass to another entry."""
    return f"audit-table-{sha256(repr(ids).encode()).hexdigest()[:16]}"


def _selection(ids: Sequence[UUID], opened: UUID | None) -> DataframeStateInput:
    rows = [ids.index(opened)] if opened in ids else []
    return {"selection": {"rows": rows, "cells": []}}


def _selected(view: View, key: str, ids: Sequence[UUID]) -> None:
    """A click anywhere in a row opens it; a second one on its mark closes it."""
    selection = st.session_state[key].selection
    rows = [row for row, _ in selection.cells] or selection.rows
    chosen = ids[rows[0]] if rows else None
    if chosen != view.entry:
        show(replace(view, entry=chosen))
