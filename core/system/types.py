"""What administrators are shown of the running program."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.feedback.types import Outstanding
from core.inference.types import Accelerator, ModelStanding
from core.permissions import Face
from core.problems import Problem


@dataclass(frozen=True)
class Notice:
    """The sentence above every page, until a moment or until it is taken away."""

    id: UUID
    text: str
    until: datetime | None
    since: datetime


@dataclass(frozen=True)
class Process:
    """This process; `memory_bytes` is what it holds in memory, None where that cannot be told."""

    host: str
    pid: int
    started_at: datetime
    memory_bytes: int | None


@dataclass(frozen=True)
class ModelStatus:
    """A model and what it did since the process started.

    `calls` are forward passes of a detector and outputs begun of a text model; `tokens` were
    written, None for a detector.
    """

    standing: ModelStanding
    calls: int
    tokens: int | None


@dataclass(frozen=True)
class Text:
    """A text being written here, or waiting for a place; `position` 0 is being written."""

    run_id: UUID
    username: str
    model: str
    face: Face
    began_at: datetime
    tokens: int
    most_tokens: int
    position: int


@dataclass(frozen=True)
class Answers:
    """Detections of this process, and how many of them were known already."""

    asked: int
    known: int


@dataclass(frozen=True)
class Queue:
    """Of all processes. `jobs` counts by state; `items` wait in jobs that go on.

    `waiting`, `doing` and `failed` are entries of the queue that the workers take from; of these
    those are counted that were seen alive lately.
    """

    jobs: Mapping[str, int]
    items: int
    waiting: int
    doing: int
    failed: int
    workers: int
    heartbeat: datetime | None


@dataclass(frozen=True)
class DatabaseStatus:
    """Of all processes. `running` statements, the longest for `longest_s` seconds.

    `ping_ms` is how long it took to tell all this.
    """

    version: str
    embedded: bool
    bytes: int
    connections: int
    most_connections: int
    running: int
    longest_s: float | None
    schema: str
    schema_is_newest: bool
    repaired_at: datetime | None
    """When the dashboard's figures were last found wrong, and put right."""
    ping_ms: float


@dataclass(frozen=True)
class Disk:
    """Where the data directory is."""

    path: str
    free: int
    total: int


@dataclass(frozen=True)
class SystemStatus:
    process: Process
    models: tuple[ModelStatus, ...]
    accelerators: tuple[Accelerator, ...]
    texts: tuple[Text, ...]
    answers: Answers
    outbox: Outstanding
    queue: Queue
    database: DatabaseStatus
    disk: Disk
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Version:
    name: str
    version: str


@dataclass(frozen=True)
class SettingShown:
    """A setting in effect, `given` or by default. Of a secret only “set” or “not set” is told."""

    name: str
    value: str
    given: bool


@dataclass(frozen=True)
class About:
    """What does not change while the process lives."""

    versions: tuple[Version, ...]
    settings: tuple[SettingShown, ...]
