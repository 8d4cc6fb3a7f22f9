"""A recorded run gives the same when it is run once more, and says so where it does not."""

import io
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from PIL import Image, ImageDraw
from sqlalchemy import text

from core.config import ROOT, Settings
from core.detection.service import DetectionService
from core.errors import Invalid, NotAllowed, NotFound
from core.generation.service import GenerationService
from core.generation.types import SamplingParams
from core.ids import new_id
from core.inference.registry import ModelRegistry
from core.permissions import Actor, Role
from core.runs.again import RunAgainService
from db.session import Database
from tests.core.review import rows

CATALOG = f"""
[[detector]]
id = "shapes"
source = "{ROOT / "models" / "shapes-detector"}"

[[generator]]
id = "reporter"
source = "{ROOT / "models" / "reporter"}"
"""


@pytest.fixture(scope="module")
def again_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    file = tmp_path_factory.mktemp("catalog") / "models.toml"
    file.write_text(CATALOG, encoding="utf-8")
    return Settings(data_dir=Path("."), models_file=file, device="cpu")


@pytest.fixture(scope="module")
def models(again_settings: Settings) -> Iterator[ModelRegistry]:
    registry = ModelRegistry.from_file(again_settings)
    yield registry
    registry.close()


@pytest.fixture
def root(database: Database) -> Actor:
    return rows.person(database, "root", Role.ADMIN)


@pytest.fixture
def service(database: Database, models: ModelRegistry, again_settings: Settings) -> RunAgainService:
    return RunAgainService(database, models, again_settings)


def picture() -> bytes:
    image = Image.new("RGB", (128, 128), (200, 200, 200))
    ImageDraw.Draw(image).ellipse((40, 30, 90, 80), fill=(220, 30, 30))
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def detected(database: Database, models: ModelRegistry, settings: Settings, who: Actor) -> UUID:
    found = DetectionService(database, models, settings).detect(who, picture(), "red circle")
    assert found.raw
    return found.id


def test_a_detection_gives_the_same_boxes(
    database: Database,
    models: ModelRegistry,
    again_settings: Settings,
    root: Actor,
    service: RunAgainService,
) -> None:
    run_id = detected(database, models, again_settings, root)
    found = service.again(root, run_id)
    assert found.close
    assert not found.differs
    with database.unit_of_work() as session:
        before = session.scalar(text("select count(*) from runs"))
        session.execute(
            text("update runs set output = jsonb_set(output, '{detections,0,score}', '0.123')")
        )
    assert service.again(root, run_id).differs.startswith("Box 1 of")
    with database.unit_of_work() as session:
        assert session.scalar(text("select count(*) from runs")) == before


def test_a_text_gives_the_same_with_its_seed(
    database: Database,
    models: ModelRegistry,
    again_settings: Settings,
    root: Actor,
    service: RunAgainService,
) -> None:
    generation = GenerationService(database, models, again_settings)
    params = SamplingParams(max_new_tokens=12, temperature=1.0, seed=5, n=2)
    run = generation.start(root, "Findings: 2 red circle. Report:", params)
    done = generation.wait(root, run.id, 60)
    generation.close()
    assert done.outputs[0].text
    assert service.again(root, run.id).equal
    with database.unit_of_work() as session:
        session.execute(
            text("update runs set output = jsonb_set(output, '{outputs,1,text}', '\"else\"')")
        )
    assert "Output 2 differs from character 1" in service.again(root, run.id).differs


def test_what_cannot_be_repeated_is_refused(
    database: Database,
    models: ModelRegistry,
    again_settings: Settings,
    root: Actor,
    service: RunAgainService,
) -> None:
    run_id = detected(database, models, again_settings, root)
    with pytest.raises(NotFound):
        service.again(root, new_id())
    with pytest.raises(NotAllowed):
        service.again(rows.person(database, "ann"), run_id)
    with database.unit_of_work() as session:
        session.execute(text("update models set revision = 'older'"))
    with pytest.raises(Invalid, match="revision"):
        service.again(root, run_id)
    with database.unit_of_work() as session:
        session.execute(text("update runs set status = 'stopped'"))
    with pytest.raises(Invalid, match="stopped"):
        service.again(root, run_id)
