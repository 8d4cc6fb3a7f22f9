"""The schema's versions: bring a database to the newest one, and tell whether it is there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

MIGRATIONS = Path(__file__).resolve().parent / "migrations"
_LOCK = 0x476C696D707365  # "Glimpse": the advisory lock of everyone who migrates


class MigrationError(Exception):
    """The database cannot be brought to this program's version; the message says what to do."""


def upgrade(engine: Engine) -> None:
    """Bring the schema to the newest version; safe for any number of processes at once.

    The lock is the session's, and so is gone with the connection, however this process ends.

    Raises
    ------
    MigrationError : the database was made by a newer version of the program, or its role may
        not make tables.
    sqlalchemy.exc.DBAPIError : the server is away, or refuses a statement.
    """
    with engine.connect() as connection:
        connection.detach()
        connection.execute(text("set statement_timeout = 0"))
        connection.execute(text("set lock_timeout = 0"))
        connection.execute(text("select pg_advisory_lock(:key)"), {"key": _LOCK})
        connection.commit()
        config = _config()
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise MigrationError(
                f"The database cannot be upgraded: {error}. It was probably used with a newer "
                "version; start that version, or restore a backup made with this one."
            ) from error
        except ProgrammingError as error:
            said = str(error.orig).partition("\n")[0]
            raise MigrationError(
                f"The database refuses to be prepared: {said}. Its role needs the right to create "
                "tables and functions in its schema."
            ) from error


def is_current(engine: Engine) -> bool:
    """Whether the schema is exactly the newest version known here."""
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_heads()
    return set(found) == set(ScriptDirectory.from_config(_config()).get_heads())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
