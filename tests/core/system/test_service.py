"""What administrators see of the program, and what they may do about it."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from core.config import Settings
from core.database import OpenDatabase
from core.errors import NotAllowed, NotFound
from core.generation.types import SamplingParams
from core.ids import new_id
from core.inference.registry import ModelRegistry
from core.inference.types import ModelState
from core.permissions import Actor, Role
from core.runs.types import RunStatus, Task
from core.workbench import Workbench, assemble
from db.session import Database
from tests.core.review import rows

CATALOG = """
[[detector]]
id = "rule"
source = "builtin:fake"

[[detector]]
id = "gone"
source = "./nowhere"

[[generator]]
id = "pace"
source = "builtin:fake?tokens_per_second=20"
"""


@pytest.fixture
def bench(database: Database, settings: Settings, tmp_path: Path) -> Iterator[Workbench]:
    file = tmp_path / "models.toml"
    file.write_text(CATALOG, encoding="utf-8")
    models = ModelRegistry.from_file(settings.model_copy(update={"models_file": file}))
    models.load_all()
    opened = assemble(settings, OpenDatabase(database, None), models, lambda _: None)
    yield opened
    opened.generation.close()
    opened.waiting.close()
    models.close()


@pytest.fixture
def root(database: Database) -> Actor:
    return rows.person(database, "root", Role.ADMIN)


def test_it_is_for_administrators_alone(bench: Workbench, ann: Actor) -> None:
    for look in (bench.system.status, bench.system.about, bench.generation.writing):
        with pytest.raises(NotAllowed):
            look(ann)
    with pytest.raises(NotAllowed):
        bench.system.warm_up(ann, Task.DETECTION, "rule")


def test_everything_is_told_of_an_empty_workbench(bench: Workbench, root: Actor) -> None:
    status = bench.system.status(root)
    assert [each.standing.info.id for each in status.models] == ["rule", "gone", "pace"]
    assert status.models[1].tokens is None
    assert status.models[2].standing.stats is not None
    assert status.texts == ()
    assert (status.outbox.waiting, status.outbox.oldest_at) == (0, None)
    assert (dict(status.queue.jobs), status.queue.workers, status.queue.items) == ({}, 0, 0)
    database = status.database
    assert database.bytes > 1_000_000
    assert 0 < database.connections < database.most_connections
    assert database.schema_is_newest
    assert status.disk.free < status.disk.total
    assert status.process.memory_bytes is None or status.process.memory_bytes > 10**7


def test_a_text_is_seen_by_name_and_stopped(
    bench: Workbench, root: Actor, ann: Actor, database: Database
) -> None:
    run = bench.generation.start(ann, "go on", SamplingParams(max_new_tokens=400), "pace")
    (seen,) = bench.system.status(root).texts
    assert (seen.run_id, seen.username, seen.model, seen.face) == (run.id, "ann", "pace", "ui")
    assert (seen.most_tokens, seen.tokens < 400) == (400, True)

    bench.system.stop_text(root, run.id)
    ended = bench.generation.wait(ann, run.id, 20)
    assert ended.status is RunStatus.STOPPED
    assert bench.system.status(root).texts == ()
    with pytest.raises(NotFound):
        bench.system.stop_text(root, new_id())


def test_models_come_and_go(bench: Workbench, root: Actor) -> None:
    bench.system.unload(root, Task.DETECTION, "rule")
    end = time.monotonic() + 10
    while bench.models.info(Task.DETECTION, "rule").state is not ModelState.UNLOADED:
        assert time.monotonic() < end
        time.sleep(0.02)
    assert not any("rule" in missing for missing in bench.readiness())
    bench.system.load(root, Task.DETECTION, "rule")
    assert bench.system.warm_up(root, Task.DETECTION, "rule") >= 0
    with pytest.raises(NotFound, match="choose one of: rule, gone"):
        bench.system.load(root, Task.DETECTION, "shapes")


def test_jobs_of_all_processes_are_counted(
    bench: Workbench, root: Actor, database: Database
) -> None:
    with database.unit_of_work() as session:
        session.execute(text("insert into procrastinate_workers default values"))
        session.execute(
            text(
                "insert into procrastinate_jobs (queue_name, task_name)"
                " values ('default', 'work'), ('default', 'work')"
            )
        )
    queue = bench.system.status(root).queue
    assert (queue.waiting, queue.doing, queue.workers) == (2, 0, 1)
    assert queue.heartbeat is not None


def test_no_secret_is_shown(bench: Workbench, root: Actor) -> None:
    about = bench.system.about(root)
    by_name = {each.name: each for each in about.settings}
    assert by_name["GLIMPSE_ADMIN_PASSWORD"].value == "set"
    assert by_name["GLIMPSE_METRICS_TOKEN"].value == "not set"
    assert by_name["GLIMPSE_MAX_PHRASES"].value == "50"
    assert not by_name["GLIMPSE_MAX_PHRASES"].given
    assert by_name["GLIMPSE_DATA_DIR"].given
    assert "first-admin-password" not in repr(about)
    assert {"Glimpse", "Python", "torch", "streamlit"} <= {each.name for each in about.versions}
