"""Raters' figures equal those counted by hand, and the severity that least squares give."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from statistics import fmean, median_low
from uuid import UUID

import numpy as np
import pytest

from core.errors import NotAllowed
from core.feedback.service import FeedbackService
from core.permissions import Actor, Role
from core.raters.agreement import agreement
from core.raters.requests import RequestService
from core.raters.service import RaterService
from core.raters.types import RaterFigures
from core.review.types import FeedbackFilter
from core.runs.types import Task
from db.models import Feedback
from db.session import Database
from tests.core.review import rows
from tests.core.review.conftest import World


@pytest.fixture
def raters(world: World) -> RaterService:
    return RaterService(world.database)


def by_run(feedback: Sequence[Feedback]) -> list[list[Feedback]]:
    runs: dict[UUID, list[Feedback]] = defaultdict(list)
    for each in feedback:
        runs[each.run_id].append(each)
    return [ratings for ratings in runs.values() if len(ratings) > 1]


def solved(feedback: Sequence[Feedback]) -> dict[UUID, float]:
    """Severity by ordinary least squares on the whole design, every run and rater a column."""
    runs = by_run(feedback)
    people = sorted({each.user_id for run in runs for each in run})
    design, ratings = [], []
    for place, run in enumerate(runs):
        for each in run:
            row = np.zeros(len(runs) + len(people))
            row[place] = row[len(runs) + people.index(each.user_id)] = 1
            design.append(row)
            ratings.append(each.rating)
    found, *_ = np.linalg.lstsq(np.array(design), np.array(ratings, dtype=float), rcond=None)
    effects = found[len(runs) :]
    return dict(zip(people, effects.mean() - effects, strict=True))


@pytest.mark.parametrize(
    "filter", [FeedbackFilter(), FeedbackFilter(task=Task.GENERATION, rating_max=4)]
)
def test_figures_equal_those_counted_by_hand(
    world: World, raters: RaterService, filter: FeedbackFilter
) -> None:
    chosen = [
        each
        for each in world.feedback
        if (filter.task is None or each.task == filter.task)
        and each.rating <= (filter.rating_max or 5)
    ]
    report = raters.report(world.admin, filter)
    runs, strict = by_run(chosen), solved(chosen)
    names = {person.username: person.user_id for person in world.people}
    assert [each.username for each in report.raters] == ["ann", "Bob", "root"]
    for each in report.raters:
        user_id = names[each.username]
        own = [row for row in chosen if row.user_id == user_id]
        assert each.ratings == len(own)
        assert each.mean == pytest.approx(fmean(row.rating for row in own))
        assert each.commented == pytest.approx(fmean(bool(row.comment) for row in own))
        between = median_low(ms_to_rate(world, row) for row in own)
        assert each.rate_ms == pytest.approx(between, rel=0.01, abs=0.02)
        pairs = [
            abs(one.rating - other.rating)
            for run in runs
            for one in run
            for other in run
            if one.user_id == user_id and other.user_id != user_id
        ]
        assert (each.pairs, each.far) == (len(pairs), sum(apart >= 2 for apart in pairs))
        assert each.severity is not None
        assert each.severity.value == pytest.approx(strict[user_id], abs=1e-9)
        assert each.severity.interval is not None
        assert each.severity.interval.low < each.severity.value < each.severity.interval.high
    patterns: dict[tuple[int, ...], int] = {}
    for run in runs:
        pattern = tuple(sum(row.rating == stars for row in run) for stars in range(1, 6))
        patterns[pattern] = patterns.get(pattern, 0) + 1
    assert report.agreement == agreement(patterns)
    assert report.overall == raters.report(world.admin, FeedbackFilter()).agreement


def ms_to_rate(world: World, row: Feedback) -> float:
    run = next(run for run in world.runs if run.id == row.run_id)
    return (row.created_at - run.created_at) / timedelta(milliseconds=1)


def test_a_strict_rater_is_known_whoever_rated_the_same_runs(database: Database) -> None:
    """Cid only rates with Bob, who is mild: means alone would call Cid stricter than Ann."""
    ann, bob, cid = (rows.person(database, name) for name in ("ann", "bob", "cid"))
    root = rows.person(database, "root", Role.ADMIN)
    service, model_id = FeedbackService(database), rows.model(database, "generation", "writer")

    def rated(**given: int) -> None:
        run_id = rows.run(database, root, model_id)
        for who in (ann, bob, cid):
            if who.username in given:
                RequestService(database).ask(root, run_id, [who.user_id])
                service.rate(who, run_id, given[who.username])

    for _ in range(4):
        rated(ann=2, bob=4)
        rated(bob=5, cid=3)
    found = {each.username: each for each in raters_of(database, root)}
    strict = {name: each.severity.value for name, each in found.items() if each.severity}
    assert strict["ann"] == pytest.approx(strict["cid"])
    assert strict["ann"] - strict["bob"] == pytest.approx(2)
    assert sum(strict.values()) == pytest.approx(0)


def test_people_without_common_runs_are_no_group(database: Database) -> None:
    root = rows.person(database, "root", Role.ADMIN)
    people = [rows.person(database, name, Role.ADMIN) for name in "abcd"]
    service, model_id = FeedbackService(database), rows.model(database, "generation", "writer")
    for pair in (people[:2], people[2:]):
        run_id = rows.run(database, root, model_id)
        for who, rating in zip(pair, (2, 4), strict=True):
            service.rate(who, run_id, rating)
    service.rate(root, rows.run(database, root, model_id), 3)
    found = {each.username: each for each in raters_of(database, root)}
    assert found["root"].severity is None
    assert found["root"].disagreement is None
    groups = [each.severity.group for name, each in found.items() if each.severity]
    assert groups[0] == groups[1] != groups[2] == groups[3]
    assert found["a"].severity is not None
    assert found["a"].severity.value == pytest.approx(1)
    assert found["a"].severity.interval is None  # four ratings, two runs, two raters: none left
    assert (found["a"].pairs, found["a"].far, found["a"].disagreement) == (1, 1, 1.0)


def test_anchors_compare_raters_with_the_reference(database: Database, ann: Actor) -> None:
    root, bob = rows.person(database, "root", Role.ADMIN), rows.person(database, "bob")
    requests, service = RequestService(database), FeedbackService(database)
    model_id = rows.model(database, "generation", "writer")
    for reference, said in ((5, 3), (2, 3), (4, None), (None, 1)):
        run_id = rows.run(database, ann, model_id)
        requests.ask(root, run_id, [bob.user_id], reference)
        if said:
            service.rate(bob, run_id, said)
    (figures,) = raters_of(database, root)
    assert (figures.anchors, figures.anchor_deviation) == (2, -0.5)


def raters_of(database: Database, admin: Actor) -> tuple[RaterFigures, ...]:
    return RaterService(database).report(admin, FeedbackFilter()).raters


def test_nobody_has_rated(database: Database) -> None:
    root = rows.person(database, "root", Role.ADMIN)
    report = RaterService(database).report(root, FeedbackFilter())
    assert report.raters == ()
    assert report.agreement.alpha is None


def test_only_reviewers_compare_raters(world: World, raters: RaterService) -> None:
    with pytest.raises(NotAllowed):
        raters.report(world.people[1], FeedbackFilter())
