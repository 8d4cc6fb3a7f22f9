"""The figures over the table as data: how each is said, and how its change is."""

from collections.abc import Callable
from dataclasses import dataclass

from core.review.types import Header, Interval, Kpis


@dataclass(frozen=True)
class Kind:
    label: str
    of: Callable[[Kpis], float | None]
    said: Callable[[float], str]
    changed: Callable[[float, float], str]
    n: Callable[[Kpis], str]
    """Out of how many."""
    help: str
    interval: Callable[[Header], str] = lambda _: ""
    neutral: bool = False
    """Whether more is neither better nor worse."""

    def value(self, kpis: Kpis) -> str:
        figure = self.of(kpis)
        return "–" if figure is None else self.said(figure)

    def change(self, header: Header) -> str | None:
        """Against the period that is compared with; None where one has no such figure."""
        if header.previous is None:
            return None
        now, before = self.of(header.current), self.of(header.previous)
        return None if now is None or before is None else self.changed(now, before)

    def about(self, header: Header) -> str:
        """What it is, and what it was in the period that is compared with."""
        if header.previous is None:
            return self.help
        before = f"{self.value(header.previous)} ({self.n(header.previous)})"
        return f"{self.help} Compared with {before}."


def _count(number: float) -> str:
    return f"{number:,.0f}"


def _percent(share: float) -> str:
    return f"{share:.0%}"


def _relative(now: float, before: float) -> str:
    """In percent; in pieces where there were none before."""
    return f"{now / before - 1:+.0%}" if before else f"{now:+,.0f}"


def _points(now: float, before: float) -> str:
    return f"{100 * (now - before):+.0f} points"


def _difference(now: float, before: float) -> str:
    return f"{now - before:+.2f}"


def _rated(kpis: Kpis) -> str:
    return f"n = {kpis.rated:,}"


def _percents(interval: Interval | None) -> str:
    return f"{100 * interval.low:.0f}–{interval.high:.0%}, " if interval else ""


def _stars(interval: Interval | None) -> str:
    return f"{interval.low:.2f}–{interval.high:.2f}, " if interval else ""


KINDS = (
    Kind(
        "Rated",
        lambda kpis: kpis.rated,
        _count,
        _relative,
        lambda kpis: "ratings",
        "How many ratings match.",
    ),
    Kind(
        "Coverage",
        lambda kpis: kpis.coverage,
        _percent,
        _points,
        lambda kpis: f"{kpis.rated_runs:,} of {kpis.runs:,} runs",
        "Runs with a rating among all runs of that period, task, model and user.",
    ),
    Kind(
        "Positive",
        lambda kpis: kpis.positive_share,
        _percent,
        _points,
        _rated,
        "The share of ratings of 4 and 5, with Wilson's 95% interval.",
        lambda header: _percents(header.positive_interval),
    ),
    Kind(
        "Mean rating",
        lambda kpis: kpis.mean_rating,
        lambda mean: f"{mean:.2f}",
        _difference,
        _rated,
        "Of 1 to 5, with Student's 95% interval.",
        lambda header: _stars(header.mean_interval),
    ),
    Kind(
        "Raters",
        lambda kpis: kpis.raters,
        _count,
        _relative,
        _rated,
        "How many people rated.",
    ),
    Kind(
        "Untriaged",
        lambda kpis: kpis.untriaged,
        _count,
        _relative,
        lambda kpis: f"of {kpis.rated:,}",
        "Ratings whose status is new.",
        neutral=True,
    ),
)
