"""Jobs are begun whole or not at all, seen by their owners, stopped and tried again."""

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from core.clock import now
from core.config import Settings
from core.detection.types import Detection, DetectionParams
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.generation.types import SamplingParams
from core.inference.types import DetectorRequest
from core.jobs.types import (
    DetectTask,
    GenerateTask,
    ItemPrompt,
    ItemState,
    Job,
    JobExportFormat,
    JobKind,
    JobState,
)
from core.keeping.service import KeepingService
from core.permissions import Actor, Role
from tests.core.jobs.conftest import TASK, Desk, begun, packed, picture, pictures
from tests.core.review import rows


@pytest.fixture
def root(desk: Desk) -> Actor:
    return rows.person(desk.database, "root", Role.ADMIN)


def _count(desk: Desk, table: str) -> int:
    with desk.database.unit_of_work() as session:
        return int(session.scalar(text(f"select count(*) from {table}")) or 0)  # noqa: S608


def _states(desk: Desk, actor: Actor, job: Job) -> list[str]:
    return [item.state for item in desk.jobs.items(actor, job.id).items]


def test_an_archive_is_a_job_of_its_files(desk: Desk, ann: Actor) -> None:
    archive = packed({"a/one.png": picture(1), "two.png": picture(2)})
    job = desk.jobs.detect_archive(ann, archive, TASK, "shapes.zip")
    assert (job.name, job.kind, job.progress.total) == ("shapes.zip", JobKind.DETECT, 2)
    assert [item.name for item in desk.jobs.items(ann, job.id).items] == ["a/one.png", "two.png"]


@pytest.mark.parametrize("task", [DetectTask(""), replace(TASK, params=DetectionParams(2.0))])
def test_what_is_wrong_with_all_of_it_keeps_nothing(
    desk: Desk, ann: Actor, task: DetectTask
) -> None:
    with pytest.raises(Invalid):
        desk.jobs.detect(ann, pictures(1), task)
    assert _count(desk, "jobs") == 0


def test_damage_in_an_archive_keeps_nothing(desk: Desk, ann: Actor) -> None:
    content = packed({"a.png": picture(1), "b.png": b"the very picture"}).getvalue()
    damaged = io.BytesIO(content.replace(b"the very picture", b"the very victure", 1))
    with pytest.raises(Invalid):
        desk.jobs.detect_archive(ann, damaged, TASK)
    assert [_count(desk, table) for table in ("jobs", "job_items", "procrastinate_jobs")] == [0] * 3


def test_a_prompt_that_cannot_be_is_named(desk: Desk, ann: Actor) -> None:
    with pytest.raises(Invalid, match="line 3: The prompt is blank"):
        desk.jobs.generate_file(ann, b'prompt,seed\none,\n" ",3\n', GenerateTask())
    with pytest.raises(Invalid, match="prompt 2: temperature"):
        desk.jobs.generate(ann, [ItemPrompt("a"), ItemPrompt("b", temperature=9.0)], GenerateTask())
    assert _count(desk, "jobs") == 0


def test_guests_have_no_jobs_and_keys_only_of_their_scopes(desk: Desk, ann: Actor) -> None:
    with pytest.raises(NotAllowed):
        begun(desk, replace(ann, role=Role.GUEST))


def test_others_jobs_are_not_there_but_for_reviewers(desk: Desk, ann: Actor, root: Actor) -> None:
    bob = rows.person(desk.database, "bob")
    job = begun(desk, ann)
    for ask in (desk.jobs.get, desk.jobs.items, desk.jobs.cancel, desk.jobs.retry):
        with pytest.raises(NotFound):
            ask(bob, job.id)
    with pytest.raises(NotFound):
        desk.jobs.export(bob, job.id, JobExportFormat.CSV)
    assert desk.jobs.listed(bob).jobs == ()
    assert [found.username for found in desk.jobs.listed(root, everybodys=True).jobs] == ["ann"]
    assert desk.jobs.get(root, job.id).id == job.id
    with pytest.raises(NotAllowed):
        desk.jobs.listed(ann, everybodys=True)
    with pytest.raises(NotFound):
        desk.jobs.retry(root, job.id)


def test_pages_of_jobs_and_items_follow_one_another(desk: Desk, ann: Actor) -> None:
    jobs = [begun(desk, ann).id for _ in range(3)]
    first = desk.jobs.listed(ann, limit=2)
    assert [job.id for job in first.jobs] == jobs[:0:-1]
    assert [job.id for job in desk.jobs.listed(ann, cursor=first.next).jobs] == jobs[:1]
    items = desk.jobs.items(ann, jobs[0], limit=2)
    assert [item.position for item in items.items] == [0, 1]
    last = desk.jobs.items(ann, jobs[0], cursor=items.next)
    assert ([item.position for item in last.items], last.next) == ([2], None)
    assert desk.jobs.listed(ann, state=JobState.DONE).jobs == ()
    with pytest.raises(Invalid):
        desk.jobs.items(ann, jobs[0], cursor="x")


