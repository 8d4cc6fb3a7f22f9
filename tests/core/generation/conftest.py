"""The service over the real database and the bundled writer, and people to use it."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from core.config import Settings
from core.generation.service import GenerationService
from core.ids import new_id
from core.inference.loader import LoadedTextModel
from core.inference.textengine.engine import TextEngine
from core.inference.types import ModelInfo, ModelState
from core.permissions import Actor, Face, Role
from core.runs.types import Task
from db.models import User
from db.session import Database
from tests.core.inference.textengine import support


@dataclass
class Writer:
    """The one model on offer. While `gate` is clear the model does not return."""

    loaded: LoadedTextModel
    engine: TextEngine
    gate: threading.Event = field(default_factory=threading.Event)

    def generator(self, model_id: str | None = None) -> tuple[ModelInfo, TextEngine]:
        info = ModelInfo(
            id="reporter",
            task=Task.GENERATION,
            source="models/reporter",
            revision=self.loaded.revision,
            device="cpu",
            state=ModelState.READY,
            reason=None,
            parameters=1,
            box_threshold=0,
            text_threshold=0,
            bundled=True,
        )
        return info, self.engine


@pytest.fixture(scope="session")
def reporter() -> LoadedTextModel:
    return support.reporter()


@pytest.fixture
def writer(reporter: LoadedTextModel) -> Iterator[Writer]:
    writer = Writer(reporter, support.engine_for(reporter, max_active=2, max_queued=2))
    writer.gate.set()

    def hold(*_: Any) -> None:
        writer.gate.wait(support.PATIENCE_S)

    handle = reporter.model.register_forward_pre_hook(hold)
    yield writer
    writer.gate.set()
    writer.engine.close()
    handle.remove()


@pytest.fixture
def service(database: Database, writer: Writer, settings: Settings) -> Iterator[GenerationService]:
    service = GenerationService(database, writer, settings)
    yield service
    writer.gate.set()
    service.close()


@pytest.fixture
def person(database: Database) -> Callable[..., Actor]:
    """Makes somebody with a role."""

    def make(name: str, role: Role = Role.ANALYST) -> Actor:
        user = User(id=new_id(), username=name, password_hash="-", role=role)
        with database.unit_of_work() as session:
            session.add(user)
        return Actor(user_id=user.id, username=name, role=role, face=Face.API)

    return make


@pytest.fixture
def ana(person: Callable[..., Actor]) -> Actor:
    return person("ana")
