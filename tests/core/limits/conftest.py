"""Limits over the real database, and somebody to whom they apply."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import text

from core.accounts.service import AccountService
from core.ids import new_id
from core.limits.service import LimitService
from core.limits.taking import take
from core.limits.types import Quota
from core.permissions import Actor, Role
from core.runs.types import Task
from db.models import ApiKey
from db.session import Database
from tests.core.review import rows


@pytest.fixture
def limits(database: Database) -> LimitService:
    return LimitService(database)


@pytest.fixture
def root() -> Actor:
    return AccountService.system_actor()


@pytest.fixture
def guest(database: Database) -> Actor:
    return rows.person(database, "gus", Role.GUEST)


@pytest.fixture
def allow(limits: LimitService, root: Actor) -> Callable[..., None]:
    """Set what a person or a role may use of a task."""

    def set_to(whose: Role | UUID, task: Task, *amounts: int | None) -> None:
        limits.change(root, whose, task, Quota(*amounts))

    return set_to


def with_key(database: Database, owner: Actor, label: str = "nightly") -> Actor:
    """The owner, as they come with an API key of theirs."""
    key = ApiKey(
        id=new_id(), user_id=owner.user_id, label=label, prefix="gk_", key_hash=new_id().bytes * 2
    )
    with database.unit_of_work() as session:
        session.add(key)
    return replace(owner, key_id=key.id)


def ask(database: Database, actor: Actor, task: Task = Task.DETECTION, **wanted: object) -> None:
    with database.unit_of_work() as session:
        take(session, actor, task, **wanted)  # type: ignore[arg-type]


def pass_time(database: Database, span: str) -> None:
    """Let a minute or a day go by: what was counted is of the one before."""
    with database.unit_of_work() as session:
        session.execute(
            text(f"update limit_use set starts_at = starts_at - interval '1 {span}'")  # noqa: S608
        )


def used(database: Database, subject: UUID | None, task: Task = Task.GENERATION) -> int:
    """What is counted for a person or a key today."""
    query = (
        "select sum(used) from limit_use where subject_id = :id and task = :task and span = 'day'"
    )
    with database.unit_of_work() as session:
        found = session.scalar(text(query), {"id": subject, "task": task})
    return int(found or 0)


def leases(database: Database) -> int:
    with database.unit_of_work() as session:
        return int(session.scalar(text("select count(*) from stream_leases")) or 0)
