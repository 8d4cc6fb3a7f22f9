"""Counting what somebody uses, and refusing what would be too much."""

from datetime import datetime
from uuid import UUID

from core.limits.types import DEFAULTS, Quota, Span
from core.limits.words import refusal
from core.permissions import Actor
from core.runs.types import Task
from db.repositories.limit_use import LimitUseRepository, Taken, Wanted
from db.session import Session


def take(
    session: Session,
    actor: Actor,
    task: Task,
    *,
    requests: int = 0,
    amount: int = 0,
    stream: UUID | None = None,
) -> datetime:
    """Count this for the actor, and for the API key they came with; returns when it was.

    It is one statement, right however many ask at the same time. It holds if, and only if,
    `session` is committed, so that what is refused counts nothing.

    Parameters
    ----------
    amount : pictures of a detection, tokens of a generation.
    stream : the run whose text is to be written from now on; `LimitUseRepository.settle` ends it.

    Raises
    ------
    LimitReached : it is too much by now; `retry_after` says when it works again.
    Invalid, NotAllowed : it is more than may be had at once, or nothing may.
    """
    wanted = use_of(actor, task, requests=requests, amount=amount, stream=stream)
    return granted(session, wanted, LimitUseRepository(session).take(wanted))


def use_of(
    actor: Actor, task: Task, *, requests: int = 0, amount: int = 0, stream: UUID | None = None
) -> Wanted:
    """What `take` counts, for a repository that does so in a statement of its own."""
    default = DEFAULTS[actor.role, task]
    return Wanted(
        user_id=actor.user_id,
        key_id=actor.key_id,
        role=actor.role,
        task=task,
        defaults=(default.per_minute, default.per_day, default.streams),
        requests=requests,
        amount=amount,
        stream=stream,
    )


def granted(session: Session, wanted: Wanted, taken: Taken) -> datetime:
    """When it was counted; raises as `take` where it was not."""
    if taken.refused is None:
        return taken.at
    span, task = Span(taken.refused), Task(wanted.task)
    in_minute, in_day = LimitUseRepository(session).used(wanted.user_id, task)
    used, asked = (in_day, wanted.amount) if span is Span.DAY else (in_minute, wanted.requests)
    raise refusal(task, span, Quota(*taken.most), used=used, asked=asked, at=taken.at)


def give_back(session: Session, actor: Actor, task: Task, amount: int, at: datetime) -> None:
    """Take back from the day's count what `take` counted at `at` and was not used."""
    subjects = [actor.user_id] if actor.key_id is None else [actor.user_id, actor.key_id]
    LimitUseRepository(session).give_back(subjects, task, amount, at)
