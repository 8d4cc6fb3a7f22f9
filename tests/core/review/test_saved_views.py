"""Saved views: kept under a name, and moving with today where they should."""

from datetime import UTC, date, datetime

import pytest

from core.errors import Conflict, Invalid, LimitReached, NotAllowed, NotFound
from core.ids import new_id
from core.permissions import Actor, Role
from core.review import saved_views
from core.review.periods import Preset, days_of, moved, preset_of, year_before
from core.review.saved_views import SavedViewService
from core.review.types import FeedbackFilter, Sort
from db.session import Database
from tests.core.review import rows
from tests.core.review.test_filters import FULL

TODAY = date(2026, 3, 18)  # a Wednesday


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> list[date]:
    """What day it is, to be changed."""
    days = [TODAY]
    moment = lambda: datetime.combine(days[0], datetime.min.time(), UTC)  # noqa: E731
    monkeypatch.setattr(saved_views, "now", moment)
    return days


@pytest.fixture
def root(database: Database) -> Actor:
    return rows.person(database, "root", Role.ADMIN)


@pytest.fixture
def views(database: Database) -> SavedViewService:
    return SavedViewService(database)


def test_a_view_comes_back_as_it_was_saved(views: SavedViewService, root: Actor) -> None:
    columns = ("rating", "note")
    saved = views.save(root, " My  view ", FULL, sort=Sort.WORST, columns=columns)
    found = views.get(root, saved.id)
    assert found == saved
    assert (found.name, found.filter, found.sort) == ("My view", FULL, Sort.WORST)
    assert (found.columns, found.period, found.own, found.shared) == (columns, None, True, False)


@pytest.mark.parametrize("period", list(Preset))
def test_a_period_that_moves_means_the_days_of_the_day_it_is_opened(
    views: SavedViewService, root: Actor, today: list[date], period: Preset
) -> None:
    since, until = days_of(period, TODAY)
    given = FeedbackFilter(since=since, until=until, rating_max=2)
    saved = views.save(root, "recent", given, period=period)
    assert saved.filter == given
    today[0] = date(2026, 5, 5)
    later = views.get(root, saved.id).filter
    assert (later.since, later.until) == days_of(period, today[0])
    assert later.until == today[0]
    assert later.rating_max == 2


def test_a_comparison_with_a_year_ago_moves_along(
    views: SavedViewService, root: Actor, today: list[date]
) -> None:
    since, until = days_of(Preset.LAST_7, TODAY)
    given = FeedbackFilter(since=since, until=until, against=year_before(since))
    saved = views.save(root, "year", given, period=Preset.LAST_7)
    assert saved.filter == given
    today[0] = date(2028, 3, 6)
    later = views.get(root, saved.id).filter
    assert (later.since, later.against) == (date(2028, 2, 29), date(2027, 2, 28))


def test_days_of_ones_own_stay(views: SavedViewService, root: Actor, today: list[date]) -> None:
    given = FeedbackFilter(since=date(2026, 3, 1), until=date(2026, 3, 4))
    saved = views.save(root, "march", given)
    today[0] = date(2027, 1, 1)
    assert views.get(root, saved.id).filter == given
    with pytest.raises(Invalid, match="other days"):
        views.save(root, "wrong", given, period=Preset.LAST_7)


def test_only_what_is_shared_is_seen_and_only_the_owner_changes_it(
    views: SavedViewService, root: Actor, database: Database
) -> None:
    other = rows.person(database, "boss", Role.ADMIN)
    own = views.save(root, "b own", FeedbackFilter())
    shared = views.save(root, "A shared", FeedbackFilter(), shared=True)
    theirs = views.save(other, "theirs", FeedbackFilter(), shared=True)
    assert [view.name for view in views.visible(root)] == ["A shared", "b own", "theirs"]
    assert [(view.name, view.own) for view in views.visible(other)] == [
        ("theirs", True),
        ("A shared", False),
    ]
    with pytest.raises(NotFound):
        views.get(other, own.id)
    with pytest.raises(NotFound):
        views.delete(other, own.id)
    with pytest.raises(NotAllowed, match="root's"):
        views.change(other, shared.id, name="mine")
    with pytest.raises(NotAllowed, match="root's"):
        views.delete(other, shared.id)
    views.change(root, shared.id, shared=False)
    assert [view.id for view in views.visible(other)] == [theirs.id]


