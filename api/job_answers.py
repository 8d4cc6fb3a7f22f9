"""Jobs as they are answered."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import Field

from api.answers import Answer
from core.jobs.types import ItemPage, ItemState, Job, JobItem, JobKind, JobPage, JobState


class ProgressOut(Answer):
    total: int
    waiting: int
    done: int
    failed: int
    per_minute: float | None = Field(description="items, over the last minute of its work")
    seconds_left: float | None = Field(description="what that makes of the rest; while it runs")


class JobOut(Answer):
    job_id: UUID
    kind: JobKind
    name: str
    state: JobState = Field(description="`done` where nothing is left, even if some items failed")
    progress: ProgressOut
    error: str | None = Field(description="why it could not go on, and what to do")
    asked: dict[str, Any] = Field(description="what is the same for all items")
    username: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None

    @classmethod
    def of(cls, job: Job) -> Self:
        kept = ("kind", "name", "state", "error", "username")
        times = ("created_at", "started_at", "ended_at")
        return cls(
            job_id=job.id,
            progress=ProgressOut.model_validate(job.progress),
            asked=asdict(job.task),
            **{name: getattr(job, name) for name in (*kept, *times)},
        )


class JobsOut(Answer):
    jobs: list[JobOut]
    next: str | None = Field(description="the `cursor` of the page after this; null on the last")

    @classmethod
    def of(cls, page: JobPage) -> Self:
        return cls(jobs=[JobOut.of(job) for job in page.jobs], next=page.next)


class JobItemOut(Answer):
    item: int = Field(description="from 1, in the order given")
    name: str
    state: ItemState
    error: str | None
    run_id: UUID | None = Field(description="the run that answers it, once it is done")
    prompt: str | None = Field(description="of a generation")
    ended_at: datetime | None

    @classmethod
    def of(cls, item: JobItem) -> Self:
        told = {name: value for name, value in vars(item).items() if name != "position"}
        return cls(item=item.position + 1, **told)


class JobItemsOut(Answer):
    items: list[JobItemOut]
    next: str | None = Field(description="the `cursor` of the page after this; null on the last")

    @classmethod
    def of(cls, page: ItemPage) -> Self:
        return cls(items=[JobItemOut.of(item) for item in page.items], next=page.next)
