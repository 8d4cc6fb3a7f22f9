"""Jobs as they are kept in their rows, and back."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from core.detection.types import DetectionParams
from core.generation.types import SamplingParams
from core.jobs.types import (
    DetectTask,
    GenerateTask,
    ItemPrompt,
    ItemState,
    Job,
    JobItem,
    JobKind,
    JobState,
    Progress,
)
from db.repositories.jobs import Counts, Listed
from db.repositories.jobs import JobItem as ItemRow

_OWN = ("seed", "max_new_tokens", "temperature")
"""What of the sampling an item may say for itself."""


def task_to_json(task: DetectTask | GenerateTask) -> dict[str, Any]:
    return asdict(task)


def task_from_json(kind: str, stored: Mapping[str, Any]) -> DetectTask | GenerateTask:
    params = stored["params"]
    if kind == JobKind.DETECT:
        return DetectTask(stored["prompt"], DetectionParams(**params), stored["model"])
    sampling = SamplingParams(**{**params, "stop": tuple(params["stop"])})
    return GenerateTask(sampling, stored["model"])


def prompt_to_json(prompt: ItemPrompt) -> dict[str, Any]:
    own = {name: getattr(prompt, name) for name in _OWN}
    return {
        "prompt": prompt.text,
        **{name: value for name, value in own.items() if value is not None},
    }


def sampling_of(task: GenerateTask, asked: Mapping[str, Any]) -> SamplingParams:
    """What holds for one item: its own, else the job's."""
    return replace(task.params, **{name: asked[name] for name in _OWN if name in asked})


def as_job(listed: Listed) -> Job:
    row, username, counts = listed
    return Job(
        id=row.id,
        user_id=row.user_id,
        username=username,
        kind=JobKind(row.kind),
        name=row.name,
        state=JobState(row.state),
        task=task_from_json(row.kind, row.params),
        progress=_progress(counts, JobState(row.state)),
        error=row.error,
        created_at=row.created_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )


def as_item(row: ItemRow) -> JobItem:
    state = ItemState(row.state)
    return JobItem(
        position=row.position,
        name=row.name,
        state=state,
        error=row.error,
        run_id=row.run_id if state is ItemState.DONE else None,
        prompt=row.asked.get("prompt"),
        ended_at=row.ended_at,
    )


def _progress(counts: Counts, state: JobState) -> Progress:
    rate = counts.lately / counts.seconds * 60 if counts.lately and counts.seconds else None
    going = state is JobState.RUNNING and rate is not None
    return Progress(
        total=counts.total,
        waiting=counts.waiting,
        done=counts.done,
        failed=counts.failed,
        per_minute=None if rate is None else round(rate, 1),
        seconds_left=round(counts.waiting / rate * 60, 1) if going and rate else None,
    )
