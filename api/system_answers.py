"""How the running program stands, as it is answered."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import Field

from api.answers import Answer, ModelOut
from core.permissions import Face
from core.system.types import About, ModelStatus, Notice, SystemStatus


class NoticeOut(Answer):
    text: str
    until: datetime | None = Field(description="null: until it is taken away")
    since: datetime


class NoticesOut(Answer):
    notice: NoticeOut | None = Field(description="null: nothing is told")

    @classmethod
    def of(cls, notice: Notice | None) -> Self:
        return cls(notice=None if notice is None else NoticeOut.model_validate(notice))


class ProcessOut(Answer):
    host: str
    pid: int
    started_at: datetime
    memory_bytes: int | None


class EngineOut(Answer):
    queued: int = Field(description="requests that wait")
    active: int = Field(description="requests it works on")
    places: int = Field(description="how many it may work on at once")
    cache_bytes: int = Field(description="keys and values of texts, or features of pictures")
    cache_budget: int | None
    cache_entries: int


class ModelStatusOut(ModelOut):
    """`calls` and `tokens` since the process started; `since` its state is what it is."""

    default: bool
    since: datetime
    parameters: int | None
    dtype: str | None
    memory_bytes: int | None = Field(description="of its weights")
    calls: int
    tokens: int | None
    engine: EngineOut | None = Field(description="null where it is not loaded")

    @classmethod
    def of_status(cls, status: ModelStatus) -> Self:
        standing = status.standing
        info, stats = standing.info, standing.stats
        return cls(
            **ModelOut.of(info).model_dump(),
            default=standing.is_default,
            since=standing.since,
            parameters=info.parameters,
            dtype=info.dtype,
            memory_bytes=info.memory_bytes,
            calls=status.calls,
            tokens=status.tokens,
            engine=None if stats is None else EngineOut.model_validate(stats),
        )


class AcceleratorOut(Answer):
    name: str
    used_bytes: int = Field(description="by this process")
    free_bytes: int
    total_bytes: int


class TextOut(Answer):
    run_id: UUID
    username: str
    model: str
    face: Face
    began_at: datetime
    tokens: int
    most_tokens: int
    position: int = Field(description="in the queue; 0: it is being written")


class AnswersOut(Answer):
    asked: int = Field(description="detections answered")
    known: int = Field(description="of these, from an equal earlier run")


class OutboxOut(Answer):
    waiting: int
    refused: int
    oldest_at: datetime | None


class QueueOut(Answer):
    """Of all processes."""

    jobs: dict[str, int] = Field(description="by state")
    items: int = Field(description="that wait in jobs that go on")
    waiting: int
    doing: int
    failed: int
    workers: int
    heartbeat: datetime | None


class DatabaseOut(Answer):
    """Of all processes."""

    version: str
    embedded: bool
    bytes: int
    connections: int
    most_connections: int
    running: int = Field(description="statements at this moment")
    longest_s: float | None
    schema_version: str = Field(validation_alias="schema")
    schema_is_newest: bool
    repaired_at: datetime | None
    ping_ms: float


class DiskOut(Answer):
    path: str
    free: int
    total: int


class ProblemOut(Answer):
    at: datetime
    level: str
    event: str
    code: str | None
    where: str | None
    cause: str | None
    trace_id: str
    count: int


class VersionOut(Answer):
    name: str
    version: str


class SettingOut(Answer):
    name: str
    value: str = Field(description="of a secret “set” or “not set”")
    given: bool = Field(description="false: the default")


class SystemOut(Answer):
    """Figures are of the process that answers, but for `queue` and `database`."""

    process: ProcessOut
    models: list[ModelStatusOut]
    accelerators: list[AcceleratorOut]
    texts: list[TextOut]
    answers: AnswersOut
    outbox: OutboxOut
    queue: QueueOut
    database: DatabaseOut
    disk: DiskOut
    problems: list[ProblemOut] = Field(description="the last kinds, newest first")
    versions: list[VersionOut]
    settings: list[SettingOut]

    @classmethod
    def of(cls, status: SystemStatus, about: About) -> Self:
        return cls(
            process=ProcessOut.model_validate(status.process),
            models=[ModelStatusOut.of_status(each) for each in status.models],
            accelerators=[AcceleratorOut.model_validate(each) for each in status.accelerators],
            texts=[TextOut.model_validate(each) for each in status.texts],
            answers=AnswersOut.model_validate(status.answers),
            outbox=OutboxOut.model_validate(status.outbox),
            queue=QueueOut.model_validate(status.queue),
            database=DatabaseOut.model_validate(status.database),
            disk=DiskOut.model_validate(status.disk),
            problems=[ProblemOut.model_validate(each) for each in status.problems],
            versions=[VersionOut.model_validate(each) for each in about.versions],
            settings=[SettingOut.model_validate(each) for each in about.settings],
        )


class WarmedOut(Answer):
    ms: float = Field(description="until the smallest request was answered")
