"""Databases full of demo ratings, and how long the server itself takes for what is asked of it."""

import argparse
import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.orm import Session

from bench.figures import Pairs
from core.accounts.service import AccountService
from core.config import ROOT, Settings
from core.database import address, current_database, stop
from core.demo.service import DemoService
from db.session import Database

KEPT = ROOT / "var" / "bench"
"""Where databases stay, as to fill one takes minutes; they may be deleted at any time."""
ALL = "select count(*) from feedback"
_TIMES = re.compile(r"(?:Planning|Execution) Time: ([0-9.]+) ms")
Statement = tuple[str, Any]


@dataclass(frozen=True)
class Rated:
    database: Database
    ratings: int

    def goal(self, at_1m: float, at_10m: float) -> float:
        return at_10m if self.ratings > 3_000_000 else at_1m


def options(about: str | None) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--runs", type=int, default=1_000_000, help="as many ratings about")
    parser.add_argument("--data", type=Path, help="a data directory that is filled already")
    parser.add_argument("--pairs", type=int, default=7)
    return parser


@contextmanager
def rated(given: argparse.Namespace) -> Iterator[Rated]:
    """A database with so many demo runs; filled at its first use."""
    home: Path = given.data or KEPT / str(given.runs)
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o711)
    settings = Settings(data_dir=home, database_url=None)
    address(settings)
    try:
        with current_database(settings) as database:
            with database.unit_of_work() as session:
                ratings = session.execute(text(ALL)).scalar_one()
            if not ratings:
                DemoService(database, settings).load(
                    AccountService.system_actor(), given.runs, 1, lambda line: print("#", line)
                )
                with database.unit_of_work() as session:
                    ratings = session.execute(text(ALL)).scalar_one()
            print(f"# {ratings:,} ratings in {home}", flush=True)
            yield Rated(database, ratings)
    finally:
        stop(settings)


def in_database(
    database: Database,
    ours: Callable[[Session], object],
    peer: Callable[[Session], object] | str,
    pairs: int,
) -> Pairs:
    """Seconds that the server plans and runs the statements of each side, in turns.

    What the statements are is taken from a first run of the work itself.
    """
    with database.unit_of_work() as session:
        session.execute(text("set local statement_timeout = 0"))
        own = _captured(session, ours)
        other = [(peer, {})] if isinstance(peer, str) else _captured(session, peer)
        taken = []
        for turn in range(pairs + 1):
            sides = [own, other] if turn % 2 else [other, own]
            times = [_server_seconds(session, side) for side in sides]
            taken.append(times if turn % 2 else times[::-1])
    first, second = zip(*taken[1:], strict=True)
    return Pairs(first, second)


def _captured(session: Session, work: Callable[[Session], object]) -> list[Statement]:
    statements: list[Statement] = []

    def note(_c: object, _u: object, statement: str, parameters: Any, *_: object) -> None:
        statements.append((statement, parameters))

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    try:
        work(session)
    finally:
        event.remove(connection, "before_cursor_execute", note)
    return statements


def _server_seconds(session: Session, statements: list[Statement]) -> float:
    total = 0.0
    driver = session.connection().connection
    with closing(driver.cursor()) as cursor:
        for statement, parameters in statements:
            if statement.startswith("explain"):
                asked = statement.replace("format json", "summary on, format text", 1)
            else:
                asked = f"explain (analyze, timing off, buffers off, summary on) {statement}"
            cursor.execute(asked, parameters or None)
            said = "\n".join(row[0] for row in cursor.fetchall())
            total += sum(float(found) for found in _TIMES.findall(said)) / 1000
    return total
