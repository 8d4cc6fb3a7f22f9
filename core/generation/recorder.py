"""Writes ended runs to the database, in a thread of its own, until they are written."""

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

import structlog

from core import metrics
from core.errors import Unavailable
from core.generation.closing import close_run
from core.generation.described import checked
from core.generation.live import LiveRun
from core.generation.types import FinishReason, GenerationRun, Output, TokenEvent, Usage
from core.inference.types import EngineEnd
from core.runs.types import RunStatus, Task
from core.signals.service import SignalService
from core.signals.types import SignalKind
from db.repositories.runs import RunRepository
from db.session import Database

log = structlog.get_logger()

_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 5.0


class Recorder:
    """Records runs one after the other; while the database is away it tries again and again.

    Parameters
    ----------
    done : called with each run when its row is committed, or given up, before its followers
        are told the end.
    """

    def __init__(
        self, database: Database, signals: SignalService, done: Callable[[LiveRun], None]
    ) -> None:
        self._database = database
        self._signals = signals
        self._done = done
        self._ended: queue.SimpleQueue[LiveRun | None] = queue.SimpleQueue()
        self._hurry = threading.Event()
        self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)
        self._thread.start()

    def put(self, live: LiveRun) -> None:
        """Hand over an ended run; returns at once."""
        self._ended.put(live)

    def close(self, timeout_s: float) -> bool:
        """Write what was handed over, trying for at most `timeout_s` seconds; True if all is."""
        self._ended.put(None)
        self._thread.join(timeout_s)
        self._hurry.set()
        return not self._thread.is_alive()

    def _work(self) -> None:
        while (live := self._ended.get()) is not None:
            run, events, ends = live.outcome()
            run, code = _judged(run, ends)
            code = live.refusal or code
            try:
                run = self._write_until_done(run, events, code)
            except Exception:
                log.exception("generation_not_recorded", run_id=str(run.id))
                run, code = _not_recorded(run), "not_recorded"
                self._write_last_try(run, code)
            seconds = run.timings_ms["total"] / 1000
            metrics.count_request(
                Task.GENERATION, live.face, run.status, seconds, live.trace_id, code
            )
            if live.stopped_by is not None and run.status is RunStatus.STOPPED:
                written = {"tokens": run.usage.completion_tokens}
                self._signals.note(live.stopped_by, run.id, SignalKind.STOPPED, written)
            self._done(live)
            live.recorded(run)

    def _write_until_done(
        self, run: GenerationRun, events: Sequence[TokenEvent], code: str | None
    ) -> GenerationRun:
        """The run as it was written, its claims checked."""
        pause = _FIRST_PAUSE_S
        while True:
            try:
                run = checked(self._database, run)
                self._write(run, events, code)
                return run
            except Unavailable:
                log.warning("generation_waits_to_be_recorded", run_id=str(run.id))
                if self._hurry.wait(pause):
                    raise
                pause = min(pause * 2, _LONGEST_PAUSE_S)

    def _write_last_try(self, run: GenerationRun, code: str) -> None:
        try:
            self._write(run, (), code)
        except Exception:
            log.exception("generation_row_stays_open", run_id=str(run.id))

    def _write(self, run: GenerationRun, events: Sequence[TokenEvent], code: str | None) -> None:
        with self._database.unit_of_work() as session:
            closed = close_run(RunRepository(session), run, events, code)
        if not closed:
            log.warning("generation_row_closed_already", run_id=str(run.id))


def _judged(run: GenerationRun, ends: Sequence[EngineEnd]) -> tuple[GenerationRun, str | None]:
    """The run with its final status, and its error code if it failed."""
    reasons = {end.reason for end in ends}
    error = next((end.error for end in ends if end.error), None)
    if FinishReason.ERROR in reasons:
        return replace(run, status=RunStatus.FAILED, error=error), "engine"
    if FinishReason.TIMEOUT in reasons:
        error = "The model wrote nothing for too long and was stopped; try again."
        return replace(run, status=RunStatus.FAILED, error=error), "timeout"
    if FinishReason.CANCELLED in reasons:
        return replace(run, status=RunStatus.STOPPED), None
    return replace(run, status=RunStatus.DONE), None


def _not_recorded(run: GenerationRun) -> GenerationRun:
    outputs = tuple(Output("", FinishReason.ERROR) for _ in run.outputs)
    error = "The text was written but could not be stored; start it again."
    return replace(run, status=RunStatus.FAILED, outputs=outputs, usage=Usage(0, 0), error=error)
