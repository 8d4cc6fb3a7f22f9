"""The requests that wait for one detector: bounded in number and in time."""

import threading
from collections.abc import Hashable
from dataclasses import dataclass
from time import perf_counter
from typing import Generic, TypeVar

from core.errors import LimitReached, Unavailable
from core.metrics import queue_depth

Asked = TypeVar("Asked")
Given = TypeVar("Given")


@dataclass(frozen=True)
class BatchLimits:
    """Most requests in one pass, most that wait beside it, and the seconds they wait at most."""

    batch: int
    queued: int
    wait_s: float


class Job(Generic[Asked, Given]):
    """One request on its way; times are of `perf_counter`."""

    def __init__(self, key: Hashable, item: Asked) -> None:
        self.key = key
        self.item = item
        self.entered = self.began = perf_counter()
        self.forward_s = 0.0
        self.had_to_wait = False
        self.answers: list[Given] = []
        self.error: Exception | None = None
        self.over = threading.Event()

    def end(self, answer: Given) -> None:
        self.answers.append(answer)
        self.over.set()

    def fail(self, error: Exception) -> None:
        if not self.over.is_set():
            self.error = error
            self.over.set()


class WaitingRoom(Generic[Asked, Given]):
    """Any thread may enter; one takes the jobs out again, oldest first."""

    def __init__(self, name: str, limits: BatchLimits) -> None:
        self._name = name
        self._limits = limits
        self._changed = threading.Condition()
        self._waiting: list[Job[Asked, Given]] = []
        self._running: list[Job[Asked, Given]] = []
        self._closed = False

    def check_room(self) -> None:
        """Raise `LimitReached` where the queue is full, `Unavailable` after `close`."""
        with self._changed:
            self._check_room()

    def enter(self, job: Job[Asked, Given]) -> None:
        """Queue the job; raises as `check_room`."""
        with self._changed:
            self._check_room()
            job.had_to_wait = bool(self._waiting) or self._is_busy()
            self._waiting.append(job)
            self._show_depth()
            self._changed.notify()

    def wait(self, job: Job[Asked, Given]) -> None:
        """Until the job is over; `Unavailable` where its turn does not come in time."""
        if not job.over.wait(self._limits.wait_s) and self._withdrawn(job):
            raise Unavailable(
                f"The model “{self._name}” is busy: no turn came within "
                f"{self._limits.wait_s:g} seconds. Try again shortly.",
                retry_after=10,
            )
        job.over.wait()

    def counts(self) -> tuple[int, int]:
        """How many wait, and how many are in the pass."""
        with self._changed:
            return len(self._waiting), sum(not job.over.is_set() for job in self._running)

    def take(self, most: int) -> list[Job[Asked, Given]]:
        """The oldest job and those with its key, once there is one; none when closed."""
        with self._changed:
            self._running = []
            while not (self._waiting or self._closed):
                self._changed.wait()
            alike = [job for job in self._waiting if job.key == self._waiting[0].key]
            self._running = alike[:most]
            self._waiting = [job for job in self._waiting if job not in self._running]
            self._show_depth()
            return self._running

    def close(self) -> None:
        """Nobody enters any more; those who wait are refused."""
        with self._changed:
            self._closed = True
            refused, self._waiting = self._waiting, []
            self._show_depth()
            self._changed.notify()
        for job in refused:
            job.fail(self._stopped())

    def abandon(self) -> None:
        """Let go of those whose pass does not return."""
        for job in self._running:
            job.fail(self._stopped())

    def _check_room(self) -> None:
        if self._closed:
            raise self._stopped()
        free_now = 0 if self._is_busy() else self._limits.batch
        if len(self._waiting) >= self._limits.queued + free_now:
            raise LimitReached(
                f"{self._limits.queued} requests wait for the model “{self._name}” already, as "
                "many as may wait; try again in a few seconds.",
                facts={"limit": self._limits.queued},
                retry_after=5,
            )

    def _is_busy(self) -> bool:
        return not all(job.over.is_set() for job in self._running)

    def _withdrawn(self, job: Job[Asked, Given]) -> bool:
        """Whether the job was still waiting; then it waits no more."""
        with self._changed:
            if job not in self._waiting:
                return False
            self._waiting.remove(job)
            self._show_depth()
            return True

    def _show_depth(self) -> None:
        queue_depth.labels(self._name).set(len(self._waiting))

    def _stopped(self) -> Unavailable:
        return Unavailable(
            f"The model “{self._name}” was stopped; try again later.", retry_after=10
        )
