"""A filter as people say it: one short phrase for each limit."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from core.feedback.types import ReviewStatus
from core.review.types import NOBODY, FeedbackFilter, JudgedAs, TagMatch

STATUS_WORDS = {
    ReviewStatus.NEW: "new",
    ReviewStatus.TRIAGED: "triaged",
    ReviewStatus.FIXED: "fixed",
    ReviewStatus.WONT_FIX: "won't fix",
}
JUDGED_WORDS = {
    JudgedAs.RIGHT: "right",
    JudgedAs.WRONG_LABEL: "wrong label",
    JudgedAs.LOOSE: "loose",
    JudgedAs.ABSENT: "not there",
    JudgedAs.MISSED: "missed",
    JudgedAs.CORRECT: "right or loose",
    JudgedAs.INCORRECT: "wrong",
}
_FLAGS = {
    "comment": ("with a comment", "without a comment"),
    "correction": ("with a correction", "without a correction"),
    "verdicts": ("with judged boxes", "without judged boxes"),
    "stopped": ("stopped runs", "runs that were not stopped"),
    "demo": ("demo data only", "real data only"),
}
_SETTINGS = ("temperature", "top_p", "box_threshold", "text_threshold")
_UNSET = FeedbackFilter()


@dataclass(frozen=True)
class Limit:
    """Names of the filter that are said together, and how."""

    names: tuple[str, ...]
    words: str


class Period(Protocol):
    """The first and the last day, both included; None is open."""

    @property
    def since(self) -> date | None: ...
    @property
    def until(self) -> date | None: ...


def limits(filter: FeedbackFilter) -> tuple[Limit, ...]:
    """Every limit that is set, each once."""
    return tuple(_limits(filter))


def without(filter: FeedbackFilter, limit: Limit) -> FeedbackFilter:
    """The filter less one of its limits."""
    return replace(filter, **{name: getattr(_UNSET, name) for name in limit.names})


def in_words(filter: FeedbackFilter) -> str:
    return "; ".join(limit.words for limit in limits(filter)) or "all ratings"


def period_words(filter: Period) -> str:
    """As in “2026-03-01 to 2026-03-07 (UTC)”."""
    if filter.since is None and filter.until is None:
        return "all time"
    if filter.since is None:
        return f"all days until {filter.until} (UTC)"
    if filter.until is None:
        return f"all days since {filter.since} (UTC)"
    if filter.since == filter.until:
        return f"{filter.since} (UTC)"
    return f"{filter.since} to {filter.until} (UTC)"


def _limits(filter: FeedbackFilter) -> Iterator[Limit]:
    if filter.since or filter.until:
        yield Limit(("since", "until", "against"), period_words(filter))
    if filter.against:
        yield Limit(("against",), f"compared with the days from {filter.against}")
    for name in ("task", "model", "user"):
        if getattr(filter, name):
            yield Limit((name,), f"{name}: {getattr(filter, name)}")
    if filter.role:
        yield Limit(("role",), f"rated by {filter.role}s")
    yield from _range(filter, "rating", "rating")
    if filter.tag:
        between = " + " if filter.tags is TagMatch.ALL else " or "
        yield Limit(("tag", "tags"), f"tag: {between.join(filter.tag)}")
    if filter.status:
        yield Limit(("status",), f"status: {STATUS_WORDS[filter.status]}")
    if filter.assignee:
        who = "nobody" if filter.assignee == NOBODY else filter.assignee
        yield Limit(("assignee",), f"assigned to {who}")
    for name, (yes, no) in _FLAGS.items():
        if getattr(filter, name) is not None:
            yield Limit((name,), yes if getattr(filter, name) else no)
    yield from _boxes(filter)
    yield from _range(filter, "latency", "run time", " ms")
    for name in _SETTINGS:
        if getattr(filter, name) is not None:
            yield Limit((name,), f"{name.replace('_', ' ')} {getattr(filter, name):g}")
    if filter.text:
        yield Limit(("text",), f"text: “{filter.text}”")


def _boxes(filter: FeedbackFilter) -> Iterator[Limit]:
    """With a verdict, all is said of one box."""
    if filter.verdict is None:
        if filter.phrase:
            yield Limit(("phrase",), f"phrase: {filter.phrase}")
        yield from _range(filter, "score", "best box's score")
        return
    score = next(_range(filter, "score", "score"), None)
    parts = [f"“{filter.phrase}”"] if filter.phrase else []
    parts += [score.words] if score else []
    parts.append(JUDGED_WORDS[filter.verdict])
    yield Limit(("verdict", "phrase", "score_min", "score_max"), f"box: {', '.join(parts)}")


def _range(filter: FeedbackFilter, name: str, said: str, unit: str = "") -> Iterator[Limit]:
    low, high = getattr(filter, f"{name}_min"), getattr(filter, f"{name}_max")
    if low is None and high is None:
        return
    if low == high:
        words = f"{_number(low)}"
    elif high is None:
        words = f"from {_number(low)} up"
    elif low is None:
        words = f"up to {_number(high)}"
    else:
        words = f"{_number(low)}–{_number(high)}"
    yield Limit((f"{name}_min", f"{name}_max"), f"{said} {words}{unit}")


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"
