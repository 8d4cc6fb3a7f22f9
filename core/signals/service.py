"""Noting what people do with their runs without saying anything, and what that adds up to."""

from collections.abc import Callable, Collection, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

import structlog

from core.clock import now
from core.permissions import Actor, Face, Permission
from core.runs.types import Relation, Task
from core.signals.types import ModelSignals, SignalKind
from db.repositories.signals import SignalRepository
from db.session import Database

log = structlog.get_logger()

GLANCE = timedelta(minutes=1)
"""Whoever goes on to something else sooner after a run's end has abandoned it."""
REMADE = frozenset({Relation.AGAIN, Relation.EDITED})
"""What a run is to one that did not satisfy."""

_NOTHING_MORE: Mapping[str, Any] = MappingProxyType({})


class SignalService:
    """Signals are a person's, given in the browser with a run of their own.

    What a program does through the API, or a reviewer with somebody else's run, is none and leaves
    no trace. Noting never fails: where it cannot be done, that is logged.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(
        self,
        actor: Actor,
        run_id: UUID,
        kind: SignalKind,
        detail: Mapping[str, Any] = _NOTHING_MORE,
    ) -> None:
        """Note `kind` for a run, once: what was noted before stays, with its detail."""
        self.note_all(actor, (run_id,), kind, detail)

    def note_all(
        self,
        actor: Actor,
        run_ids: Collection[UUID],
        kind: SignalKind,
        detail: Mapping[str, Any] = _NOTHING_MORE,
    ) -> None:
        """`note`, for each of several runs."""
        self._try(
            actor,
            lambda signals: signals.add(run_ids, actor.user_id, kind, dict(detail), now()),
        )

    def began(
        self,
        actor: Actor,
        run_id: UUID,
        parent_id: UUID | None = None,
        relation: Relation | None = None,
    ) -> None:
        """Note what beginning the run `run_id` says of the run it came from, or the one before.

        To be called once its row is there.
        """

        def write(signals: SignalRepository) -> None:
            if parent_id is not None and relation in REMADE:
                made = {"run": str(run_id), "relation": relation}
                signals.add((parent_id,), actor.user_id, SignalKind.REGENERATED, made, now())
            signals.add_abandoned(run_id, GLANCE)

        self._try(actor, write)

    def per_model(
        self,
        actor: Actor,
        since: date | None = None,
        until: date | None = None,
        demo: bool | None = None,
    ) -> tuple[ModelSignals, ...]:
        """What runs begun on these days (UTC, both included) got, by model and revision.

        Models without a run are left out; those with most come first. `demo`: demo data only, or
        real data only.
        """
        actor.require(Permission.REVIEW)
        with self._database.unit_of_work() as session:
            found = SignalRepository(session).by_model(since, until, demo)
        return tuple(
            ModelSignals(
                model=each.model,
                revision=each.revision,
                task=Task(each.task),
                runs=each.runs,
                counts={SignalKind(kind): number for kind, number in each.kinds.items()},
            )
            for each in found
        )

    def _try(self, actor: Actor, write: Callable[[SignalRepository], None]) -> None:
        if actor.face is not Face.UI:
            return
        try:
            with self._database.unit_of_work() as session:
                write(SignalRepository(session))
        except Exception:
            log.exception("signal_not_noted")
