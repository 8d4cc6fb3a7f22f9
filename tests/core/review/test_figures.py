"""Figures are the same whether roll-ups answer or the ratings themselves are counted."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from core.feedback.types import ReviewStatus
from core.permissions import Role
from core.review.criteria import criteria_of, period_before
from core.review.filters import FIRST_DAY, LAST_DAY
from core.review.types import FeedbackFilter, JudgedAs
from core.runs.types import Task
from db.models import FeedbackDay, RaterDay, RunDay, SettingTotal, TagTotal, VerdictTotal
from db.repositories import review_figures
from db.repositories.review_figures import ALL_COUNTED, FigureRepository, Source, plan
from db.repositories.review_sql import FEEDBACK_CONDITIONS
from db.repositories.rollups import covers, where_rollup
from tests.core.review.conftest import World

DAY = date(2026, 3, 1)
_DRAWN: dict[str, Any] = {
    "since": lambda draw: DAY + timedelta(days=draw.randrange(6)),
    "until": lambda draw: DAY + timedelta(days=draw.randrange(6, 14)),
    "task": lambda draw: draw.choice(list(Task)),
    "model": lambda draw: draw.choice(("shapes", "reporter", "reporter@r2", "nothing")),
    "user": lambda draw: draw.choice(("ann", "BOB", "root", "nobody")),
    "role": lambda draw: draw.choice(list(Role)),
    "rating_min": lambda draw: draw.randint(1, 3),
    "rating_max": lambda draw: draw.randint(3, 5),
    "status": lambda draw: draw.choice(list(ReviewStatus)),
    "demo": lambda draw: draw.random() < 0.5,
}
_DRAWN_RARELY: dict[str, Any] = {
    "tag": lambda draw: (draw.choice(("style", "untrue")),),
    "comment": lambda draw: draw.random() < 0.5,
    "stopped": lambda draw: draw.random() < 0.5,
    "latency_min": lambda draw: draw.choice((10, 100)),
    "text": lambda draw: draw.choice(("red", "红色")),
    "phrase": lambda draw: "a red circle",
    "verdict": lambda draw: draw.choice(list(JudgedAs)),
}


def drawn(draw: random.Random) -> FeedbackFilter:
    """Any few limits, most of them such as roll-ups know."""
    names = draw.sample(list(_DRAWN), draw.randint(0, 4))
    names += draw.sample(list(_DRAWN_RARELY), draw.choice((0, 0, 0, 1)))
    return FeedbackFilter(**{name: (_DRAWN | _DRAWN_RARELY)[name](draw) for name in names})


@pytest.mark.parametrize("few", [0, 10**6])
def test_roll_ups_and_ratings_give_the_same_figures(
    world: World, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review_figures, "FEW_RATINGS", few)
    draw = random.Random(11 + few)  # noqa: S311
    answered = set()
    for _ in range(250):
        criteria = criteria_of(drawn(draw))
        by = plan(criteria)
        answered.add((by.ratings, by.raters, by.runs))
        with world.database.unit_of_work() as session:
            figures = FigureRepository(session)
            assert figures.figures(criteria) == figures.figures(criteria, ALL_COUNTED), criteria
            assert figures.runs(criteria) == figures.runs(criteria, ALL_COUNTED), criteria
    assert len(answered) == 5


def test_figures_equal_those_counted_by_hand(world: World) -> None:
    """Withdrawn and changed ratings among them, as roll-ups live on changes."""
    with world.database.unit_of_work() as session:
        for row in world.feedback[::5]:
            session.delete(row)
        session.execute(text("update feedback set rating = 6 - rating where rating <> 3"))
        session.execute(text("update feedback set review_status = 'triaged' where rating = 5"))
        session.execute(text("delete from runs where id = :id"), {"id": world.runs[1].id})
    with world.database.unit_of_work() as session:
        rows = session.execute(
            text("select f.*, u.username from feedback f join users u on u.id = f.user_id")
        ).all()
    for since, until in ((None, None), (DAY + timedelta(days=2), DAY + timedelta(days=5))):
        filter = FeedbackFilter(since=since, until=until, task=Task.GENERATION)
        kept = [
            row
            for row in rows
            if row.task == "generation"
            and (since is None or since <= row.created_at.astimezone(UTC).date())
            and (until is None or row.created_at.astimezone(UTC).date() <= until)
        ]
        found = world.review.header(world.admin, filter).current
        assert found.rated == len(kept) > 0
        assert found.raters == len({row.user_id for row in kept})
        assert found.untriaged == sum(row.review_status == "new" for row in kept)
        assert found.by_rating == tuple(
            sum(row.rating == rating for row in kept) for rating in range(1, 6)
        )
        assert found.mean_rating == pytest.approx(sum(row.rating for row in kept) / len(kept))


def test_roll_ups_answer_what_the_dashboard_asks_first() -> None:
    rolled = Source.ROLLUP
    for filter in (
        FeedbackFilter(),
        FeedbackFilter(since=DAY, until=DAY),
        FeedbackFilter(task=Task.DETECTION, demo=False),
        FeedbackFilter(model="shapes@r1", since=DAY),
    ):
        found = plan(criteria_of(filter))
        assert (found.ratings, found.raters, found.runs) == (rolled, rolled, rolled), filter
    found = plan(criteria_of(FeedbackFilter(rating_max=2, status=ReviewStatus.NEW)))
    assert (found.ratings, found.raters) == (rolled, Source.BASE)
    assert plan(criteria_of(FeedbackFilter(text="red"))).ratings is Source.BASE


def test_no_roll_up_answers_for_a_part_of_a_day() -> None:
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    midnight = datetime(2026, 3, 1, 2, tzinfo=UTC).astimezone().replace(hour=0)
    for table in (FeedbackDay, RaterDay, RunDay):
        assert not covers({"since": noon}, table)
    assert covers({"since": datetime(2026, 3, 1, tzinfo=UTC)}, FeedbackDay)
    assert covers({"since": midnight}, FeedbackDay) == (midnight.astimezone(UTC).hour == 0)


def test_a_roll_up_refuses_what_it_does_not_know() -> None:
    for table in (FeedbackDay, RaterDay, RunDay, SettingTotal, TagTotal, VerdictTotal):
        for name in FEEDBACK_CONDITIONS:
            if not covers({name: datetime(2026, 3, 1, tzinfo=UTC)}, table):
                with pytest.raises(KeyError):
                    where_rollup({name: 1}, table)


def test_the_earliest_period_has_none_before_it() -> None:
    first = FeedbackFilter(since=FIRST_DAY, until=FIRST_DAY)
    assert period_before(first) is None
    second = replace(
        first, since=FIRST_DAY + timedelta(days=1), until=FIRST_DAY + timedelta(days=1)
    )
    assert period_before(second) == first
    whole = FeedbackFilter(since=FIRST_DAY, until=LAST_DAY)
    assert period_before(whole) is None
    assert period_before(replace(whole, against=LAST_DAY)) is None
