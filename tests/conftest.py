"""What every test may use: settings of its own, and a real PostgreSQL with clean tables."""

import io
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import structlog
from pydantic import SecretStr
from sqlalchemy import text

from core.config import Settings
from core.errors import Unavailable
from core.logs import configure
from db import embedded
from db.migrate import upgrade
from db.models import Base
from db.session import Database

_QUEUE = "procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers"
_TABLES = ", ".join([*(table.name for table in Base.metadata.sorted_tables), _QUEUE])


def _away() -> Unavailable:
    return Unavailable("The database is away; try again in a moment.", retry_after=5)


def new_home() -> Path:
    """A folder for an embedded server: a short path, in memory where there is room."""
    memory = Path("/dev/shm")  # noqa: S108
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 2**30
    return Path(tempfile.mkdtemp(prefix="glimpse-", dir=memory if roomy else None))


@contextmanager
def captured_logs(level: str) -> Iterator[io.StringIO]:
    """Everything that is logged meanwhile, one JSON line each."""
    root = logging.getLogger()
    handlers, before = root.handlers[:], root.level
    written = io.StringIO()
    configure(level, written)
    yield written
    structlog.reset_defaults()
    root.handlers, root.level = handlers, before


@contextmanager
def shared_folder() -> Iterator[Path]:
    """A folder that a database's own user can enter, as pytest's are not; for servers of a test."""
    folder = new_home()
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def open_folder() -> Iterator[Path]:
    with shared_folder() as folder:
        yield folder


@pytest.fixture(autouse=True)
def _no_settings_of_the_developer(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("GLIMPSE_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Defaults, with a data directory of the test's own; no secrets file is read."""
    with monkeypatch.context() as patch:
        patch.setattr("core.config.ROOT", tmp_path)
        return Settings(
            data_dir=tmp_path / "var",
            admin_password=SecretStr("first-admin-password"),
            worker="none",
        )


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """The address of a migrated database that lasts as long as the test session."""
    home = new_home()
    try:
        url = embedded.ensure(home)
        migrating = Database(url, _away)
        upgrade(migrating.engine)
        migrating.close()
        yield url
    finally:
        embedded.stop(home)
        shutil.rmtree(home)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The database with every table empty."""
    database = Database(database_url, _away)
    with database.unit_of_work() as session:
        session.execute(text("alter table audit_log disable trigger audit_log_not_emptied"))
        session.execute(text(f"truncate {_TABLES} cascade"))
        session.execute(text("alter table audit_log enable trigger audit_log_not_emptied"))
    yield database
    database.close()