def test_cancelling_twice_is_cancelling_once_and_what_is_done_cannot_be(
    desk: Desk, ann: Actor
) -> None:
    job = begun(desk, ann)
    assert desk.jobs.cancel(ann, job.id).state is JobState.CANCELLED
    assert desk.jobs.cancel(ann, job.id).state is JobState.CANCELLED
    assert _count(desk, "procrastinate_jobs") == 0
    desk.work(job)
    assert desk.runs() == []
    again = desk.jobs.retry(ann, job.id)
    assert (again.state, desk.jobs.retry(ann, job.id).state) == (JobState.QUEUED, JobState.QUEUED)
    assert _count(desk, "procrastinate_jobs") == 1
    desk.work(job)
    with pytest.raises(Conflict):
        desk.jobs.cancel(ann, job.id)
    with pytest.raises(Conflict, match="nothing to try again"):
        desk.jobs.retry(ann, job.id)


def test_what_failed_is_tried_again_unless_it_would_fail_again(desk: Desk, ann: Actor) -> None:
    bad = replace(pictures(1)[0], content=b"no picture")
    job = desk.jobs.detect(ann, [bad, *pictures(2)], TASK)

    def failing(request: DetectorRequest) -> tuple[Detection, ...]:
        raise RuntimeError("out of memory")

    whole, desk.models.answer = desk.models.answer, failing
    desk.work(job)
    assert _states(desk, ann, job) == [ItemState.FAILED] * 3
    desk.models.answer = whole
    desk.work(desk.jobs.retry(ann, job.id))
    assert _states(desk, ann, job) == [ItemState.FAILED, ItemState.DONE, ItemState.DONE]
    with pytest.raises(Conflict, match="would fail again"):
        desk.jobs.retry(ann, job.id)


def _exported(desk: Desk, actor: Actor, job: Job, kind: JobExportFormat) -> str:
    return b"".join(desk.jobs.export(actor, job.id, kind).chunks).decode()


def test_detections_leave_as_csv_jsonl_and_coco(desk: Desk, ann: Actor) -> None:
    bad = replace(pictures(1)[0], name="=bad.txt", content=b"no picture")
    job = desk.jobs.detect(ann, [*pictures(2), bad], TASK)
    desk.work(job)
    lines = list(csv.DictReader(io.StringIO(_exported(desk, ann, job, JobExportFormat.CSV))))
    assert [(line["item"], line["name"], line["label"]) for line in lines] == [
        ("1", "0.png", "red circle"),
        ("2", "1.png", "red circle"),
        ("3", "'=bad.txt", None),
    ]
    told = [
        json.loads(line)
        for line in _exported(desk, ann, job, JobExportFormat.JSONL).split("\n")[:-1]
    ]
    assert [bool(line["run"]) for line in told] == [True, True, False]
    coco = json.loads(_exported(desk, ann, job, JobExportFormat.COCO))
    assert [image["file_name"] for image in coco["images"]] == ["0.png", "1.png"]
    assert len(coco["annotations"]) == 2


def test_texts_leave_as_csv_and_jsonl(desk: Desk, ann: Actor) -> None:
    task = GenerateTask(SamplingParams(max_new_tokens=2, seed=5))
    job = desk.jobs.generate(ann, [ItemPrompt("one"), ItemPrompt("=two")], task)
    desk.work(job)
    lines = list(csv.DictReader(io.StringIO(_exported(desk, ann, job, JobExportFormat.CSV))))
    assert [(line["prompt"], line["seed"]) for line in lines] == [("one", "5"), ("'=two", "5")]
    assert all(line["text"] for line in lines)
    told: Any = json.loads(_exported(desk, ann, job, JobExportFormat.JSONL).split("\n")[0])
    assert told["run"]["outputs"][0]["text"] == lines[0]["text"]
    with pytest.raises(Invalid, match="no COCO"):
        desk.jobs.export(ann, job.id, JobExportFormat.COCO)


def test_an_erased_persons_jobs_go_and_old_ones_lose_their_files(
    desk: Desk, ann: Actor, settings: Settings
) -> None:
    kept, old = begun(desk, ann), begun(desk, ann)
    desk.jobs.cancel(ann, old.id)
    with desk.database.unit_of_work() as session:
        given = {"id": old.id, "at": now() - timedelta(days=8)}
        session.execute(text("update jobs set ended_at = :at where id = :id"), given)
    keeping = KeepingService(desk.database, settings)
    assert keeping.run().job_files == 3
    with pytest.raises(Conflict, match="not kept any more"):
        desk.jobs.retry(ann, old.id)
    assert desk.jobs.get(ann, kept.id).state is JobState.QUEUED
    keeping.erase_now(replace(ann, role=Role.ADMIN), ann.user_id)
    assert [_count(desk, table) for table in ("jobs", "job_items", "procrastinate_jobs")] == [0] * 3


def test_jobs_go_with_the_runs_of_their_time(desk: Desk, ann: Actor, settings: Settings) -> None:
    job = begun(desk, ann)
    desk.work(job)
    with desk.database.unit_of_work() as session:
        session.execute(text("update jobs set created_at = now() - interval '3 days'"))
    short = settings.model_copy(update={"keep_runs_days": 2})
    assert KeepingService(desk.database, short).run().jobs == 1
    with pytest.raises(NotFound):
        desk.jobs.get(ann, job.id)


def test_says_what_waits_and_who_works(desk: Desk, ann: Actor, root: Actor) -> None:
    begun(desk, ann)
    state = desk.jobs.queue(root)
    assert (state.jobs[JobState.QUEUED], state.jobs[JobState.RUNNING], state.workers) == (1, 0, 0)
    with pytest.raises(NotAllowed):
        desk.jobs.queue(ann)
