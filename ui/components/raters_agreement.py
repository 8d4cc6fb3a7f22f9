"""How far raters agree, as a number with its interval and what it stands on."""

import streamlit as st

from core.raters.agreement import Agreement
from core.raters.types import RatersReport

_HELP = (
    "Krippendorff's alpha for ordered ratings: 1 where all agree, 0 where they do so by chance. "
    "Runs with two or more ratings count. Often asked for: .8 for firm conclusions, .667 for "
    "tentative ones (Krippendorff). Interval: 95 %, over resampled runs."
)


def agreement_figures(report: RatersReport, *, filtered: bool) -> None:
    """Alpha overall and, where a filter is set, under it."""
    with st.container(horizontal=True):
        if filtered:
            _figure("Agreement, filtered", report.agreement)
        _figure("Agreement, all ratings", report.overall)
        shared = [each for each in report.raters if each.severity]
        with st.container(width=200, gap=None):
            st.metric("Raters", f"{len(report.raters):,}")
            st.caption(f"{len(shared):,} share runs with others")


def _figure(label: str, found: Agreement) -> None:
    with st.container(width=270, gap=None):
        st.metric(label, "–" if found.alpha is None else f"{found.alpha:.2f}", help=_HELP)
        st.caption(_about(found))


def _about(found: Agreement) -> str:
    if not found.runs:
        return "no run has two ratings"
    stands_on = f"{found.runs:,} runs, {found.ratings:,} ratings"
    if found.alpha is None:
        return f"all ratings are the same; {stands_on}"
    if found.interval is None:
        return stands_on
    return f"{found.interval.low:.2f} to {found.interval.high:.2f}, {stands_on}"
