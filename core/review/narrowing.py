"""From a mark of a chart to its rows: the same filter, narrower.

What the filter said of one box is replaced by what the mark says of one, as a filter can speak of
a single box only.
"""

from dataclasses import replace
from datetime import date
from typing import Any

from core.review.filters import checked
from core.review.types import FeedbackFilter, JudgedAs, TagMatch
from core.runs.types import Task

_SETTINGS = {
    Task.DETECTION: ("box_threshold", "text_threshold"),
    Task.GENERATION: ("temperature", "top_p"),
}


def to_days(
    filter: FeedbackFilter, first: date, last: date, rating: int | None = None
) -> FeedbackFilter:
    """A step of the trend, or the ratings of one value in it."""
    narrow = replace(filter, since=first, until=last, against=None)
    return checked(narrow) if rating is None else to_rating(narrow, rating)


def to_rating(filter: FeedbackFilter, rating: int) -> FeedbackFilter:
    return checked(replace(filter, rating_min=rating, rating_max=rating))


def to_model(filter: FeedbackFilter, task: Task, model: str, revision: str) -> FeedbackFilter:
    return checked(replace(filter, task=task, model=f"{model}@{revision}"))


def to_settings(filter: FeedbackFilter, task: Task, x: float, y: float) -> FeedbackFilter:
    names = _SETTINGS[task]
    chosen: dict[str, Any] = dict(zip(names, (x, y), strict=True))
    return checked(replace(filter, task=task, **chosen))


def to_boxes(
    filter: FeedbackFilter,
    verdict: JudgedAs,
    *,
    phrase: str | None = None,
    low: float | None = None,
    high: float | None = None,
) -> FeedbackFilter:
    """Ratings with such a box: of a phrase, or with a score from `low` on and below `high`."""
    return checked(replace(filter, verdict=verdict, phrase=phrase, score_min=low, score_max=high))


def to_tags(filter: FeedbackFilter, one: str, other: str) -> FeedbackFilter:
    """Ratings with both tags, or with the one where they are the same.

    Tags of which all are asked for already stay; of several of which any would do, those two
    take the place.
    """
    every = filter.tags is TagMatch.ALL or len(filter.tag) == 1
    tags = dict.fromkeys((*(filter.tag if every else ()), one, other))
    return checked(replace(filter, tag=tuple(tags), tags=TagMatch.ALL))
