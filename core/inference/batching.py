"""One thread for each loaded detector; requests that wait for it share its next forward pass."""

import threading
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from time import monotonic, perf_counter
from typing import Generic, Protocol, TypeVar

import structlog
import torch

from core.errors import Unavailable
from core.inference.types import EngineStats
from core.inference.waiting import Asked, BatchLimits, Given, Job, WaitingRoom

_CLOSE_S = 10.0
_CAREFUL_S = 60.0
"""How long passes stay small after the memory was not enough."""

log = structlog.get_logger()
Item = TypeVar("Item", contravariant=True)
Answer = TypeVar("Answer", covariant=True)


@dataclass(frozen=True)
class Passed(Generic[Answer]):
    """An answer. `queued_s` is None where the model was free at once."""

    answer: Answer
    forward_s: float
    queued_s: float | None


class Runner(Protocol[Item, Answer]):
    """The model, used by one thread only."""

    def start(self) -> None:
        """Called once, in that thread."""

    def run(self, batch: Sequence[Item]) -> Sequence[Answer]:
        """One forward pass; an answer for each of the batch, in its order."""
        ...

    def free_memory(self) -> None:
        """Give back what the next pass does not need."""


class Batcher(Generic[Asked, Given]):
    """Shares the passes of one model. No error of a request ends its thread."""

    def __init__(self, name: str, runner: Runner[Asked, Given], limits: BatchLimits) -> None:
        self._name = name
        self._runner = runner
        self._batch = limits.batch
        self._careful_batch, self._careful_until = limits.batch, 0.0
        self._room: WaitingRoom[Asked, Given] = WaitingRoom(name, limits)
        self.check_room = self._room.check_room
        self._thread = threading.Thread(target=self._work, name=f"detect-{name}", daemon=True)
        self._thread.start()

    def submit(self, key: Hashable, item: Asked) -> Passed[Given]:
        """Wait for a turn and for the answer; requests with equal keys may share a pass.

        Raises
        ------
        LimitReached : too many wait already.
        Unavailable : waited too long, out of memory, or closed meanwhile.
        Exception : what the model raised for this request.
        """
        job: Job[Asked, Given] = Job(key, item)
        self._room.enter(job)
        self._room.wait(job)
        if job.error is not None:
            raise job.error
        queued_s = job.began - job.entered if job.had_to_wait else None
        return Passed(job.answers[0], job.forward_s, queued_s)

    def stats(self) -> EngineStats:
        return EngineStats(*self._room.counts(), self._batch)

    def close(self) -> None:
        """Refuse those who wait, let the running pass end, and join the thread."""
        self._room.close()
        self._thread.join(_CLOSE_S)
        if self._thread.is_alive():
            log.error("detector_does_not_stop", model=self._name)
            self._room.abandon()

    def _work(self) -> None:
        self._runner.start()
        while self._turn():
            pass

    def _turn(self) -> bool:
        """One pass, in a frame of its own: nothing of it is held while the next is awaited."""
        careful = monotonic() < self._careful_until
        jobs = self._room.take(self._careful_batch if careful else self._batch)
        try:
            self._answer(jobs)
        except Exception as error:
            log.exception("detector_turn_failed", model=self._name)
            for job in jobs:
                job.fail(error)
        return bool(jobs)

    def _answer(self, jobs: list[Job[Asked, Given]], *, freed: bool = False) -> None:
        began = perf_counter()
        outcome = self._attempt(jobs)
        for job in jobs:
            job.began, job.forward_s = began, perf_counter() - began
        if not isinstance(outcome, Exception):
            for job, answer in zip(jobs, outcome, strict=True):
                job.end(answer)
        elif _is_out_of_memory(outcome):
            self._after_out_of_memory(jobs, freed)
        elif len(jobs) == 1:
            jobs[0].fail(outcome)
        else:  # one of them may be the cause: nobody fails for a stranger's request
            log.warning("batch_failed", model=self._name, size=len(jobs), exc_info=outcome)
            for job in jobs:
                self._answer([job])

    def _attempt(self, jobs: list[Job[Asked, Given]]) -> Sequence[Given] | Exception:
        if not jobs:
            return ()
        try:
            return self._runner.run([job.item for job in jobs])
        except Exception as error:  # noqa: BLE001 - raised again where the request came from
            # The frames of a pass that did not fit would hold its memory.
            return error.with_traceback(None) if _is_out_of_memory(error) else error

    def _after_out_of_memory(self, jobs: list[Job[Asked, Given]], freed: bool) -> None:
        """Once more with half of them; a request alone gets a second try in freed memory."""
        log.warning("detection_out_of_memory", model=self._name, size=len(jobs))
        self._runner.free_memory()
        half = len(jobs) // 2
        if half:
            self._careful_batch, self._careful_until = half, monotonic() + _CAREFUL_S
            self._answer(jobs[:half])
            self._answer(jobs[half:])
        elif not freed:
            self._answer(jobs, freed=True)
        else:
            jobs[0].fail(
                Unavailable(
                    f"The model “{self._name}” ran out of memory; try again shortly or with a "
                    "smaller picture.",
                    facts={"reason": "out_of_memory"},
                    retry_after=5,
                )
            )


def _is_out_of_memory(error: Exception) -> bool:
    """On a GPU this is an error of its own; on the CPU torch raises a plain one."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and "allocate memory" in str(error)
