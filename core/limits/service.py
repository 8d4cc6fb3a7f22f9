"""What may be used: seen by everybody for themselves, set by administrators."""

from collections.abc import Iterable
from dataclasses import asdict, replace
from uuid import UUID

from core.audit.recording import record
from core.audit.types import Action, Target
from core.errors import Invalid, NotFound
from core.ids import new_id
from core.limits.types import (
    DEFAULTS,
    KeyUse,
    PersonLimits,
    Quota,
    RoleLimit,
    Source,
    Span,
    TaskUse,
)
from core.permissions import Actor, Permission, Role
from core.runs.types import Task
from db.repositories.accounts import AccountRepository, User
from db.repositories.limits import Limit, LimitRepository
from db.session import Database, Session

MOST = {Span.MINUTE: 1_000_000, Span.DAY: 10**12, Span.STREAMS: 10_000}
"""The highest limits that can be set."""


class LimitService:
    def __init__(self, database: Database) -> None:
        self._database = database

    def own(self, actor: Actor) -> tuple[TaskUse, ...]:
        """The actor's own limits and use, of each task."""
        with self._database.unit_of_work() as session:
            return _uses(session, actor.user_id, actor.role)

    def of_task(self, actor: Actor, task: Task) -> TaskUse:
        """The actor's own limits and use of one task, without that of single keys."""
        with self._database.unit_of_work() as session:
            repository = LimitRepository(session)
            rows = repository.rows(actor.role, actor.user_id)
            return _use(repository, actor.user_id, actor.role, task, rows)

    def roles(self, actor: Actor) -> tuple[RoleLimit, ...]:
        """What holds for whoever has no limits of their own, of each role and task."""
        actor.require(Permission.MANAGE_USERS)
        with self._database.unit_of_work() as session:
            repository = LimitRepository(session)
            rows = {role: repository.rows(role) for role in Role}
        return tuple(
            RoleLimit(role, task, *_holding(role, task, rows[role])) for role, task in DEFAULTS
        )

    def people(self, actor: Actor) -> tuple[PersonLimits, ...]:
        """Who has limits of their own, by name."""
        actor.require(Permission.MANAGE_USERS)
        with self._database.unit_of_work() as session:
            people = LimitRepository(session).people()
            return tuple(_person(session, user) for user in people)

    def of_user(self, actor: Actor, user_id: UUID) -> PersonLimits:
        """Somebody's limits and use; `NotFound` for nobody's."""
        actor.require(Permission.MANAGE_USERS)
        with self._database.unit_of_work() as session:
            return _person(session, _user(session, user_id))

    def named(self, actor: Actor, username: str) -> PersonLimits:
        """`of_user`, by name."""
        actor.require(Permission.MANAGE_USERS)
        with self._database.unit_of_work() as session:
            user = AccountRepository(session).user(username.strip())
            if user is None:
                raise NotFound(f"There is no user “{username.strip()}”; look at the spelling.")
            return _person(session, user)

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
            before = None if row is None else _quota(row)
            if before == quota:
                return before
            if quota is None:
                repository.remove(task, role=role, user_id=user_id)
            else:
                amounts = (quota.per_minute, quota.per_day, quota.streams)
                repository.put(new_id(), task, amounts, role=role, user_id=user_id)
            target = (Target.USER, user_id) if user_id else (Target.LIMIT, f"{role}/{task}")
            told = (_told(task, each) for each in (before, quota))
            record(
                session, actor, Action.LIMIT_CHANGED, target, before=next(told), after=next(told)
            )
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


def _person(session: Session, user: User) -> PersonLimits:
    role = Role(user.role)
    return PersonLimits(user.id, user.username, role, _uses(session, user.id, role))


def _uses(session: Session, user_id: UUID, role: Role) -> tuple[TaskUse, ...]:
    repository = LimitRepository(session)
    rows = repository.rows(role, user_id)
    found = []
    for task in Task:
        keys = tuple(KeyUse(*key) for key in repository.used_by_keys(user_id, task))
        found.append(replace(_use(repository, user_id, role, task, rows), keys=keys))
    return tuple(found)


def _use(
    repository: LimitRepository, user_id: UUID, role: Role, task: Task, rows: Iterable[Limit]
) -> TaskUse:
    quota, source = _holding(role, task, rows)
    requests, amount = repository.used(user_id, task)
    return TaskUse(
        task=task,
        quota=quota,
        source=source,
        requests=requests,
        amount=amount,
        streams=repository.streams(user_id, task),
        at=repository.moment(),
    )


def _holding(role: Role, task: Task, rows: Iterable[Limit]) -> tuple[Quota, Source]:
    """The limit that holds: a person's own, else that set for the role, else the role's default."""
    for row in rows:
        if row.task == task:
            return _quota(row), Source.ROLE if row.user_id is None else Source.OWN
    return DEFAULTS[role, task], Source.DEFAULT


def _quota(row: Limit) -> Quota:
    return Quota(row.per_minute, row.per_day, row.streams)


def _told(task: Task, quota: Quota | None) -> dict[str, object] | None:
    return None if quota is None else {"task": task, **asdict(quota)}
