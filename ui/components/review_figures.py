"""The figures over the table: what each counts, out of how many, and how it has changed."""

from collections.abc import Callable

import streamlit as st

from core.review.criteria import period_before
from core.review.types import Header, Kpis
from ui.components.review_charts_draw import draw
from ui.components.review_charts_ratings import ratings_chart
from ui.components.review_period import period_words
from ui.components.review_view import View

_BARS_HEIGHT, _BARS_WIDTH = 112, 200
_FIGURE_WIDTH = 126


def figures(header: Header, view: View) -> None:
    """Six figures with their n and the change against the equally long period before."""
    kpis, interval = header.current, header.positive_interval
    within = f"{100 * interval.low:.0f}–{interval.high:.0%}, " if interval else ""
    rated = f"n = {kpis.rated:,}"
    with st.container(horizontal=True):
        _figure(
            "Rated", f"{kpis.rated:,}", "ratings", _change(header, lambda k: k.rated, _relative)
        )
        _figure(
            "Coverage",
            _share(kpis.coverage),
            f"{kpis.rated_runs:,} of {kpis.runs:,} runs",
            _change(header, lambda k: k.coverage, _points),
            help="Runs with a rating among all runs of that period, task, model and user.",
        )
        _figure(
            "Positive",
            _share(kpis.positive_share),
            f"{within}{rated}",
            _change(header, lambda k: k.positive_share, _points),
            help="The share of ratings of 4 and 5, with its 95% interval.",
        )
        _figure(
            "Mean rating",
            "–" if kpis.mean_rating is None else f"{kpis.mean_rating:.2f}",
            f"of 5, {rated}",
            _change(header, lambda k: k.mean_rating, _difference),
        )
        _figure("Raters", f"{kpis.raters:,}", rated, _change(header, lambda k: k.raters, _relative))
        _figure(
            "Untriaged",
            f"{kpis.untriaged:,}",
            f"of {kpis.rated:,}",
            _change(header, lambda k: k.untriaged, _relative),
            neutral=True,
            help="Ratings whose status is new.",
        )
        with st.container(width=_BARS_WIDTH):
            draw(view, ratings_chart(kpis), _BARS_HEIGHT)
    earlier = period_before(view.filter)
    compared = (
        f"changes are against {period_words(earlier)}"
        if earlier
        else "choose a first and a last day to see changes against the days before"
    )
    st.caption(f"Figures for {period_words(view.filter)}; {compared}.")


def _figure(
    label: str,
    value: str,
    of: str,
    change: str | None,
    *,
    neutral: bool = False,
    help: str | None = None,
) -> None:
    flat = change is not None and not set(change) & set("123456789")
    with st.container(width=_FIGURE_WIDTH, gap=None):
        st.metric(
            label,
            value,
            "unchanged" if flat else change,
            delta_color="off" if neutral or flat else "normal",
            delta_arrow="off" if flat else "auto",
            help=help,
        )
        st.caption(of)


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


def _change(
    header: Header, of: Callable[[Kpis], float | None], words: Callable[[float, float], str]
) -> str | None:
    """None where one of the periods has no such figure."""
    if header.previous is None:
        return None
    now, before = of(header.current), of(header.previous)
    return None if now is None or before is None else words(now, before)


def _relative(now: float, before: float) -> str:
    """In percent; in pieces where there were none before."""
    return f"{now / before - 1:+.0%}" if before else f"{now:+,.0f}"


def _points(now: float, before: float) -> str:
    return f"{100 * (now - before):+.0f} points"


def _difference(now: float, before: float) -> str:
    return f"{now - before:+.2f}"
