"""One line for each phrase: what verdicts say of its boxes, and the cut that they advise."""

from collections.abc import Sequence
from functools import partial
from hashlib import sha256

import streamlit as st
from streamlit.elements.arrow import DataframeStateInput
from streamlit.elements.lib.column_types import ColumnConfig

from core.quality.types import LEAST_VERDICTS, PhraseQuality
from core.review.filters import to_query
from ui.components.quality_view import choose, chosen
from ui.components.review_view import View

_HEIGHT, _ROW_HEIGHT, _FRAME = 460, 35, 3


def phrases_table(view: View, phrases: Sequence[PhraseQuality]) -> None:
    """The phrase that the address names is ticked; another tick goes to the address."""
    key = _key(view, phrases)
    ticked = [
        place for place, each in enumerate(phrases) if chosen(view.filter, each.model, each.phrase)
    ][:1]
    selection: DataframeStateInput = {"selection": {"rows": ticked, "cells": []}}
    st.session_state[key] = selection
    st.dataframe(
        [_cells(each) for each in phrases],
        key=key,
        height=min(_HEIGHT, _ROW_HEIGHT * (len(phrases) + 1) + _FRAME),
        hide_index=True,
        placeholder="–",
        on_select=partial(_ticked, view, key, phrases),
        selection_mode=["single-row", "single-cell"],
        column_config=_COLUMNS,
        alt="Phrases with verdicts by kind, precision, default and advised cut",
    )
    few = sum(each.judged < LEAST_VERDICTS for each in phrases)
    have = "has" if few == 1 else "have"
    rest = f" {few} {have} fewer than {LEAST_VERDICTS} verdicts: no advice." if few else ""
    noun = "phrase" if len(phrases) == 1 else "phrases"
    st.caption(f"{len(phrases)} {noun}; a click opens the advice on one.{rest}")


def _ticked(view: View, key: str, phrases: Sequence[PhraseQuality]) -> None:
    told = st.session_state[key].selection
    rows = [row for row, _ in told.cells] or told.rows
    row = phrases[rows[0]] if rows else None
    choose(view, row.model if row else "", row.phrase if row else None)


def _key(view: View, phrases: Sequence[PhraseQuality]) -> str:
    """Other rows are another table."""
    names = [(each.model, each.phrase) for each in phrases]
    told = f"{sorted(to_query(view.filter).items())} {names}"
    return f"quality-table-{sha256(told.encode()).hexdigest()[:16]}"


def _cells(phrase: PhraseQuality) -> dict[str, object]:
    interval = phrase.interval
    own = " (own)" if phrase.own else ""
    return {
        "Phrase": phrase.phrase,
        "Model": phrase.model,
        "Judged": phrase.judged,
        "Precision": None if phrase.precision is None else 100 * phrase.precision,
        "Advised": phrase.advised,
        "Default": "–" if phrase.current is None else f"{phrase.current:.2f}{own}",
        "95 %": f"{100 * interval.low:.0f} to {100 * interval.high:.0f} %" if interval else None,
        "Right": phrase.right,
        "Loose": phrase.loose,
        "Wrong label": phrase.wrong_label,
        "Absent": phrase.absent,
        "Missed": phrase.missed,
    }


def _count(width: int, help: str | None = None) -> ColumnConfig:
    return st.column_config.NumberColumn(format="localized", width=width, help=help)


_COLUMNS = {
    "Phrase": st.column_config.TextColumn(width=140),
    "Model": st.column_config.TextColumn(width=90),
    "Judged": _count(65, "Verdicts on boxes"),
    "Precision": st.column_config.NumberColumn(
        format="%.0f %%", width=75, help="Right and loose boxes among all boxes judged"
    ),
    "95 %": st.column_config.TextColumn(width=90, help="Wilson's interval of the precision"),
    "Default": st.column_config.TextColumn(
        width=85, help="The score from which boxes are shown where none is stated"
    ),
    "Advised": st.column_config.NumberColumn(
        format="%.2f", width=75, help="The lowest score that gives the wanted precision"
    ),
    "Right": _count(60),
    "Loose": _count(60),
    "Wrong label": _count(90),
    "Absent": _count(65),
    "Missed": _count(65, "Drawn by hand as missed; they count for no precision"),
}
