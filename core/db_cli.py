"""The command line's part for the database."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from core import database, doctor, keeping_cli
from core.accounts.service import AccountService
from core.config import Settings
from core.doctor import Finding
from core.errors import Unavailable
from core.jobs.queue import queue_state
from core.review import rollups


def url(settings: Settings) -> str:
    if settings.database_url is None and not database.is_running(settings):
        raise Unavailable("The embedded database is not running; use: manage.py db start.")
    return database.address(settings)


def start(settings: Settings) -> str:
    return f"Running in {database.start(settings)}."


def stop(settings: Settings) -> str:
    database.stop(settings)
    return "Stopped."


def upgrade(settings: Settings) -> str:
    with database.current_database(settings):
        return "The schema is the newest."


def reconcile(settings: Settings) -> str:
    with database.current_database(settings) as current:
        found = rollups.reconcile(current, AccountService.system_actor())
    lines = [f"{drift.table}: {_wrong(drift.keys)}" for drift in found]
    return "\n".join(lines)


def _wrong(keys: int) -> str:
    if keys == 0:
        return "right."
    return f"{keys:,} {'count was' if keys == 1 else 'counts were'} wrong; counted anew."


COMMANDS: Mapping[str, Callable[[Settings], str]] = MappingProxyType(
    {"url": url, "start": start, "stop": stop, "upgrade": upgrade, "reconcile": reconcile}
)


def check(settings: Settings) -> Iterator[Finding]:
    """Whether the database answers, at the newest schema, with somebody to administer it."""
    if settings.database_url is None:
        status = database.embedded_status(settings)
        if status.state != "running":
            resting = status.state in {"absent", "stopped"}
            advice = "starts with the app" if resting else f"is not ready yet; see {status.log}"
            yield Finding(resting, "database", f"the embedded one is {status.state} and {advice}.")
            return
    opened = database.open_database(settings)
    try:
        if database.is_up_to_date(opened.database):
            yield Finding(True, "database", "reachable, with the newest schema.")
            yield from doctor.check_people(AccountService(opened.database, settings))
            sums = rollups.check(opened.database)
            yield Finding(sums.good, "roll-ups", sums.text)
            yield from doctor.check_queue(queue_state(opened.database))
            yield from keeping_cli.check(opened.database, settings)
        else:
            yield Finding(False, "database", "has an older schema; use: manage.py db upgrade.")
    except Unavailable as error:
        yield Finding(False, "database", doctor.why_away(error))
    finally:
        opened.close()
