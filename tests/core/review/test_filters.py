"""The filter in an address says what the filter says."""

from datetime import date

import pytest

from core.errors import Invalid
from core.feedback.types import ReviewStatus
from core.review.filters import FILTER_NAMES, checked, from_query, to_query
from core.review.types import FeedbackFilter
from core.runs.types import Task

FULL = FeedbackFilter(
    since=date(2026, 1, 31),
    until=date(2026, 2, 1),
    task=Task.DETECTION,
    model="shapes@r1",
    user="Zoë & co",
    rating_min=1,
    rating_max=3,
    tag="loose box",
    status=ReviewStatus.WONT_FIX,
    text="红色 100%",
)


def test_an_address_and_back_is_the_same_filter() -> None:
    assert from_query(to_query(FULL)) == FULL
    assert tuple(to_query(FULL)) == FILTER_NAMES
    assert to_query(FeedbackFilter()) == {}
    assert from_query({}) == FeedbackFilter()


def test_blank_values_are_no_limits() -> None:
    assert from_query({"text": "  ", "task": ""}) == FeedbackFilter()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"since": "2026-02-02", "until": "2026-02-01"}, "since"),
        ({"rating_min": "4", "rating_max": "2"}, "rating_min"),
        ({"rating_min": "0"}, "rating_min"),
        ({"rating_max": "3.5"}, "rating_max"),
        ({"since": "yesterday"}, "since"),
        ({"until": "9999-12-31"}, "until"),
        ({"task": "dancing"}, "task"),
        ({"status": "open"}, "status"),
        ({"text": "x" * 201}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"user": "a\ud800"}, "user"),
        ({"order": "rating"}, "order"),
    ],
)
def test_an_impossible_filter_is_refused_by_name(query: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid, match=field) as refused:
        from_query(query)
    assert refused.value.facts["field"] == field


def test_filters_made_in_code_are_checked_too() -> None:
    with pytest.raises(Invalid, match="rating_max"):
        checked(FeedbackFilter(rating_max=9))
    with pytest.raises(Invalid, match="tag"):
        checked(FeedbackFilter(tag=" "))
