"""A package of its own, installed as pip installs it, is listed and used."""

import shutil
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest

from core.config import ROOT, Settings
from core.permissions import Actor, Role
from core.plugins.types import Group
from db.session import Database
from tests.core.review import rows
from tests.plugins.wiring import plugin_service

PACKAGE = ROOT / "tests" / "plugins" / "glimpse-yaml"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = tmp_path / "source", tmp_path / "site"
    shutil.copytree(PACKAGE, source)
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
            *("--no-deps", "--no-build-isolation", "--no-index", "--target", target, source),
        ],
        check=True,
    )
    monkeypatch.syspath_prepend(target)


@pytest.mark.usefixtures("installed")
def test_it_is_listed_and_makes_files_and_boxes(database: Database, settings: Settings) -> None:
    plugins = plugin_service(database, settings)
    root, ann = rows.person(database, "root", Role.ADMIN), rows.person(database, "ann")
    run_id = detected(database, ann)
    listed = {(each.group, each.name): each for each in plugins.listed(root)}
    assert listed[Group.EXPORTERS, "yaml"].package == "glimpse-yaml 0.1.0"
    assert listed[Group.EXPORTERS, "yaml"].usable
    made = plugins.export_run(ann, run_id, "yaml")
    assert made.name == f"glimpse-{run_id}.yaml"
    assert made.content.decode().splitlines() == [
        f"run: {run_id}",
        "boxes:",
        '  - {label: "cat", box: [0, 0, 9, 9]}',
    ]
    assert len(plugins.processed(ann, run_id, ["apart"]).detections) == 1


def detected(database: Database, owner: Actor) -> UUID:
    model, digest = rows.model(database, "detection", "shapes"), rows.image(database)
    return rows.run(database, owner, model, task="detection", text="cat", image_sha256=digest)
