"""When demo runs were made: two years of days, fewer at weekends, more as time goes on."""

import math
import random
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate

from core.demo.types import Day, Person, Revision
from core.runs.types import Task

DAYS = 730
TEAM, MIX = 200, 100
"""How many places a day's `team` and `mix` have."""
_DETECTIONS = 55
"""Percent of all runs."""
_WEEK = (1.0, 1.06, 1.1, 1.04, 0.9, 0.14, 0.09)
_RAMP = 12
"""Days until a new revision is used by nearly all."""

HOURS = (
    0.0, 5.9, 7.0, 7.6, 8.0, 8.35, 8.65, 8.9, 9.15, 9.4, 9.65, 9.9, 10.15, 10.45, 10.75, 11.1,
    11.5, 12.1, 12.8, 13.2, 13.5, 13.8, 14.1, 14.4, 14.7, 15.0, 15.35, 15.75, 16.2, 16.8, 17.7,
    19.2, 23.99,
)  # fmt: skip
"""When equal parts of a day's runs have been made, in hours (UTC)."""


def days(
    seed: int, until: date, runs: int, team: Sequence[Person], revisions: Sequence[Revision]
) -> tuple[Day, ...]:
    """`runs` spread over the days up to `until`, included."""
    draw = random.Random(seed * 7919 + 2)  # noqa: S311
    dates = [until - timedelta(days=DAYS - 1 - place) for place in range(DAYS)]
    weights = [_weight(draw, place / DAYS, day) for place, day in enumerate(dates)]
    ends = [round(runs * part / sum(weights)) for part in accumulate(weights)]
    ends[-1] = runs
    made = []
    people: tuple[int, ...] = ()
    for place, (day, end) in enumerate(zip(dates, ends, strict=True)):
        first = ends[place - 1] if place else 0
        if place % 7 == 0:
            people = _team(draw, place / DAYS, team)
        made.append(Day(day, first, end - first, people, _mix(place, revisions)))
    return tuple(made)


def _weight(draw: random.Random, time: float, day: date) -> float:
    growth = 0.35 + 1.25 / (1 + math.exp(-6 * (time - 0.45)))
    holidays = 0.25 if (day.month, day.day) >= (12, 23) or (day.month, day.day) <= (1, 2) else 1.0
    return growth * _WEEK[day.weekday()] * holidays * draw.uniform(0.85, 1.15)


def _team(draw: random.Random, time: float, team: Sequence[Person]) -> tuple[int, ...]:
    """Who is there by then, the diligent more often; each at least once."""
    there = [place for place, person in enumerate(team) if person.joined <= time]
    weights = [team[place].diligence for place in there]
    return (*there, *draw.choices(there, weights, k=TEAM - len(there)))


def _mix(place: int, revisions: Sequence[Revision]) -> tuple[int, ...]:
    """Which revisions are asked, for each hundredth of the runs."""
    mix: list[int] = []
    for task, share in ((Task.DETECTION, _DETECTIONS), (Task.GENERATION, MIX - _DETECTIONS)):
        mine = [(at, one) for at, one in enumerate(revisions) if one.task is task]
        weights = [_use(place, one, [other for _, other in mine]) for _, one in mine]
        ends = [round(share * part / sum(weights)) for part in accumulate(weights)]
        for (at, _), first, end in zip(mine, [0, *ends], ends, strict=False):
            mix += [at] * (end - first)
    return tuple(mix)


def _use(place: int, revision: Revision, others: Sequence[Revision]) -> float:
    age = place - revision.released * DAYS
    if age < 0:
        return 0.0
    newer = [
        place - one.released * DAYS
        for one in others
        if one.name == revision.name and one.released > revision.released
    ]
    taken_over = min(1.0, max([0.0, *newer]) / _RAMP)
    return max(0.04, 1.0 - taken_over) * min(1.0, (age + 1) / _RAMP)
