"""Seeing and setting limits."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from core.errors import Invalid, NotAllowed, NotFound
from core.ids import new_id
from core.limits.service import LimitService
from core.limits.types import DEFAULTS, KeyUse, Quota, Source
from core.permissions import Actor, Role
from core.runs.types import Task
from db.session import Database
from tests.core.limits.conftest import ask, with_key
from tests.core.review import rows

DETECTION, GENERATION = Task.DETECTION, Task.GENERATION
Allow = Callable[..., None]


def audited(database: Database) -> list[Any]:
    query = "select target_kind, target_id, before, after from audit_log order by at"
    with database.unit_of_work() as session:
        return [tuple(row) for row in session.execute(text(query))]


def test_everybody_sees_their_own_use(
    limits: LimitService, database: Database, guest: Actor
) -> None:
    keyed = with_key(database, guest)
    ask(database, guest, requests=1, amount=1)
    ask(database, keyed, requests=1, amount=4)
    ask(database, guest, GENERATION, requests=1, amount=500, stream=new_id())
    detection, generation = limits.own(guest)

    assert (detection.task, detection.amount, detection.left_today) == (DETECTION, 5, 0.95)
    assert keyed.key_id is not None
    assert detection.keys == (KeyUse(keyed.key_id, "nightly", 4),)
    assert (generation.amount, generation.streams, generation.keys) == (500, 1, ())
    assert detection.minute_ends > detection.at
    assert (detection.day_ends.hour, detection.day_ends.minute) == (0, 0)
    assert limits.of_task(guest, GENERATION).amount == 500


@pytest.mark.parametrize("source", Source)
def test_what_is_shown_is_what_holds(
    limits: LimitService, database: Database, guest: Actor, allow: Allow, source: Source
) -> None:
    """Found in Python for the page, and in the database for the count."""
    if source is not Source.DEFAULT:
        allow(Role.GUEST, DETECTION, None, 30)
    if source is Source.OWN:
        allow(guest.user_id, DETECTION, None, 40)
    shown = limits.of_task(guest, DETECTION)
    assert shown.source is source
    assert shown.quota.per_day is not None
    ask(database, guest, amount=shown.quota.per_day)
    with pytest.raises(Exception, match=f"used today's {shown.quota.per_day} pictures"):
        ask(database, guest, amount=1)


def test_roles_show_their_defaults_until_something_is_set(
    limits: LimitService, root: Actor, allow: Allow
) -> None:
    allow(Role.ANALYST, GENERATION, 5, None, 2)
    found = {(each.role, each.task): each for each in limits.roles(root)}

    assert set(found) == set(DEFAULTS)
    changed = found.pop((Role.ANALYST, GENERATION))
    assert (changed.quota, changed.source) == (Quota(5, None, 2), Source.ROLE)
    assert all(each.source is Source.DEFAULT for each in found.values())
    assert all(each.quota == DEFAULTS[which] for which, each in found.items())


def test_a_change_says_what_was_before_so_that_it_can_be_undone(
    limits: LimitService, root: Actor, guest: Actor
) -> None:
    whose = guest.user_id
    assert limits.change(root, whose, DETECTION, Quota(5)) is None
    assert limits.change(root, whose, DETECTION, Quota(7, 70)) == Quota(5)
    assert limits.change(root, whose, DETECTION, None) == Quota(7, 70)
    assert limits.people(root) == ()
    assert limits.change(root, whose, DETECTION, Quota(7, 70)) is None

    (person,) = limits.people(root)
    assert (person.username, person.tasks[0].quota) == ("gus", Quota(7, 70))


def test_each_change_is_in_the_audit_log(
    limits: LimitService, database: Database, root: Actor, guest: Actor
) -> None:
    limits.change(root, Role.GUEST, GENERATION, Quota(5, 600, 2))
    limits.change(root, Role.GUEST, GENERATION, Quota(5, 600, 2))
    limits.change(root, guest.user_id, DETECTION, Quota(None, 9))
    limits.change(root, guest.user_id, DETECTION, None)

    five = {"task": "generation", "per_minute": 5, "per_day": 600, "streams": 2}
    nine = {"task": "detection", "per_minute": None, "per_day": 9, "streams": None}
    assert audited(database) == [
        ("limit", "guest/generation", None, five),
        ("user", str(guest.user_id), None, nine),
        ("user", str(guest.user_id), nine, None),
    ]


@pytest.mark.parametrize(
    ("task", "quota"),
    [
        (DETECTION, Quota(-1)),
        (DETECTION, Quota(1_000_001)),
        (GENERATION, Quota(None, 10**12 + 1)),
        (GENERATION, Quota(None, None, 10_001)),
        (DETECTION, Quota(None, None, 2)),
    ],
)
def test_what_cannot_be_a_limit_is_refused(
    limits: LimitService, root: Actor, task: Task, quota: Quota
) -> None:
    with pytest.raises(Invalid):
        limits.change(root, Role.GUEST, task, quota)


def test_nobody_has_no_limits(limits: LimitService, root: Actor) -> None:
    with pytest.raises(NotFound):
        limits.change(root, new_id(), DETECTION, Quota(5))
    with pytest.raises(NotFound):
        limits.of_user(root, new_id())
    with pytest.raises(NotFound, match="There is no user “nobody”"):
        limits.named(root, " nobody ")


def test_people_are_found_by_name_in_any_case(
    limits: LimitService, root: Actor, guest: Actor
) -> None:
    assert limits.named(root, "GUS").user_id == guest.user_id


@pytest.mark.parametrize("role", [Role.GUEST, Role.ANALYST])
def test_only_administrators_see_or_set_limits_of_others(
    limits: LimitService, database: Database, role: Role
) -> None:
    actor = rows.person(database, "eve", role)
    asked: list[Callable[[], object]] = [
        lambda: limits.roles(actor),
        lambda: limits.people(actor),
        lambda: limits.of_user(actor, actor.user_id),
        lambda: limits.named(actor, "eve"),
        lambda: limits.change(actor, actor.user_id, DETECTION, None),
        lambda: limits.change(actor, role, DETECTION, Quota()),
    ]
    for ask_for in asked:
        with pytest.raises(NotAllowed):
            ask_for()
