"""The worker takes what is in the queue, stops what is cancelled, and leaves nothing behind."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text

from core.detection.types import Detection
from core.inference.types import DetectorRequest
from core.jobs.types import Job, JobState
from core.jobs.worker import JobWorker
from core.permissions import Actor
from tests.core.detection.scripted import one_box_each
from tests.core.jobs.conftest import Desk, begun

_PATIENCE_S = 30


@pytest.fixture
def worker(desk: Desk) -> Iterator[JobWorker]:
    worker = JobWorker(desk.database, desk.walk)
    worker.start()
    yield worker
    worker.close()


def _until(true: Callable[[], bool]) -> float:
    """Seconds until it was."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < _PATIENCE_S
        time.sleep(0.02)
    return time.monotonic() - began


def _is(desk: Desk, actor: Actor, job: Job, state: JobState) -> Callable[[], bool]:
    return lambda: desk.jobs.get(actor, job.id).state is state


def _queued(desk: Desk) -> list[str]:
    with desk.database.unit_of_work() as session:
        return list(session.scalars(text("select status from procrastinate_jobs")))


def test_does_what_comes_and_leaves_nothing_in_the_queue(
    desk: Desk, ann: Actor, worker: JobWorker
) -> None:
    for _ in range(2):
        job = begun(desk, ann)
        _until(_is(desk, ann, job, JobState.DONE))
    _until(lambda: not _queued(desk))
    assert len(desk.runs()) == 6


def test_a_cancelled_job_lets_the_worker_go_on_with_others(
    desk: Desk, ann: Actor, worker: JobWorker
) -> None:
    looking, go_on = threading.Event(), threading.Event()

    def slow(request: DetectorRequest) -> tuple[Detection, ...]:
        looking.set()
        go_on.wait(_PATIENCE_S)
        return one_box_each(request)

    desk.models.answer = slow
    first, second = begun(desk, ann, 2), begun(desk, ann, 2)
    assert looking.wait(_PATIENCE_S)
    desk.jobs.cancel(ann, first.id)
    go_on.set()
    _until(_is(desk, ann, second, JobState.DONE))
    cancelled = desk.jobs.get(ann, first.id)
    assert (cancelled.progress.done, cancelled.progress.waiting) == (1, 1)


def test_what_a_closing_worker_has_is_given_back(desk: Desk, ann: Actor, worker: JobWorker) -> None:
    looking = threading.Event()

    def slow(request: DetectorRequest) -> tuple[Detection, ...]:
        looking.set()
        time.sleep(0.2)
        return one_box_each(request)

    desk.models.answer = slow
    job = begun(desk, ann, 100)
    assert looking.wait(_PATIENCE_S)
    worker.close()
    assert desk.jobs.get(ann, job.id).state is JobState.QUEUED
    assert _queued(desk) == ["todo"]
    with desk.database.unit_of_work() as session:
        assert session.scalar(text("select count(*) from procrastinate_workers")) == 0
