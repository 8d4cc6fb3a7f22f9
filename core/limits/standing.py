"""What holds for somebody, and how far they have used it."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from core.limits.types import DEFAULTS, KeyUse, PersonLimits, Quota, Source, TaskUse
from core.permissions import Role
from core.runs.types import Task
from db.repositories.limit_use import LimitUseRepository
from db.repositories.limits import Limit, LimitRepository, User
from db.session import Session


def person(session: Session, user: User) -> PersonLimits:
    role = Role(user.role)
    return PersonLimits(user.id, user.username, role, uses(session, user.id, role))


def uses(session: Session, user_id: UUID, role: Role) -> tuple[TaskUse, ...]:
    """Of each task, with what of it went through API keys."""
    found = []
    for task in Task:
        keys = LimitUseRepository(session).used_by_keys(user_id, task)
        use = use_of_task(session, user_id, role, task)
        found.append(replace(use, keys=tuple(KeyUse(*key) for key in keys)))
    return tuple(found)


def use_of_task(session: Session, user_id: UUID, role: Role, task: Task) -> TaskUse:
    quota, source = holding(role, task, LimitRepository(session).rows(role, user_id))
    repository = LimitUseRepository(session)
    requests, amount = repository.used(user_id, task)
    streams = repository.streams(user_id, task)
    return TaskUse(task, quota, source, requests, amount, streams, repository.moment())


def holding(role: Role, task: Task, rows: Iterable[Limit]) -> tuple[Quota, Source]:
    """The limit that holds: a person's own, else that set for the role, else the role's default.

    `rows` are those of the role and of the person, theirs first.
    """
    for row in rows:
        if row.task == task:
            return quota_of(row), Source.ROLE if row.user_id is None else Source.OWN
    return DEFAULTS[role, task], Source.DEFAULT


def quota_of(row: Limit) -> Quota:
    return Quota(row.per_minute, row.per_day, row.streams)
