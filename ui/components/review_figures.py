"""The figures over the table: what each counts, out of how many, and how it has changed."""

from collections.abc import Callable

import streamlit as st

from core.review.criteria import period_before
from core.review.types import FeedbackFilter, Header, Kpis
from ui.components.review_period import period_words

_BARS_HEIGHT = 130


def figures(header: Header, filter: FeedbackFilter) -> None:
    """Six figures with their n and the change against the equally long period before."""
    kpis, interval = header.current, header.positive_interval
    within = f"95 % interval {interval.low:.0%} to {interval.high:.0%}, " if interval else ""
    rated = f"n = {kpis.rated:,}"
    with st.container(horizontal=True):
        _figure(
            "Rated", f"{kpis.rated:,}", "ratings", _change(header, lambda k: k.rated, _relative)
        )
        _figure(
            "Coverage",
            _share(kpis.coverage),
            f"{kpis.rated_runs:,} of {kpis.runs:,} runs rated",
            _change(header, lambda k: k.coverage, _points),
        )
        _figure(
            "Positive",
            _share(kpis.positive_share),
            f"4 or 5; {within}{rated}",
            _change(header, lambda k: k.positive_share, _points),
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
            f"status new, {rated}",
            _change(header, lambda k: k.untriaged, _relative),
            neutral=True,
        )
        _distribution(kpis)
    earlier = period_before(filter)
    compared = (
        f"changes are against {period_words(earlier)}"
        if earlier
        else "choose a first and a last day to see changes against the days before"
    )
    st.caption(
        f"Figures for {period_words(filter)}; {compared}. "
        "Coverage counts all runs of that period, task, model and user."
    )


def _figure(label: str, value: str, of: str, change: str | None, *, neutral: bool = False) -> None:
    flat = change is not None and not set(change) & set("123456789")
    with st.container(width=150, gap=None):
        st.metric(
            label,
            value,
            "unchanged" if flat else change,
            delta_color="off" if neutral or flat else "normal",
            delta_arrow="off" if flat else "auto",
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


def _distribution(kpis: Kpis) -> None:
    """How many of each rating, as bars; the number stands in the label, in both themes."""
    if not kpis.rated:
        return
    bars = [
        {"rating": f"{stars} ★  {count:,}", "stars": stars, "ratings": count}
        for stars, count in enumerate(kpis.by_rating, start=1)
    ]
    order = {"field": "stars", "order": "descending"}
    spec = {
        "data": {"values": bars},
        "height": _BARS_HEIGHT,
        "mark": {"type": "bar", "tooltip": True},
        "encoding": {
            "x": {"field": "ratings", "type": "quantitative", "axis": None},
            "y": {
                "field": "rating",
                "type": "nominal",
                "sort": order,
                "title": None,
                "axis": {"labelOverlap": False, "ticks": False, "domain": False},
            },
        },
    }
    said = "; ".join(str(bar["rating"]) for bar in bars)
    with st.container(width=280):
        st.vega_lite_chart(None, spec, width="stretch", alt=f"How many of each rating: {said}")
