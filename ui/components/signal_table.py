"""What people did with each model's runs without saying anything, as a small table."""

from collections.abc import Sequence
from datetime import date

import streamlit as st

from core.permissions import Actor
from core.signals.types import ModelSignals, SignalKind
from ui.resources import workbench

_COLUMNS = {
    SignalKind.STOPPED: ("Stopped early", "Its owner stopped it while it was written"),
    SignalKind.REGENERATED: (
        "Regenerated",
        "Its owner had it written again, as it was or with another prompt or other settings",
    ),
    SignalKind.ABANDONED: (
        "Abandoned",
        "Its owner began something else within a minute of its end, and neither rated, judged, "
        "copied nor downloaded it, nor went on from it",
    ),
    SignalKind.COPIED: ("Copied", "Its owner copied the text"),
    SignalKind.DOWNLOADED: ("Downloaded", "Its owner took it away as a file"),
}


def signal_table(
    actor: Actor, since: date | None = None, until: date | None = None, demo: bool | None = None
) -> None:
    """Counts and shares of the runs begun on these days (UTC, both included), by model."""
    found = workbench().signals.per_model(actor, since, until, demo)
    if not found:
        st.caption("No runs in these days.")
        return
    st.dataframe(
        _rows(found),
        hide_index=True,
        column_config={
            "Runs": st.column_config.NumberColumn(
                help="All runs of the model, those made through the API included",
                format="localized",
            )
        }
        | {name: st.column_config.TextColumn(help=words) for name, words in _COLUMNS.values()},
    )
    st.caption(
        "How many of a model's runs, and which share of all its runs. What programs do through "
        "the API gives no signals."
    )


def _rows(found: Sequence[ModelSignals]) -> dict[str, list[str] | list[int]]:
    rows: dict[str, list[str] | list[int]] = {
        "Model": [f"{each.model} {each.revision[:8]}".strip() for each in found],
        "Runs": [each.runs for each in found],
    }
    for kind, (name, _) in _COLUMNS.items():
        rows[name] = [_cell(each, kind) for each in found]
    return rows


def _cell(each: ModelSignals, kind: SignalKind) -> str:
    number = each.counts.get(kind, 0)
    return f"{number:,} ({each.share(kind):.1%})" if number else "0"
