import pytest

from core.config import Settings
from core.detection.service import DetectionService
from db.session import Database
from tests.core.detection.scripted import ScriptedModels


@pytest.fixture
def models() -> ScriptedModels:
    return ScriptedModels()


@pytest.fixture
def detection(database: Database, models: ScriptedModels, settings: Settings) -> DetectionService:
    return DetectionService(database, models, settings)
