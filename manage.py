"""The command line: people, API keys, the database, and a self-check."""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from types import MappingProxyType

from core import admin_cli, doctor
from core.accounts.service import AccountService
from core.config import Settings, load_settings
from core.doctor import Finding
from core.errors import ConfigurationError, GlimpseError, Unavailable
from core.permissions import Role
from db import embedded, migrate
from db.session import Database

DATABASE: Mapping[str, Callable[[Settings], None]] = MappingProxyType(
    {
        "url": lambda settings: print(_running_url(settings)),
        "start": lambda settings: print(f"Running in {_start(settings)}."),
        "stop": lambda settings: embedded.stop(_home(settings)),
        "upgrade": lambda settings: _upgrade(settings),
    }
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. 0 is success; 1 a refusal, or a problem found, told in words."""
    options = _parser().parse_args(arguments)
    try:
        settings = load_settings()
        if options.group == "doctor":
            return _doctor(settings)
        if options.group == "db":
            DATABASE[options.action](settings)
            return 0
        with _database(settings) as database:
            accounts = AccountService(database, settings)
            told = admin_cli.PEOPLE[f"{options.group} {options.action}"](accounts, options)
    except GlimpseError as error:
        print(error.message, file=sys.stderr)
        return 1
    except (embedded.EmbeddedError, migrate.MigrationError) as error:
        print(error, file=sys.stderr)
        return 1
    print(told.note, end="\n" if told.note else "", file=sys.stderr)
    print(*told.lines, sep="\n", end="\n" if told.lines else "")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="manage.py", description=__doc__)
    groups = parser.add_subparsers(dest="group", required=True)
    leaves = {
        name: groups.add_parser(name, help=about).add_subparsers(dest="action", required=True)
        for name, about in (("users", "who may use the product"), ("keys", "API keys"))
    }
    commands = {}
    for path in admin_cli.PEOPLE:
        group, action = path.split()
        commands[path] = leaves[group].add_parser(action)
        if action not in {"list", "revoke"}:
            commands[path].add_argument("name", help="username")
    commands["users add"].add_argument(
        "--role", choices=[str(role) for role in Role], required=True
    )
    commands["users role"].add_argument("role", choices=[str(role) for role in Role])
    for path in ("users add", "users password"):
        commands[path].add_argument(
            "--password-stdin",
            action="store_true",
            help="read the password from the first line of standard input; else one is made up",
        )
    commands["keys add"].add_argument("--label", required=True, help="what the key is for")
    commands["keys add"].add_argument("--scope", help="detect,generate,feedback,export; else all")
    commands["keys revoke"].add_argument("id", help="as in `keys list`")
    groups.add_parser("db", help="the database").add_argument("action", choices=list(DATABASE))
    groups.add_parser("doctor", help="name what is wrong and what to do")
    return parser


@contextmanager
def _database(settings: Settings) -> Iterator[Database]:
    """The database at the newest schema; the embedded one is left as it was found."""
    resting = {"absent", "stopped"}
    ours = settings.database_url is None and embedded.status(_home(settings)).state in resting
    database = Database(_started(settings), _away)
    try:
        database.ping()
        migrate.upgrade(database.engine)
        yield database
    finally:
        database.close()
        if ours:
            embedded.stop(_home(settings))


def _started(settings: Settings) -> str:
    """The database's address; the embedded one is made and started as far as needed."""
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    return embedded.ensure(_home(settings))


def _start(settings: Settings) -> Path:
    embedded.ensure(_home(settings))
    return _home(settings)


def _running_url(settings: Settings) -> str:
    if settings.database_url is None and embedded.status(_home(settings)).state != "running":
        raise Unavailable("The embedded database is not running; use: manage.py db start.")
    return _started(settings)


def _upgrade(settings: Settings) -> None:
    with _database(settings):
        print("The schema is the newest.")


def _home(settings: Settings) -> Path:
    if settings.database_url is not None:
        raise ConfigurationError(
            "GLIMPSE_DATABASE_URL names a database that is not ours to start or stop; "
            "do it where it runs."
        )
    return settings.data_dir / "database"


def _away() -> Unavailable:
    return Unavailable("The database does not answer; see: manage.py doctor.", retry_after=5)


def _doctor(settings: Settings) -> int:
    """Print every finding; 1 if there is a problem among them."""
    findings = chain(
        doctor.check_disk(settings), doctor.check_models(settings), _check_database(settings)
    )
    good = True
    for finding in findings:
        print(finding)
        good &= finding.good
    return 0 if good else 1


def _check_database(settings: Settings) -> Iterator[Finding]:
    if settings.database_url is None:
        status = embedded.status(_home(settings))
        if status.state != "running":
            resting = status.state in {"absent", "stopped"}
            advice = "starts with the app" if resting else f"is not ready yet; see {status.log}"
            yield Finding(resting, "database", f"the embedded one is {status.state} and {advice}.")
            return
    database = Database(_started(settings), _away)
    try:
        database.ping()
        if migrate.is_current(database.engine):
            yield Finding(True, "database", "reachable, with the newest schema.")
            yield from doctor.check_people(AccountService(database, settings))
        else:
            yield Finding(False, "database", "has an older schema; use: manage.py db upgrade.")
    except Unavailable as error:
        yield Finding(False, "database", doctor.why_away(error))
    finally:
        database.close()


if __name__ == "__main__":
    sys.exit(main())
