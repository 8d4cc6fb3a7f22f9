"""The bundled models, loaded once for all tests of the services and engines; and a person."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.config import ROOT, Settings
from core.inference.registry import ModelRegistry
from core.permissions import Actor
from db.session import Database
from tests.core.review import rows

CATALOG = f"""
[[detector]]
id = "shapes"
source = "{ROOT / "models" / "shapes-detector"}"
box_threshold = 0.35

[[detector]]
id = "rule"
source = "builtin:fake"

[[detector]]
id = "gone"
source = "./nowhere"
"""


@pytest.fixture(scope="session")
def detectors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelRegistry]:
    """`shapes`, the bundled detector, ready on the CPU; `rule`, the fake one; `gone`, broken."""
    file = tmp_path_factory.mktemp("catalog") / "models.toml"
    file.write_text(CATALOG, encoding="utf-8")
    registry = ModelRegistry.from_file(Settings(data_dir=Path("."), models_file=file, device="cpu"))
    registry.load_all()
    yield registry
    registry.close()


@pytest.fixture
def ann(database: Database) -> Actor:
    return rows.person(database, "ann")
