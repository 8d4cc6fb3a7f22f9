"""Counting what somebody uses, and refusing what would be too much."""

from datetime import datetime
from uuid import UUID

from core.limits.types import DEFAULTS, Quota, Span
from core.limits.words import refusal
from core.permissions import Actor
from core.runs.types import Task
from db.repositories.limits import LimitRepository
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
    stream : the run whose text is to be written from now on; `LimitRepository.settle` ends it.

    Raises
    ------
    LimitReached : it is too much by now; `retry_after` says when it works again.
    Invalid, NotAllowed : it is more than may be had at once, or nothing may.
    """
    repository = LimitRepository(session)
    default = DEFAULTS[actor.role, task]
    taken = repository.take(
        user_id=actor.user_id,
        key_id=actor.key_id,
        role=actor.role,
        task=task,
        defaults=(default.per_minute, default.per_day, default.streams),
        requests=requests,
        amount=amount,
        stream=stream,
    )
    if taken.refused is None:
        return taken.at
    span = Span(taken.refused)
    in_minute, in_day = repository.used(actor.user_id, task)
    used, asked = (in_day, amount) if span is Span.DAY else (in_minute, requests)
    raise refusal(task, span, Quota(*taken.most), used=used, asked=asked, at=taken.at)


def give_back(session: Session, actor: Actor, task: Task, amount: int, at: datetime) -> None:
    """Take back from the day's count what `take` counted at `at` and was not used."""
    subjects = [actor.user_id] if actor.key_id is None else [actor.user_id, actor.key_id]
    LimitRepository(session).give_back(subjects, task, amount, at)