def test_names_are_once_each_in_any_case(views: SavedViewService, root: Actor) -> None:
    first = views.save(root, "Open", FeedbackFilter())
    with pytest.raises(Conflict, match="replace"):
        views.save(root, "OPEN", FeedbackFilter())
    again = views.save(root, "OPEN", FeedbackFilter(rating_min=3), replacing=True)
    assert (again.id, again.name, again.filter.rating_min) == (first.id, "OPEN", 3)
    second = views.save(root, "Other", FeedbackFilter())
    with pytest.raises(Conflict):
        views.change(root, second.id, name="open")
    assert views.change(root, second.id, name="OTHER").name == "OTHER"
    for name in ("", "  ", "x" * 81, "a\x00"):
        with pytest.raises(Invalid, match="name"):
            views.save(root, name, FeedbackFilter())


def test_a_deleted_view_can_be_restored(views: SavedViewService, root: Actor) -> None:
    saved = views.save(root, "gone", FULL, sort=Sort.BEST, columns=("rating",), shared=True)
    deleted = views.delete(root, saved.id)
    with pytest.raises(NotFound):
        views.get(root, saved.id)
    assert views.restore(root, deleted).id == saved.id
    assert views.get(root, saved.id).filter == FULL
    with pytest.raises(NotFound):
        views.delete(root, new_id())


def test_there_are_not_more_than_a_hundred(
    views: SavedViewService, root: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved_views, "MAX_VIEWS", 2)
    for name in ("a", "b"):
        views.save(root, name, FeedbackFilter())
    with pytest.raises(LimitReached):
        views.save(root, "c", FeedbackFilter())
    views.save(root, "b", FeedbackFilter(), replacing=True)


def test_views_are_for_reviewers(views: SavedViewService, database: Database) -> None:
    ann = rows.person(database, "ann")
    for call in (
        lambda: views.visible(ann),
        lambda: views.get(ann, new_id()),
        lambda: views.save(ann, "x", FeedbackFilter()),
        lambda: views.change(ann, new_id(), name="x"),
        lambda: views.delete(ann, new_id()),
    ):
        with pytest.raises(NotAllowed):
            call()


def test_presets_end_today() -> None:
    assert days_of(Preset.THIS_WEEK, TODAY) == (date(2026, 3, 16), TODAY)
    assert days_of(Preset.THIS_MONTH, TODAY) == (date(2026, 3, 1), TODAY)
    assert days_of(Preset.LAST_7, TODAY) == (date(2026, 3, 12), TODAY)
    sunday = date(2026, 3, 22)
    days = days_of(Preset.THIS_WEEK, sunday)
    assert days == days_of(Preset.LAST_7, sunday)
    assert preset_of(*days, sunday) is Preset.LAST_7
    assert preset_of(*days, sunday, Preset.THIS_WEEK) is Preset.THIS_WEEK
    assert preset_of(*days, TODAY) is None


def test_a_moved_period_keeps_what_it_is_compared_with() -> None:
    since, until = date(2026, 3, 1), date(2026, 3, 7)
    year = FeedbackFilter(since=since, until=until, against=date(2025, 3, 1))
    assert moved(year, date(2026, 4, 1), until).against == date(2025, 4, 1)
    assert moved(year, None, until).against is None
    own = FeedbackFilter(since=since, until=until, against=date(2025, 1, 1))
    assert moved(own, date(2026, 4, 1), until).against == date(2025, 1, 1)
