"""Jobs over the real database, a detector that answers as a test says, and the fake writer."""

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from PIL import Image
from sqlalchemy import select

from core.accounts.service import AccountService
from core.config import Settings
from core.detection.service import DetectionService
from core.generation.service import GenerationService
from core.inference.registry import ModelRegistry
from core.inference.types import Generator, ModelInfo
from core.jobs.doing import ItemDoer
from core.jobs.service import JobService
from core.jobs.stop import Stop
from core.jobs.types import DetectTask, Job, NamedPicture
from core.jobs.walk import JobWalk
from core.permissions import Actor
from core.runs.types import Task
from db.models import Job as JobRow
from db.models import Run
from db.session import Database
from tests.core.detection.scripted import ScriptedModels

_WRITERS = '[[generator]]\nid = "pace"\nsource = "builtin:fake?tokens_per_second=0"\n'
TASK = DetectTask("red circle")


class Models(ScriptedModels):
    """Its writer is the fake one, which writes as fast as it can."""

    def __init__(self, writers: ModelRegistry) -> None:
        super().__init__()
        self._writers = writers

    def info(self, task: Task, model_id: str | None = None) -> ModelInfo:
        if task is Task.GENERATION:
            return self._writers.info(task, model_id)
        return super().info(task, model_id)

    def generator(self, model_id: str | None = None) -> tuple[ModelInfo, Generator]:
        return self._writers.generator(model_id)


@dataclass
class Desk:
    database: Database
    models: Models
    accounts: AccountService
    generation: GenerationService
    jobs: JobService
    walk: JobWalk

    def work(self, job: Job, stop: Stop | None = None) -> None:
        """What a worker does with the job's entry of the queue."""
        self.walk.run(job.id, self.entry(job.id), stop or Stop())

    def entry(self, job_id: UUID) -> int:
        with self.database.unit_of_work() as session:
            return session.scalars(select(JobRow.queue_id).where(JobRow.id == job_id)).one() or 0

    def runs(self) -> list[tuple[UUID, str]]:
        """Ids and faces of all runs there are."""
        with self.database.unit_of_work() as session:
            rows = session.execute(select(Run.id, Run.face).order_by(Run.created_at))
            return [(row[0], row[1]) for row in rows]


@pytest.fixture(scope="session")
def writers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelRegistry]:
    file = tmp_path_factory.mktemp("writers") / "models.toml"
    file.write_text(_WRITERS, encoding="utf-8")
    registry = ModelRegistry.from_file(Settings(data_dir=Path("."), models_file=file, device="cpu"))
    registry.load_all()
    yield registry
    registry.close()


@pytest.fixture
def desk(database: Database, writers: ModelRegistry, settings: Settings) -> Iterator[Desk]:
    models = Models(writers)
    generation = GenerationService(database, models, settings)
    accounts = AccountService(database, settings)
    doer = ItemDoer(database, DetectionService(database, models, settings), generation)
    yield Desk(
        *(database, models, accounts, generation),
        JobService(database, models, settings),
        JobWalk(database, accounts, doer),
    )
    generation.close()


def picture(shade: int = 0) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), (shade, 0, 0)).save(file, "PNG")
    return file.getvalue()


def pictures(count: int) -> list[NamedPicture]:
    return [NamedPicture(f"{number}.png", picture(number)) for number in range(count)]


def packed(files: Mapping[str, bytes]) -> io.BytesIO:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        for name, content in files.items():
            opened.writestr(name, content)
    archive.seek(0)
    return archive


def begun(desk: Desk, actor: Actor, count: int = 3) -> Job:
    return desk.jobs.detect(actor, pictures(count), TASK, "some")
