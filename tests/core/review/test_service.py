"""Reviewing: every row once, figures that add up, and no silent overwriting."""

from datetime import date, timedelta

import pytest

from core.errors import Invalid, NotAllowed, NotFound
from core.ids import new_id
from core.review.types import FeedbackFilter, FeedbackPage
from core.runs.types import Task
from tests.core.review.conftest import World


def ids(page: FeedbackPage) -> list[str]:
    return [str(row.feedback.id) for row in page.rows]


def matching(world: World, filter: FeedbackFilter) -> set[str]:
    return set(ids(world.review.page(world.admin, filter, size=200)))


@pytest.mark.parametrize("size", [1, 7, 25])
@pytest.mark.parametrize("filter", [FeedbackFilter(), FeedbackFilter(task=Task.DETECTION)])
def test_pages_visit_each_row_once_both_ways(
    world: World, filter: FeedbackFilter, size: int
) -> None:
    pages = [world.review.page(world.admin, filter, size=size)]
    while pages[-1].next_cursor:
        pages.append(world.review.page(world.admin, filter, pages[-1].next_cursor, size))
    down = [id for page in pages for id in ids(page)]
    ordered = sorted(world.feedback, key=lambda row: (row.created_at, row.id), reverse=True)
    assert down == [
        str(row.id) for row in ordered if filter.task is None or row.task == filter.task
    ]
    assert pages[0].previous_cursor is None

    page, up = pages[-1], ids(pages[-1])
    while page.previous_cursor:
        page = world.review.page(world.admin, filter, page.previous_cursor, size)
        up = ids(page) + up
    assert up == down
    assert page.next_cursor or len(pages) == 1


def test_a_row_added_meanwhile_shifts_no_page(world: World) -> None:
    first = world.review.page(world.admin, FeedbackFilter(), size=5)
    second = world.review.page(world.admin, FeedbackFilter(), first.next_cursor, 5)
    with world.database.unit_of_work() as session:
        session.delete(next(row for row in world.feedback if row.id == first.rows[2].feedback.id))
    assert world.review.page(world.admin, FeedbackFilter(), first.next_cursor, 5) == second


@pytest.mark.parametrize("cursor", ["", "x", "b2xkZXI", "b2xkZXIgMjAyNi0wMS0wMSB4", "é"])
def test_a_broken_cursor_is_refused(world: World, cursor: str) -> None:
    with pytest.raises(Invalid, match="cursor"):
        world.review.page(world.admin, FeedbackFilter(), cursor)


@pytest.mark.parametrize("size", [0, 201])
def test_page_sizes_have_limits(world: World, size: int) -> None:
    with pytest.raises(Invalid, match="page of"):
        world.review.page(world.admin, FeedbackFilter(), size=size)


def test_text_is_found_in_comments_prompts_and_outputs(world: World) -> None:
    by_run = {run.id: run for run in world.runs}

    def expected(text: str) -> set[str]:
        return {
            str(row.id)
            for row in world.feedback
            if text in row.comment
            or text in by_run[row.run_id].prompt
            or text in str(by_run[row.run_id].output)
        }

    for text in ("红色", "漏掉", "蓝色", "missing", "red circle", "100%_sure", "It says"):
        assert expected(text), text
        assert matching(world, FeedbackFilter(text=text)) == expected(text), text
    assert matching(world, FeedbackFilter(text="RED CIRCLE")) >= expected("red circle")
    for nothing in ("10", "finish_reason", "nowhere", "'x", "\\x"):
        assert matching(world, FeedbackFilter(text=nothing)) == set(), nothing


def test_a_model_is_meant_by_name_or_by_revision(world: World) -> None:
    both = matching(world, FeedbackFilter(model="reporter"))
    first = matching(world, FeedbackFilter(model="reporter@r1"))
    second = matching(world, FeedbackFilter(model="reporter@r2"))
    assert first
    assert second
    assert first | second == both
    assert not first & second
    assert not matching(world, FeedbackFilter(model="reporter@r3"))


def test_days_are_whole_and_both_included(world: World) -> None:
    day = world.feedback[0].created_at.date()
    expected = {str(row.id) for row in world.feedback if row.created_at.date() == day}
    assert matching(world, FeedbackFilter(since=day, until=day)) == expected


def test_the_header_stands_beside_the_period_before(world: World) -> None:
    since, until = date(2026, 3, 5), date(2026, 3, 7)
    header = world.review.header(world.admin, FeedbackFilter(since=since, until=until))
    before = FeedbackFilter(since=since - timedelta(days=3), until=since - timedelta(days=1))
    assert header.previous == world.review.header(world.admin, before).current
    assert world.review.header(world.admin, FeedbackFilter(since=since)).previous is None


def test_an_empty_period_has_no_shares(world: World) -> None:
    header = world.review.header(world.admin, FeedbackFilter(until=date(2020, 1, 1)))
    assert (header.current.rated, header.current.runs) == (0, 0)
    assert header.current.coverage is None
    assert header.current.positive_share is None
    assert header.current.mean_rating is None
    assert header.positive_interval is None


def test_choices_come_from_the_data(world: World) -> None:
    choices = world.review.choices(world.admin)
    assert choices.models[:1] == ("reporter",)
    assert set(choices.models) == {"reporter", "reporter@r1", "reporter@r2", "shapes"}
    assert choices.users == ("ann", "Bob", "root")
    assert set(choices.tags) == {tag for row in world.feedback for tag in row.tags}
    assert matching(world, FeedbackFilter(user="bob")) == matching(
        world, FeedbackFilter(user="Bob")
    )


def test_a_row_shows_every_rating_of_its_run(world: World) -> None:
    row = world.feedback[0]
    detail = world.review.detail(world.admin, row.id)
    assert detail.run_id == row.run_id
    assert {rating.id for _, rating in detail.all_ratings} == {
        each.id for each in world.feedback if each.run_id == row.run_id
    }
    with pytest.raises(NotFound):
        world.review.detail(world.admin, new_id())


def test_only_reviewers_review(world: World) -> None:
    analyst, row = world.people[1], world.feedback[0]
    for call in (
        lambda: world.review.header(analyst, FeedbackFilter()),
        lambda: world.review.page(analyst, FeedbackFilter()),
        lambda: world.review.detail(analyst, row.id),
        lambda: world.review.choices(analyst),
    ):
        with pytest.raises(NotAllowed):
            call()
