"""The whole workbench, wired once per process; every face works through it."""

import os
import secrets
import threading
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from core.accounts.service import AccountService
from core.config import Settings
from core.detection.service import DetectionService
from core.errors import ConfigurationError, Unavailable
from core.feedback.service import FeedbackService
from core.generation.service import GenerationService
from core.inference.registry import ModelRegistry
from core.inference.types import ModelState
from core.review.service import ReviewService
from core.runs.service import RunService
from db import embedded, migrate
from db.session import Database

@dataclass(frozen=True)
class FirstAdmin:
    """The first admin's generated password, known only to the process that made it."""

    username: str
    password: str


@dataclass
class Workbench:
    settings: Settings
    signing_key: SecretStr
    database: Database
    models: ModelRegistry
    accounts: AccountService
    detection: DetectionService
    generation: GenerationService
    runs: RunService
    feedback: FeedbackService
    review: ReviewService
    embedded_home: Path | None
    """Where the embedded database lives, if this process started it and so must stop it."""
    _prepared: bool = False
    _prepare_lock: threading.Lock = field(default_factory=threading.Lock)

    def prepare(self) -> FirstAdmin | None:
        """Bring the schema up to date, make the first admin, close what a dead process left open.

        Does nothing the second time. Raises `Unavailable` while the database is away.
        """
        with self._prepare_lock:
            if self._prepared:
                return None
            self.database.ping()
            self._upgrade()
            made = self.accounts.ensure_first_admin()
            self.generation.recover()
            self._prepared = True
        return FirstAdmin(*made) if made else None

    def _upgrade(self) -> None:
        try:
            migrate.upgrade(self.database.engine)
        except migrate.MigrationError as error:
            raise ConfigurationError(str(error)) from error

    def readiness(self) -> tuple[str, ...]:
        """What is missing before requests can be served, in plain words; empty when ready."""
        missing = []
        try:
            self.prepare()
            self.database.ping()
        except Unavailable as error:
            missing.append(f"database: {error.message}")
        defaults = [self.models.default(task) for task in self.models.tasks()]
        missing += [
            f"model {info.id}: {info.reason or info.state}"
            for info in defaults
            if info.state is not ModelState.READY
        ]
        return tuple(missing)

    def close(self) -> None:
        """End running streams, unload the models, and stop the database if it is ours."""
        self.generation.close()
        self.models.close()
        self.database.close()
        if self.embedded_home is not None:
            embedded.stop(self.embedded_home)


def open_workbench(settings: Settings) -> Workbench:
    """Start what is ours to start and wire the services; nothing is loaded or migrated yet."""
    url, embedded_home = database_address(settings)
    database = Database(url, away=_database_away)
    models = ModelRegistry.from_file(settings)
    return Workbench(
        settings=settings,
        signing_key=settings.secret_key or _kept_signing_key(settings.data_dir),
        database=database,
        models=models,
        accounts=AccountService(database, settings),
        detection=DetectionService(database, models, settings),
        generation=GenerationService(database, models, settings),
        runs=RunService(database),
        feedback=FeedbackService(database),
        review=ReviewService(database),
        embedded_home=embedded_home,
    )


def database_address(settings: Settings) -> tuple[str, Path | None]:
    """The database's address; the embedded one is started where none is set.

    Returns the embedded database's folder too, if this call started it.
    """
    if settings.database_url is not None:
        return settings.database_url.get_secret_value(), None
    home = settings.data_dir / "database"
    try:
        was_running = embedded.status(home).state in {"running", "busy"}
        return embedded.ensure(home), None if was_running else home
    except embedded.EmbeddedError as error:
        raise ConfigurationError(str(error)) from error


def _database_away() -> Unavailable:
    return Unavailable(
        "The database does not answer. What was not confirmed as saved is not saved; "
        "try again in a few seconds.",
        retry_after=5,
    )


def _kept_signing_key(data_dir: Path) -> SecretStr:
    """The key in the data directory, made at the first start, readable by its owner only."""
    path = data_dir / "secret_key"
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return SecretStr(path.read_text().strip())
    with open(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48))
    return SecretStr(path.read_text())
