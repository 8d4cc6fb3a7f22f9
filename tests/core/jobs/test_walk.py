"""A job is walked through so that each item is done once, whatever happens meanwhile."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from core.detection.types import Detection
from core.errors import LimitReached, Unavailable
from core.generation.types import SamplingParams
from core.inference.types import DetectorRequest
from core.jobs.stop import Stop
from core.jobs.types import GenerateTask, ItemPrompt, ItemState, Job, JobState
from core.jobs.walk import GivenBack
from core.permissions import Actor
from db.repositories.queue import QueueRepository
from tests.core.detection.scripted import one_box_each
from tests.core.jobs.conftest import TASK, Desk, begun, pictures

TEXTS = GenerateTask(SamplingParams(max_new_tokens=3))


class Killed(BaseException):
    """As a process is killed: nothing behind it is done any more."""


def _ids(desk: Desk, actor: Actor, job: Job) -> list[Any]:
    return [item.run_id for item in desk.jobs.items(actor, job.id).items]


def test_every_picture_becomes_a_run_of_its_own(desk: Desk, ann: Actor) -> None:
    job = begun(desk, ann)
    assert (job.state, job.progress.waiting) == (JobState.QUEUED, 3)
    desk.work(job)
    job = desk.jobs.get(ann, job.id)
    assert (job.state, job.progress.done, job.progress.share) == (JobState.DONE, 3, 1.0)
    assert desk.runs() == [(run_id, "job") for run_id in _ids(desk, ann, job)]


def test_what_is_done_of_it_has_no_content_any_more(desk: Desk, ann: Actor) -> None:
    desk.work(begun(desk, ann))
    with desk.database.unit_of_work() as session:
        assert session.scalar(text("select count(content) from job_items")) == 0


def test_every_prompt_is_written_with_its_own_sampling(desk: Desk, ann: Actor) -> None:
    prompts = [ItemPrompt("one"), ItemPrompt("two", seed=7), ItemPrompt("three", max_new_tokens=1)]
    job = desk.jobs.generate(ann, prompts, TEXTS)
    desk.work(job)
    runs = [desk.generation.get(ann, run_id) for run_id in _ids(desk, ann, job)]
    assert [run.prompt for run in runs] == ["one", "two", "three"]
    assert runs[1].params.seed == 7
    assert [run.params.max_new_tokens for run in runs] == [3, 3, 1]


def test_one_that_fails_does_not_stop_the_others(desk: Desk, ann: Actor) -> None:
    bad = replace(pictures(1)[0], name="notes.txt", content=b"no picture")
    job = desk.jobs.detect(ann, [bad, *pictures(2)], TASK)
    desk.work(job)
    states = [item.state for item in desk.jobs.items(ann, job.id).items]
    assert states == [ItemState.FAILED, ItemState.DONE, ItemState.DONE]
    (failed,) = desk.jobs.items(ann, job.id, state=ItemState.FAILED).items
    assert failed.name == "notes.txt"
    assert failed.error is not None
    assert desk.jobs.get(ann, job.id).state is JobState.DONE


@pytest.mark.parametrize("after_the_run", [False, True])
def test_after_a_killed_worker_the_rest_is_done_and_nothing_twice(
    desk: Desk, ann: Actor, monkeypatch: pytest.MonkeyPatch, after_the_run: bool
) -> None:
    job = begun(desk, ann, 10)
    calls = 0

    def killing(whole: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            nonlocal calls
            calls += 1
            came = whole(*given, **named) if calls != 4 or after_the_run else None
            if calls == 4:
                raise Killed
            return came

        return call

    doer = desk.walk._doer
    monkeypatch.setattr(doer, "begin", killing(doer.begin))
    with pytest.raises(Killed):
        desk.work(job)
    assert desk.jobs.get(ann, job.id).progress.done == 3
    desk.work(job)
    assert desk.jobs.get(ann, job.id).progress.done == 10
    assert [run_id for run_id, _ in desk.runs()] == _ids(desk, ann, job)
    assert len(desk.models.asked) == 10


def test_a_text_whose_writer_died_is_written_again(desk: Desk, ann: Actor) -> None:
    job = desk.jobs.generate(ann, [ItemPrompt("one")], TEXTS)
    desk.work(job)
    (first,) = _ids(desk, ann, job)
    with desk.database.unit_of_work() as session:  # as the worker's death would have left it
        session.execute(text("update runs set status = 'running', output = null, writer = 17"))
        session.execute(text("update job_items set state = 'waiting'"))
        session.execute(text("update jobs set state = 'running', ended_at = null"))
    desk.work(job)
    (second,) = _ids(desk, ann, job)
    assert second != first
    assert desk.generation.get(ann, second).status == "done"
    assert desk.generation.get(ann, first).status == "failed"


def test_two_workers_are_never_at_one_job(desk: Desk, ann: Actor) -> None:
    job = begun(desk, ann)
    looking, go_on = threading.Event(), threading.Event()

    def slow(request: DetectorRequest) -> tuple[Detection, ...]:
        looking.set()
        go_on.wait(10)
        return one_box_each(request)

    desk.models.answer = slow
    first = threading.Thread(target=desk.work, args=(job,))
    first.start()
    assert looking.wait(10)
    with pytest.raises(GivenBack):
        desk.work(job)
    go_on.set()
    first.join(10)
    assert desk.jobs.get(ann, job.id).progress.done == 3
    assert len(desk.runs()) == 3


def test_a_closing_worker_gives_the_job_back(desk: Desk, ann: Actor) -> None:
    job, stop = begun(desk, ann), Stop()

    def closing(request: DetectorRequest) -> tuple[Detection, ...]:
        stop.close()
        return one_box_each(request)

    desk.models.answer = closing
    with pytest.raises(GivenBack):
        desk.work(job, stop)
    job = desk.jobs.get(ann, job.id)
    assert (job.state, job.progress.done, job.progress.waiting) == (JobState.QUEUED, 1, 2)
    desk.work(job)
    assert desk.jobs.get(ann, job.id).state is JobState.DONE


def test_goes_on_by_itself_once_the_database_is_back(
    desk: Desk, ann: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.jobs.walk._LOOK_AGAIN_S", 0.01)
    job = begun(desk, ann, 3)
    whole, calls = desk.walk._doer.begin, 0

    def away_once(*given: Any) -> Any:
        nonlocal calls
        calls += 1
        came = whole(*given)
        if calls == 2:  # it was stored, and the answer was lost
            raise Unavailable("The database is away.")
        return came

    monkeypatch.setattr(desk.walk._doer, "begin", away_once)
    desk.work(job)
    assert desk.jobs.get(ann, job.id).progress.done == 3
    assert len(desk.runs()) == 3


def test_a_model_that_stays_away_ends_it_with_the_rest_waiting(
    desk: Desk, ann: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Stop, "wait", lambda self, seconds: False)
    job = begun(desk, ann)
    desk.models.away = True
    desk.work(job)
    job = desk.jobs.get(ann, job.id)
    assert (job.state, job.progress.waiting, job.error) == (
        *(JobState.FAILED, 3),
        "The model is away.",
    )


def test_a_days_limit_ends_it_and_says_how_to_go_on(desk: Desk, ann: Actor) -> None:
    job = begun(desk, ann)

    def used_up(request: DetectorRequest) -> tuple[Detection, ...]:
        if len(desk.models.asked) == 2:
            raise LimitReached("You have used today's 1 picture.", retry_after=7000)
        return one_box_each(request)

    desk.models.answer = used_up
    desk.work(job)
    job = desk.jobs.get(ann, job.id)
    assert (job.state, job.progress.done, job.progress.waiting) == (JobState.FAILED, 1, 2)
    assert job.error is not None
    assert "try again then" in job.error
    desk.models.answer = one_box_each
    desk.work(desk.jobs.retry(ann, job.id))
    assert desk.jobs.get(ann, job.id).progress.done == 3
    assert len(desk.runs()) == 3


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("update users set active = false", "disabled"),
        ("update users set role = 'guest'", "role"),
    ],
)
def test_ends_where_whose_it_is_may_not_have_it_done_any_more(
    desk: Desk, ann: Actor, change: str, said: str
) -> None:
    job = begun(desk, ann)
    with desk.database.unit_of_work() as session:
        session.execute(text(change))
    desk.work(job)
    ended = desk.jobs.get(ann, job.id)
    assert (ended.state, ended.progress.waiting) == (JobState.FAILED, 3)
    assert said in str(ended.error)


def test_ends_with_the_key_it_was_begun_with(desk: Desk, ann: Actor) -> None:
    key = desk.accounts.add_key(desk.accounts.system_actor(), "batch", None, "ann")
    caller = desk.accounts.actor_for_key(key.secret)
    assert caller is not None
    job = begun(desk, caller)
    desk.accounts.revoke_key(ann, key.info.id)
    desk.work(job)
    assert "revoked" in str(desk.jobs.get(ann, job.id).error)


def test_stops_soon_after_it_was_cancelled(desk: Desk, ann: Actor) -> None:
    job = begun(desk, ann)

    def cancelling(request: DetectorRequest) -> tuple[Detection, ...]:
        desk.jobs.cancel(ann, job.id)
        return one_box_each(request)

    desk.models.answer = cancelling
    desk.work(job)
    ended = desk.jobs.get(ann, job.id)
    assert (ended.state, ended.progress.done, ended.progress.waiting) == (JobState.CANCELLED, 1, 2)


def test_what_nobody_foresaw_ends_it_and_is_said(
    desk: Desk, ann: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise ValueError("never thought of")

    job = begun(desk, ann)
    monkeypatch.setattr(desk.walk._doer, "begin", broken)
    desk.work(job)
    ended = desk.jobs.get(ann, job.id)
    assert (ended.state, ended.progress.waiting) == (JobState.FAILED, 3)
    assert "Something went wrong" in str(ended.error)


def test_a_job_whose_entry_is_lost_is_found(desk: Desk, ann: Actor) -> None:
    lost, kept, done = begun(desk, ann), begun(desk, ann), begun(desk, ann)
    desk.work(done)
    with desk.database.unit_of_work() as session:
        gone = {"entries": [desk.entry(lost.id), desk.entry(done.id)]}
        session.execute(text("delete from procrastinate_jobs where id = any(:entries)"), gone)
    with desk.database.unit_of_work() as session:
        assert QueueRepository(session).orphans() == [(lost.id, ann.user_id)]
    assert desk.jobs.get(ann, kept.id).state is JobState.QUEUED


def test_a_dead_workers_jobs_are_for_others(desk: Desk, ann: Actor) -> None:
    job = begun(desk, ann)
    with desk.database.unit_of_work() as session:
        session.execute(text("insert into procrastinate_workers (last_heartbeat) values (now())"))
        session.execute(
            text(
                "update procrastinate_jobs set status = 'doing',"
                " worker_id = (select max(id) from procrastinate_workers)"
            )
        )
    with desk.database.unit_of_work() as session:
        assert QueueRepository(session).give_back_stalled(10) == []
        session.execute(
            text("update procrastinate_workers set last_heartbeat = now() - interval '11 s'")
        )
        assert QueueRepository(session).give_back_stalled(10) == [desk.entry(job.id)]
        assert session.scalar(text("select status from procrastinate_jobs")) == "todo"
