"""The library as a table; one prompt opens beside it."""

from collections.abc import Sequence
from functools import partial
from hashlib import sha256
from uuid import UUID

import streamlit as st
from streamlit.elements.arrow import DataframeStateInput

from core.prompts.types import Prompt
from ui.components.prompts_view import Show, View, show

_HEIGHT, _ROW_HEIGHT, _FRAME = 620, 35, 3


def prompts_table(view: View, prompts: Sequence[Prompt]) -> None:
    if not prompts:
        st.info(
            "Nothing is archived. What you archive leaves the library and can be restored here.",
            icon=":material/inbox:",
        )
        return
    ids = tuple(each.id for each in prompts)
    key = _key(ids)
    st.session_state[key] = _selection(ids, view.prompt)
    st.dataframe(
        [_cells(each) for each in prompts],
        key=key,
        height=min(_HEIGHT, _ROW_HEIGHT * (len(ids) + 1) + _FRAME),
        hide_index=True,
        placeholder="",
        on_select=partial(_selected, view, key, ids),
        selection_mode=["single-row", "single-cell"],
        column_config={
            "Name": st.column_config.TextColumn(width=200),
            "Whose": st.column_config.TextColumn(width=110),
            "Version": st.column_config.NumberColumn(width=70, help="The newest one's number"),
            "Uses": st.column_config.NumberColumn(
                width=60, help="Runs made from it, by anybody, in all its versions"
            ),
            "Rating": st.column_config.NumberColumn(
                format="%.1f ★", width=75, help="The mean of what these runs were rated, 1 to 5"
            ),
            "Ratings": st.column_config.NumberColumn(
                width=70, help="Of how many ratings it is the mean"
            ),
            "What it is for": st.column_config.TextColumn(width="large"),
        },
        alt="Prompts with whose they are, newest version, uses and mean rating",
    )
    st.caption(_counted(view, prompts))


def whose(prompt: Prompt) -> str:
    if not prompt.own:
        return prompt.owner or "built in"
    return "you, shared" if prompt.shared else "you"


def _cells(prompt: Prompt) -> dict[str, object]:
    return {
        "Name": prompt.name,
        "Whose": whose(prompt),
        "Version": prompt.newest.number,
        "Uses": prompt.uses,
        "Rating": prompt.rating,
        "Ratings": prompt.ratings,
        "What it is for": prompt.description,
    }


def _counted(view: View, prompts: Sequence[Prompt]) -> str:
    noun = "prompt" if len(prompts) == 1 else "prompts"
    if view.archived:
        return f"{len(prompts)} archived {noun}. A click on a row opens it."
    own = sum(each.own for each in prompts)
    yours = f"{own} of them yours" if own else "none of them yours yet: make one, or copy one"
    return f"{len(prompts)} {noun}, {yours}. A click on a row opens it."


def _key(ids: Sequence[UUID]) -> str:
    """Other rows are another table: a mark must never pass to another prompt."""
    return f"prompts-table-{sha256(repr(ids).encode()).hexdigest()[:16]}"


def _selection(ids: Sequence[UUID], chosen: UUID | None) -> DataframeStateInput:
    rows = [ids.index(chosen)] if chosen in ids else []
    return {"selection": {"rows": rows, "cells": []}}


def _selected(view: View, key: str, ids: Sequence[UUID]) -> None:
    """A click anywhere in a row opens it; a second one on its mark closes it.

    The table also tells of the row it was given; that must not end an edit of it.
    """
    selection = st.session_state[key].selection
    rows = [row for row, _ in selection.cells] or selection.rows
    chosen = ids[rows[0]] if rows else None
    if chosen != view.prompt:
        show(View(chosen, Show.ARCHIVED if view.archived else None))
