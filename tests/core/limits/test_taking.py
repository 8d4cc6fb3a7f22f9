"""Counting: exact whoever asks at the same time, and nothing for what is refused."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import text

from core.errors import Invalid, LimitReached, NotAllowed
from core.ids import new_id
from core.limits.types import DEFAULTS
from core.limits.words import QuotaReached
from core.permissions import Actor, Role
from core.runs.types import Task
from db.repositories.limit_use import LimitUseRepository
from db.session import Database
from tests.core.limits.conftest import ask, leases, pass_time, used, with_key
from tests.core.limits.together import granted

DETECTION, GENERATION = Task.DETECTION, Task.GENERATION
Allow = Callable[..., None]


def test_of_200_requests_in_two_processes_exactly_50_are_let_in(
    database: Database, database_url: str, guest: Actor, allow: Allow
) -> None:
    allow(guest.user_id, DETECTION, None, 50)
    keyed = with_key(database, guest)

    assert granted(database_url, (guest, keyed), DETECTION, 200, streams=False) == 50
    assert used(database, guest.user_id, DETECTION) == 50
    assert 0 < used(database, keyed.key_id, DETECTION) < 50


def test_of_40_streams_in_two_processes_exactly_3_are_let_in(
    database: Database, database_url: str, guest: Actor, allow: Allow
) -> None:
    allow(guest.user_id, GENERATION, None, None, 3)

    assert granted(database_url, (guest,), GENERATION, 40, streams=True) == 3
    assert leases(database) == 3


def test_a_minute_that_is_used_up_says_when_the_next_begins(
    database: Database, guest: Actor, allow: Allow
) -> None:
    allow(guest.user_id, DETECTION, 2)
    for _ in range(2):
        ask(database, guest, requests=1)
    with pytest.raises(QuotaReached, match="You have used this minute's 2 requests") as e:
        ask(database, guest, requests=1)
    assert e.value.retry_after is not None
    assert 1 <= e.value.retry_after <= 60

    pass_time(database, "minute")
    ask(database, guest, requests=1)


def test_a_day_that_is_used_up_ends_at_midnight_utc(
    database: Database, guest: Actor, allow: Allow
) -> None:
    allow(guest.user_id, GENERATION, None, 20_000)
    ask(database, guest, GENERATION, amount=20_000)
    said = r"You have used today's 20,000 tokens\. It works again at 00:00 UTC \(in .+\)\."
    with pytest.raises(QuotaReached, match=said) as e:
        ask(database, guest, GENERATION, amount=1)
    assert e.value.retry_after is not None
    assert 0 < e.value.retry_after <= 24 * 3600

    pass_time(database, "day")
    ask(database, guest, GENERATION, amount=20_000)


def test_what_is_left_but_not_enough_is_told(
    database: Database, guest: Actor, allow: Allow
) -> None:
    allow(guest.user_id, GENERATION, None, 1_000)
    ask(database, guest, GENERATION, amount=900)
    with pytest.raises(
        LimitReached, match=r"100 left of today's 1,000 tokens, and this may take 1"
    ):
        ask(database, guest, GENERATION, amount=101)
    ask(database, guest, GENERATION, amount=100)


def test_more_than_a_whole_day_is_no_matter_of_waiting(
    database: Database, guest: Actor, allow: Allow
) -> None:
    allow(guest.user_id, GENERATION, None, 1_000)
    with pytest.raises(Invalid, match="may take 1,001 tokens, and you may have 1,000 a day"):
        ask(database, guest, GENERATION, amount=1_001)


@pytest.mark.parametrize("amounts", [(0, None, None), (None, 0, None), (None, None, 0)])
def test_a_limit_of_nothing_allows_nothing(
    database: Database, guest: Actor, allow: Allow, amounts: tuple[int | None, ...]
) -> None:
    allow(guest.user_id, GENERATION, *amounts)
    with pytest.raises(NotAllowed, match="your limit is 0"):
        ask(database, guest, GENERATION, requests=1, amount=1, stream=new_id())


def test_what_is_refused_counts_nothing(database: Database, guest: Actor, allow: Allow) -> None:
    allow(guest.user_id, GENERATION, 5, 1_000, 1)
    keyed = with_key(database, guest)
    ask(database, guest, GENERATION, requests=1, amount=10, stream=new_id())
    with pytest.raises(LimitReached, match="1 text is being written for you"):
        ask(database, keyed, GENERATION, requests=1, amount=10, stream=new_id())

    assert (used(database, guest.user_id), used(database, keyed.key_id)) == (10, 0)
    assert leases(database) == 1


def test_keys_share_what_their_owner_has(database: Database, guest: Actor, allow: Allow) -> None:
    allow(guest.user_id, DETECTION, None, 3)
    first, second = (with_key(database, guest, label) for label in ("one", "two"))
    for actor in (guest, first, second):
        ask(database, actor, amount=1)
    for actor in (guest, first, second):
        with pytest.raises(LimitReached):
            ask(database, actor, amount=1)

    counts = [used(database, key, DETECTION) for key in (first.key_id, second.key_id)]
    assert counts == [1, 1]


def test_tasks_are_counted_apart(database: Database, guest: Actor, allow: Allow) -> None:
    allow(guest.user_id, DETECTION, None, 1)
    allow(guest.user_id, GENERATION, None, 1)
    ask(database, guest, DETECTION, amount=1)
    ask(database, guest, GENERATION, amount=1)


@pytest.mark.parametrize(("role", "task"), DEFAULTS)
def test_the_default_of_the_role_holds_where_nothing_is_set(
    database: Database, guest: Actor, role: Role, task: Task
) -> None:
    most = DEFAULTS[role, task].per_day
    actor = replace(guest, role=role)
    ask(database, actor, task, amount=most or 10**9)
    if most is not None:
        with pytest.raises(LimitReached):
            ask(database, actor, task, amount=1)


def test_a_persons_own_limit_replaces_the_roles_as_a_whole(
    database: Database, guest: Actor, allow: Allow
) -> None:
    allow(Role.GUEST, DETECTION, None, 1)
    ask(database, guest, amount=1)
    with pytest.raises(LimitReached):
        ask(database, guest, amount=1)

    allow(guest.user_id, DETECTION, 50, None)
    ask(database, guest, amount=1_000)


def test_a_limit_lowered_below_what_is_used_refuses_and_keeps_the_count(
    database: Database, guest: Actor, allow: Allow
) -> None:
    allow(guest.user_id, DETECTION, None, 10)
    ask(database, guest, amount=8)
    allow(guest.user_id, DETECTION, None, 5)
    with pytest.raises(LimitReached, match="You have used today's 5 pictures"):
        ask(database, guest, amount=1)

    assert used(database, guest.user_id, DETECTION) == 8


def test_the_place_of_a_stream_that_nobody_renews_is_free_within_30_seconds(
    database: Database, guest: Actor, allow: Allow
) -> None:
    allow(guest.user_id, GENERATION, None, None, 1)
    kept = new_id()
    ask(database, guest, GENERATION, stream=kept)
    with database.unit_of_work() as session:
        left = session.scalar(text("select max(expires_at) - clock_timestamp() from stream_leases"))
        assert 25 < left.total_seconds() <= 30
        session.execute(text("update stream_leases set expires_at = clock_timestamp()"))
    ask(database, guest, GENERATION, stream=new_id())
    with database.unit_of_work() as session:
        session.execute(text("update stream_leases set expires_at = clock_timestamp()"))
        LimitUseRepository(session).renew([kept])
    with pytest.raises(LimitReached):
        ask(database, guest, GENERATION, stream=new_id())


def test_a_stream_gives_back_once_what_it_did_not_write(database: Database, guest: Actor) -> None:
    keyed = with_key(database, guest)
    run = new_id()
    ask(database, guest, GENERATION, amount=7)
    ask(database, keyed, GENERATION, amount=300, stream=run)
    assert (used(database, guest.user_id), used(database, keyed.key_id)) == (307, 300)
    for _ in range(2):
        with database.unit_of_work() as session:
            LimitUseRepository(session).settle(run, 120)

    assert (used(database, guest.user_id), used(database, keyed.key_id)) == (127, 120)
    assert leases(database) == 0


def test_what_was_counted_yesterday_is_given_back_to_yesterday(
    database: Database, guest: Actor
) -> None:
    run = new_id()
    ask(database, guest, GENERATION, amount=300, stream=run)
    pass_time(database, "day")
    with database.unit_of_work() as session:
        session.execute(text("update stream_leases set day = day - interval '1 day'"))
    ask(database, guest, GENERATION, amount=50)
    with database.unit_of_work() as session:
        LimitUseRepository(session).settle(run, 0)
        counts = session.scalars(text("select used from limit_use order by starts_at")).all()

    assert counts == [0, 50]
