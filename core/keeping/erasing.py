"""Erasing everything of one person, in short transactions; broken off, it is gone on with."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from uuid import UUID

from core.audit.recording import record
from core.audit.types import Action, Target
from core.clock import now
from core.feedback.types import SUGGESTED_TAGS
from core.permissions import Actor
from db.repositories.accounts import AccountRepository, User
from db.repositories.erasing_people import PersonErasing
from db.repositories.erasing_runs import RunErasing
from db.session import Session

BATCH = 200
_SUGGESTED = [tag for tags in SUGGESTED_TAGS.values() for tag in tags]

Step = Callable[[], AbstractContextManager[Session]]


def erase_person(step: Step, actor: Actor, person: UUID) -> bool:
    """Remove all content of a person; what is counted of them stays, under a name of no one.

    False where a run of theirs is still being written: then the rest waits for the next time.

    Parameters
    ----------
    step : opens a transaction.
    actor : who does it, for the audit log.
    """
    runs = _erase_runs(step, person)
    ratings = _erase_ratings(step, person)
    with step() as session:
        user = AccountRepository(session).user_by_id(person)
        if user is None or user.erased_at is not None:
            return True
        if RunErasing(session).still_running(person):
            return False
        tombstone = f"erased-{person.hex[-8:]}"
        PersonErasing(session).clear_rest(person, user.username, tombstone)
        _bury(user, tombstone)
        counts = {"runs": runs, "ratings": ratings}
        record(session, actor, Action.USER_ERASED, (Target.USER, person), after=counts)
    return True


def _erase_runs(step: Step, person: UUID) -> int:
    erased = 0
    while True:
        with step() as session:
            repository = RunErasing(session)
            runs = repository.of(person, BATCH)
            if not runs:
                return erased
            repository.erase(runs, now())
        erased += len(runs)


def _erase_ratings(step: Step, person: UUID) -> int:
    cleared, after = 0, None
    while True:
        with step() as session:
            repository = PersonErasing(session)
            ratings = repository.ratings(person, after, BATCH)
            if not ratings:
                return cleared
            own = repository.tags_of_nobody_else(person, ratings, _SUGGESTED)
            repository.clear_ratings(ratings, own)
        cleared, after = cleared + len(ratings), ratings[-1]


def _bury(user: User, tombstone: str) -> None:
    user.username = tombstone
    user.password_hash = None
    user.active = user.must_change_password = user.role_from_claim = False
    user.epoch += 1
    user.last_seen_at = user.erase_at = None
    user.erased_at = now()
