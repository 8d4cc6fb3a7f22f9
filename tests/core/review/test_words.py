"""A filter in words: each limit said once, and taken away by what said it."""

from core.review.filters import FILTER_NAMES
from core.review.types import FeedbackFilter, JudgedAs, TagMatch
from core.review.words import in_words, limits, without
from tests.core.review.test_filters import FULL


def test_every_limit_is_said_and_can_be_taken_away() -> None:
    said = limits(FULL)
    assert {name for limit in said for name in limit.names} == set(FILTER_NAMES)
    assert len({limit.words for limit in said}) == len(said)
    filter = FULL
    for limit in said:
        filter = without(filter, limit)
        assert limit not in limits(filter)
    assert filter == FeedbackFilter()
    assert in_words(filter) == "all ratings"


def test_what_is_said_of_one_box_is_said_together() -> None:
    box = FeedbackFilter(
        phrase="red circle", score_min=0.4, score_max=0.5, verdict=JudgedAs.INCORRECT
    )
    assert in_words(box) == "box: “red circle”, score 0.4–0.5, wrong"
    shown = FeedbackFilter(phrase="red circle", score_min=0.4)
    assert in_words(shown) == "phrase: red circle; best box's score from 0.4 up"


def test_ranges_and_tags_read_well() -> None:
    assert in_words(FeedbackFilter(rating_min=1, rating_max=2)) == "rating 1–2"
    assert in_words(FeedbackFilter(rating_min=5, rating_max=5)) == "rating 5"
    assert in_words(FeedbackFilter(latency_max=2000)) == "run time up to 2,000 ms"
    tags = FeedbackFilter(tag=("loose box", "style"))
    assert in_words(tags) == "tag: loose box or style"
    every = FeedbackFilter(tag=("loose box", "style"), tags=TagMatch.ALL)
    assert in_words(every) == "tag: loose box + style"
