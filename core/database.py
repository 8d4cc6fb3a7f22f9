"""Where the data is: the database that the settings name, or the embedded one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from core.config import Settings
from core.errors import ConfigurationError, Unavailable
from db import embedded, migrate
from db.session import Database, is_postgresql

EmbeddedStatus = embedded.Status


@dataclass(frozen=True)
class OpenDatabase:
    """`share` is this process's part in the embedded server; None where that is not in use."""

    database: Database
    share: embedded.Share | None

    def close(self) -> None:
        """Let go of the connections; whoever is the last to use an embedded server stops it,
        unless `manage.py db start` started it.
        """
        self.database.close()
        if self.share is not None:
            self.share.leave()


def open_database(settings: Settings) -> OpenDatabase:
    """Connect lazily; the embedded server is made and started as far as needed."""
    if settings.database_url is not None:
        return OpenDatabase(Database(address(settings), database_away), None)
    with _explained():
        share = embedded.Share(embedded_home(settings))
        try:
            return OpenDatabase(Database(share.begin(), database_away), share)
        except BaseException:
            share.leave()
            raise


@contextmanager
def current_database(settings: Settings) -> Iterator[Database]:
    """The database at the newest schema, for the duration of a command."""
    opened = open_database(settings)
    try:
        bring_up_to_date(opened.database)
        yield opened.database
    finally:
        opened.close()


def bring_up_to_date(database: Database) -> None:
    """Run the missing migrations. Raises `Unavailable` while the database is away."""
    database.ping()
    try:
        with database.answering():
            migrate.upgrade(database.engine)
    except migrate.MigrationError as error:
        raise ConfigurationError(str(error)) from error


def is_up_to_date(database: Database) -> bool:
    database.ping()
    return migrate.is_current(database.engine)


def address(settings: Settings) -> str:
    """The database's address, with its password; the embedded server runs afterwards."""
    if settings.database_url is not None:
        return _checked(settings.database_url.get_secret_value())
    with _explained():
        return embedded.ensure(embedded_home(settings))


def start(settings: Settings) -> Path:
    """Start the embedded server so that it stays until `stop`; its folder."""
    address(settings)
    home = embedded_home(settings)
    embedded.keep(home)
    return home


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except embedded.EmbeddedError as error:
        raise ConfigurationError(str(error)) from error


def _checked(url: str) -> str:
    """The address, if it is one of a PostgreSQL; it is never quoted, for the password in it."""
    if not is_postgresql(url):
        raise ConfigurationError(
            "GLIMPSE_DATABASE_URL is not the address of a PostgreSQL; write it as "
            "postgresql://user:password@host:5432/database.",
            facts={"key": "GLIMPSE_DATABASE_URL"},
        )
    return url


def embedded_home(settings: Settings) -> Path:
    if settings.database_url is not None:
        raise ConfigurationError(
            "GLIMPSE_DATABASE_URL names a database that is not ours to start or stop; "
            "do it where it runs."
        )
    return settings.data_dir / "database"


def embedded_status(settings: Settings) -> EmbeddedStatus:
    return embedded.status(embedded_home(settings))


def is_running(settings: Settings) -> bool:
    """Whether the embedded server lives, be it ready or on its way."""
    return embedded_status(settings).state in {"running", "busy"}


def stop(settings: Settings) -> None:
    """Stop the embedded server, whoever started it."""
    embedded.stop(embedded_home(settings))


def database_away() -> Unavailable:
    return Unavailable(
        "The database does not answer. What was not confirmed as saved is not saved; "
        "try again in a few seconds.",
        retry_after=5,
    )
