"""Keeps what running generations have written, part by part, should this process be killed.

It keeps the places of their streams too, which are others' soon after that.
"""

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any
from uuid import UUID

import structlog

from core.errors import Unavailable
from core.generation.live import LiveRun
from core.generation.record import token_event, token_to_json
from core.generation.types import TokenEvent
from db.repositories.limit_use import LEASE, LimitUseRepository
from db.repositories.progress import ProgressRepository
from db.session import Database, Presence

log = structlog.get_logger()

_PAUSE_S = 0.5
"""How much of a text a killed process may lose."""
_RENEW_S = LEASE.total_seconds() / 3


@dataclass(frozen=True)
class _Kept:
    """How far a run is kept: so many events, in so many parts."""

    events: int = 0
    parts: int = 0


@dataclass(frozen=True)
class _Part:
    live: LiveRun
    number: int
    events: Sequence[TokenEvent]
    kept: _Kept
    """How far the run is kept once this part is."""


class Progress:
    """Writes twice a second what is new, in a thread of its own.

    While the database is away the next round has the more to write; a run that has ended is the
    recorder's. `presence` is shown as long as anything is written.
    """

    def __init__(self, database: Database, presence: Presence) -> None:
        self._database = database
        self._presence = presence
        self._kept: dict[LiveRun, _Kept] = {}
        self._renewed = monotonic()
        self._changed = threading.Condition()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._work, name="progress", daemon=True)
        self._thread.start()

    def follow(self, live: LiveRun) -> None:
        """Keep what this run writes, from now until `leave`."""
        with self._changed:
            self._kept[live] = _Kept()
            self._changed.notify()

    def leave(self, live: LiveRun) -> None:
        with self._changed:
            self._kept.pop(live, None)

    def close(self, timeout_s: float) -> None:
        self._closed.set()
        with self._changed:
            self._changed.notify()
        self._thread.join(timeout_s)

    def _work(self) -> None:
        while not self._closed.wait(_PAUSE_S):
            with self._changed:
                self._changed.wait_for(lambda: self._kept or self._closed.is_set())
                kept = dict(self._kept)
            try:
                self._presence.show()
                self._renew(kept)
                self._write([part for run in kept.items() if (part := _next_part(*run))])
            except Unavailable:
                log.warning("progress_waits_to_be_kept", runs=len(kept))

    def _renew(self, kept: Collection[LiveRun]) -> None:
        if monotonic() - self._renewed < _RENEW_S:
            return
        with self._database.unit_of_work() as session:
            LimitUseRepository(session).renew([live.run.id for live in kept])
        self._renewed = monotonic()

    def _write(self, parts: Sequence[_Part]) -> None:
        """All in one transaction, or each in its own where one of them cannot be stored."""
        if not parts:
            return
        try:
            with self._database.unit_of_work() as session:
                ProgressRepository(session).add([_as_row(part) for part in parts])
        except Unavailable:
            raise
        except Exception:
            if len(parts) > 1:
                for part in parts:
                    self._write([part])
                return
            log.exception("progress_cannot_be_kept", run_id=str(parts[0].live.run.id))
            self.leave(parts[0].live)
            return
        with self._changed:
            for part in parts:
                if part.live in self._kept:
                    self._kept[part.live] = part.kept


def _next_part(live: LiveRun, kept: _Kept) -> _Part | None:
    events, _ = live.since(kept.events)
    if not events:
        return None
    after = _Kept(kept.events + len(events), kept.parts + 1)
    return _Part(live, kept.parts, events, after)


def _as_row(part: _Part) -> dict[str, Any]:
    tokens = [
        {"output": event.output, "index": event.index, **token_to_json(event)}
        for event in part.events
    ]
    return {"run": part.live.run.id, "part": part.number, "events": {"tokens": tokens}}


def kept_events(repository: ProgressRepository, run_id: UUID) -> list[TokenEvent]:
    """What was kept of a run, as it was told."""
    return [
        token_event(token["output"], token["index"], token)
        for part in repository.parts(run_id)
        for token in part["tokens"]
    ]
