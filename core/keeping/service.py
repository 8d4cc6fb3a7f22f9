"""Removing what is past its time, and people who are to be erased."""

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from core.audit.recording import record
from core.audit.types import Action
from core.clock import now
from core.config import Settings
from core.errors import Conflict
from core.keeping.erasing import BATCH, Step, erase_person
from core.keeping.times import oldest_kept
from core.keeping.types import Counts
from core.permissions import Actor, Face, Permission, Role
from db.repositories.erasing_people import PersonErasing
from db.repositories.erasing_runs import RunErasing
from db.repositories.keeping import KINDS, KeepingRepository
from db.repositories.reconcile import WORDED, ReconcileRepository
from db.session import Database, Session

PROGRAM = Actor(user_id=UUID(int=0), username="Glimpse", role=Role.ADMIN, face=Face.JOB)
_PICTURES = 2_000
_ROWS = 5_000

Remove = Callable[[Session, datetime], int]


class KeepingService:
    """One process at a time, in short transactions: nobody's request waits for it."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings

    def run(self, actor: Actor = PROGRAM) -> Counts:
        """Remove all that is due; how much that was.

        Raises
        ------
        Conflict : another process is at it.
        """
        actor.require(Permission.MANAGE_USERS)
        with self._database.connected() as step:
            _claim(step)
            with step() as session:
                due = PersonErasing(session).due(now())
            people = sum(erase_person(step, actor, person) for person in due)
            removed = Counts(people=people, **self._retained(step))
            if removed.runs or due:
                _forget_words(step)
            if removed:
                with step() as session:
                    after = {kind: n for kind, n in vars(removed).items() if n}
                    record(session, actor, Action.RETENTION_RUN, after=after)
        return removed

    def erase_now(self, actor: Actor, person: UUID) -> bool:
        """Erase somebody who is to be erased, without waiting for the time.

        False where a run of theirs is still being written; the rest follows within the hour.
        Raises `Conflict` where another process is at it.
        """
        actor.require(Permission.MANAGE_USERS)
        with self._database.connected() as step:
            _claim(step)
            done = erase_person(step, actor, person)
            _forget_words(step)
        return done

    def due(self) -> Counts:
        """What the next run would remove."""
        oldest = oldest_kept(self._settings, now())
        with self._database.unit_of_work() as session:
            repository = KeepingRepository(session)
            counts = {kind: repository.due(kind, oldest[kind]) for kind in KINDS if kind in oldest}
            if "runs" in oldest:
                counts["runs"] = repository.due_runs(oldest["runs"])
            if "pictures" in oldest:
                counts["pictures"] = repository.due_pictures(oldest["pictures"])
            counts["job_files"] = repository.due_job_files(oldest["job_files"])
            return Counts(people=len(PersonErasing(session).due(now())), **counts)

    def _retained(self, step: Step) -> Mapping[str, int]:
        """How many of each kind were past their time, and are removed."""
        oldest = oldest_kept(self._settings, now())
        pictures = 0

        def erase_runs(session: Session, moment: datetime) -> int:
            nonlocal pictures
            repository = RunErasing(session)
            runs = repository.before(moment, BATCH)
            pictures += repository.erase(runs, now())
            return len(runs)

        ways: dict[str, Remove] = {
            "runs": erase_runs,
            "pictures": _empty_pictures,
            "job_files": _empty_job_files,
        }
        ways |= {kind: _remover(kind) for kind in KINDS}
        counts = {kind: _all(step, ways[kind], moment) for kind, moment in oldest.items()}
        return {**counts, "pictures": counts.get("pictures", 0) + pictures}


def _claim(step: Step) -> None:
    with step() as session:
        if not KeepingRepository(session).claim():
            raise Conflict("Another process is removing what is past its time; try again later.")


def _forget_words(step: Step) -> None:
    """Tags and phrases that nobody's rating has any more leave the counts as well."""
    for table in WORDED:
        with step() as session:
            ReconcileRepository(session).drop_empty(table)


def _all(step: Step, remove: Remove, moment: datetime) -> int:
    """Batch by batch, until one finds nothing."""
    removed = 0
    while True:
        with step() as session:
            gone = remove(session, moment)
        if not gone:
            return removed
        removed += gone


def _empty_pictures(session: Session, moment: datetime) -> int:
    return KeepingRepository(session).empty_pictures(moment, _PICTURES)


def _empty_job_files(session: Session, moment: datetime) -> int:
    return KeepingRepository(session).empty_job_files(moment, BATCH)


def _remover(kind: str) -> Remove:
    return lambda session, moment: KeepingRepository(session).remove(kind, moment, _ROWS)
