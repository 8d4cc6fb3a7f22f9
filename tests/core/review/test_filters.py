"""The filter in an address says what the filter says."""

from datetime import date

import pytest

from core.errors import Invalid
from core.feedback.types import ReviewStatus
from core.permissions import Role
from core.review.filters import FILTER_NAMES, checked, from_query, to_query
from core.review.types import NOBODY, FeedbackFilter, JudgedAs, TagMatch
from core.runs.types import Task

FULL = FeedbackFilter(
    since=date(2026, 1, 31),
    until=date(2026, 2, 1),
    task=Task.DETECTION,
    model="shapes@r1",
    user="Zoë & co",
    rating_min=1,
    rating_max=3,
    against=date(2025, 1, 31),
    role=Role.ANALYST,
    tag=("loose box", "a, b"),
    tags=TagMatch.ALL,
    status=ReviewStatus.WONT_FIX,
    assignee=NOBODY,
    comment=True,
    correction=False,
    verdicts=True,
    phrase="red circle",
    score_min=0.25,
    score_max=1.0,
    verdict=JudgedAs.INCORRECT,
    latency_min=10,
    latency_max=2000,
    stopped=False,
    demo=False,
    temperature=0.7,
    top_p=0.9,
    box_threshold=0.35,
    text_threshold=0.25,
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
        ({"text": "?! - '%'"}, "text"),
        ({"text": "、。"}, "text"),
        ({"user": "a\ud800"}, "user"),
        ({"order": "rating"}, "order"),
        ({"score_min": "nan"}, "score_min"),
        ({"score_max": "1.5"}, "score_max"),
        ({"latency_min": "-1"}, "latency_min"),
        ({"demo": "maybe"}, "demo"),
        ({"against": "2026-02-01"}, "against"),
        ({"user": ["a", "b"]}, "user"),
        ({"tag": [str(number) for number in range(11)]}, "tag"),
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
        checked(FeedbackFilter(tag=(" ",)))
