"""What may be used: seen by everybody for themselves, set by administrators."""

from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType
from uuid import UUID

from core.accounts import names
from core.audit.recording import record
from core.audit.types import Action, Target
from core.errors import Invalid, NotFound
from core.ids import new_id
from core.limits import standing
from core.limits.types import DEFAULTS, PersonLimits, Quota, RoleLimit, Span, TaskUse
from core.permissions import Actor, Permission, Role
from core.runs.types import Task
from db.repositories.limits import LimitRepository, User
from db.session import Database, Session

MOST: Mapping[Span, int] = MappingProxyType(
    {Span.MINUTE: 1_000_000, Span.DAY: 10**12, Span.STREAMS: 10_000}
)
"""The highest limits that can be set."""


class LimitService:
    def __init__(self, database: Database) -> None:
        self._database = database

    def own(self, actor: Actor) -> tuple[TaskUse, ...]:
        """The actor's own limits and use, of each task."""
        with self._database.unit_of_work() as session:
            return standing.uses(session, actor.user_id, actor.role)

    def of_task(self, actor: Actor, task: Task) -> TaskUse:
        """The actor's own limits and use of one task, without that of single keys."""
        with self._database.unit_of_work() as session:
            return standing.use_of_task(session, actor.user_id, actor.role, task)

    def roles(self, actor: Actor) -> tuple[RoleLimit, ...]:
        """What holds for whoever has no limits of their own, of each role and task."""
        actor.require(Permission.MANAGE_USERS)
        with self._database.unit_of_work() as session:
            repository = LimitRepository(session)
            rows = {role: repository.rows(role) for role in Role}
        return tuple(
            RoleLimit(role, task, *standing.holding(role, task, rows[role]))
            for role, task in DEFAULTS
        )

    def people(self, actor: Actor) -> tuple[PersonLimits, ...]:
        """Who has limits of their own, by name."""
        actor.require(Permission.MANAGE_USERS)
        with self._database.unit_of_work() as session:
            people = LimitRepository(session).people()
            return tuple(standing.person(session, user) for user in people)

    def of_user(self, actor: Actor, user_id: UUID) -> PersonLimits:
        """Somebody's limits and use; `NotFound` for nobody's."""
        actor.require(Permission.MANAGE_USERS)
        with self._database.unit_of_work() as session:
            return standing.person(session, _user(session, user_id))

    def named(self, actor: Actor, username: str) -> PersonLimits:
        """`of_user`, by name."""
        actor.require(Permission.MANAGE_USERS)
        with self._database.unit_of_work() as session:
            name = names.tidy(username)
            user = LimitRepository(session).user_named(name) if names.is_valid(name) else None
            if user is None:
                raise NotFound(f"There is no user “{name}”; look at the spelling.")
            return standing.person(session, user)

    def change(
        self, actor: Actor, whose: Role | UUID, task: Task, quota: Quota | None
    ) -> Quota | None:
        """Set the limit of a role or a person, from the next request on; None removes it.

        Returns what was set before, so that it can be put back: None where nothing was.

        Raises
        ------
        NotFound : no such person.
        Invalid : a number below 0 or too high, or streams for detections, which have none.
        """
        actor.require(Permission.MANAGE_USERS)
        if quota is not None:
            _check(task, quota)
        role, user_id = (whose, None) if isinstance(whose, Role) else (None, whose)
        with self._database.unit_of_work() as session:
            repository = LimitRepository(session)
            if user_id is not None:
                _user(session, user_id)
            row = repository.locked(task, role=role, user_id=user_id)
            before = None if row is None else standing.quota_of(row)
            if before == quota:
                return before
            if quota is None:
                repository.remove(task, role=role, user_id=user_id)
            else:
                amounts = (quota.per_minute, quota.per_day, quota.streams)
                repository.put(new_id(), task, amounts, role=role, user_id=user_id)
            target = (Target.USER, user_id) if user_id else (Target.LIMIT, f"{role}/{task}")
            was, is_now = _told(task, before), _told(task, quota)
            record(session, actor, Action.LIMIT_CHANGED, target, before=was, after=is_now)
        return before


def _check(task: Task, quota: Quota) -> None:
    for span, most in MOST.items():
        value = quota.of(span)
        if value is not None and not 0 <= value <= most:
            raise Invalid(
                f"A limit is a whole number from 0 to {most:,}, or none; {value:,} is not.",
                facts={"span": span, "min": 0, "max": most},
            )
    if task is Task.DETECTION and quota.streams is not None:
        raise Invalid("Only texts are counted at the same time; leave it out for detection.")


def _user(session: Session, user_id: UUID) -> User:
    user = LimitRepository(session).user(user_id)
    if user is None:
        raise NotFound(f"There is no user {user_id}.", facts={"user_id": str(user_id)})
    return user


def _told(task: Task, quota: Quota | None) -> dict[str, object] | None:
    return None if quota is None else {"task": task, **asdict(quota)}
