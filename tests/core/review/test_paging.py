"""Pages in every order hold what the filter matches, by whatever way it is found."""

import random

import pytest
from sqlalchemy import select

from core.errors import Invalid
from core.review.criteria import criteria_of
from core.review.types import FeedbackFilter, Sort
from db.models import Feedback
from db.repositories import review_find
from db.repositories.review_sql import where_feedback
from tests.core.review.conftest import World
from tests.core.review.test_figures import drawn

_KEYS = {
    Sort.NEWEST: lambda row: (-row.created_at.timestamp(), -row.id.int),
    Sort.OLDEST: lambda row: (row.created_at, row.id),
    Sort.WORST: lambda row: (row.rating, -row.created_at.timestamp(), -row.id.int),
    Sort.BEST: lambda row: (-row.rating, -row.created_at.timestamp(), -row.id.int),
    Sort.SLOWEST: lambda row: (
        1 if row.latency_ms is None else -row.latency_ms,
        -row.created_at.timestamp(),
        -row.id.int,
    ),
}


def expected(world: World, filter: FeedbackFilter, sort: Sort) -> list[str]:
    with world.database.unit_of_work() as session:
        rows = session.scalars(select(Feedback).where(*where_feedback(criteria_of(filter)))).all()
    return [str(row.id) for row in sorted(rows, key=_KEYS[sort])]


def walked(world: World, filter: FeedbackFilter, sort: Sort, size: int) -> list[str]:
    """All ids page by page, once they are seen to be the same on the way back."""
    pages = [world.review.page(world.admin, filter, size=size, sort=sort)]
    while pages[-1].next_cursor:
        pages.append(
            world.review.page(world.admin, filter, pages[-1].next_cursor, size=size, sort=sort)
        )
    down = [str(row.feedback.id) for page in pages for row in page.rows]
    page = pages[-1]
    up = [str(row.feedback.id) for row in page.rows]
    while page.previous_cursor:
        page = world.review.page(world.admin, filter, page.previous_cursor, size=size, sort=sort)
        up = [str(row.feedback.id) for row in page.rows] + up
    assert up == down
    return down


@pytest.mark.parametrize("fetching", [None, True, False])
@pytest.mark.parametrize(("fetched", "window"), [(16_000, 10_000), (3, 2)])
def test_every_way_of_finding_shows_the_same_pages(
    world: World,
    fetching: bool | None,
    fetched: int,
    window: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if fetching is not None:
        monkeypatch.setattr(review_find, "fetching_is_less", lambda *_: fetching)
    monkeypatch.setattr(review_find, "FETCHED", fetched)
    monkeypatch.setattr(review_find, "WINDOW", window)
    draw = random.Random(f"{fetching} {window}")  # noqa: S311
    for _ in range(25):
        filter, sort = drawn(draw), draw.choice(list(Sort))
        size = draw.choice((5, 20))
        assert walked(world, filter, sort, size) == expected(world, filter, sort), (filter, sort)


@pytest.mark.parametrize("sort", list(Sort))
def test_all_ratings_in_each_order(world: World, sort: Sort) -> None:
    assert walked(world, FeedbackFilter(), sort, 7) == expected(world, FeedbackFilter(), sort)
    assert len(expected(world, FeedbackFilter(), sort)) == len(world.feedback)


def test_a_cursor_belongs_to_its_order(world: World) -> None:
    cursor = world.review.page(world.admin, FeedbackFilter(), size=5, sort=Sort.WORST).next_cursor
    assert cursor is not None
    for other in set(Sort) - {Sort.WORST}:
        with pytest.raises(Invalid, match="cursor"):
            world.review.page(world.admin, FeedbackFilter(), cursor, sort=other)


def test_the_total_is_counted_to_a_limit(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    total = world.review.total(world.admin, FeedbackFilter())
    assert (total.n, total.more, str(total)) == (len(world.feedback), False, str(total.n))
    monkeypatch.setattr("core.review.service.MAX_COUNTED", 3)
    for filter in (FeedbackFilter(), FeedbackFilter(comment=False)):
        total = world.review.total(world.admin, filter)
        assert (total.n, total.more, str(total)) == (3, True, "3+")
    assert str(world.review.total(world.admin, FeedbackFilter(text="nowhere"))) == "0"
