"""Fifty browsers, while programs ask and eight streams run: ``python -m bench.load_test``.

The product runs as `make run` starts it, on a PostgreSQL of its own. First one browser reruns the
start page alone; then Locust plays all of them (bench/load/locustfile.py). The figures are the 95th
percentile of a rerun against the lone browser's median, and the errors, of which there are none.

With ``--restart-database N`` PostgreSQL is stopped for some seconds N times. Errors are allowed
only while it is away and ten seconds after, each of the API's as a 503 that says when to ask again.
"""

import argparse
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from bench.figures import seconds, tell
from bench.load.notes import Note, read
from bench.load.page import OpenPage
from bench.load.people import PROGRAMS, STREAMS, cookies
from bench.product import Product, manage, running_product
from bench.running import ANALYST, add_analyst
from bench.workbenches import folder
from core.config import ROOT
from db import embedded

GOAL_RATIO, GOAL_RECOVERY_S = 6.0, 10.0
AWAY_S = 5.0
_ALONE, _FEWEST = 30, 20
"""Reruns of the lone browser, and below how many under load nothing is said."""
_RERUN = "page rerun"


@dataclass(frozen=True)
class Outage:
    """When PostgreSQL was away, in seconds since 1970."""

    began: float
    ended: float

    def excuses(self, note: Note) -> bool:
        return note.ended >= self.began and note.began <= self.ended + GOAL_RECOVERY_S


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=50, help="browsers")
    parser.add_argument("--streams", type=int, default=STREAMS)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--restart-database", type=int, default=0, metavar="N")
    parser.add_argument(
        "--model",
        default="reporter",
        help="that writes the streams: reporter ends its texts soon and computes; pace writes 100 "
        "tokens a second for nothing",
    )
    arguments = parser.parse_args()
    seconds_long = arguments.minutes * 60
    with folder() as place:
        database = place / "postgresql"
        url = embedded.ensure(database)
        settings = {
            "GLIMPSE_DATABASE_URL": url,
            "GLIMPSE_SECRET_KEY": "of a product that one load test starts",
        }
        try:
            with running_product(place / "data", settings=settings) as product:
                add_analyst(product)
                held = cookies(url, ANALYST, arguments.users + 1)
                alone = _alone(product, held.pop())
                with _Restarts(database, arguments.restart_database, seconds_long) as restarts:
                    written = (arguments.streams, arguments.model)
                    notes = _loaded(product, held, seconds_long, written, place / "notes.jsonl")
        finally:
            embedded.stop(database)
    print(
        f"{arguments.users} browsers, {arguments.streams} streams of {arguments.model}, "
        f"{PROGRAMS} programs"
    )
    _say(alone, notes, restarts.outages)


def _alone(product: Product, cookie: str) -> float:
    """Seconds: the median of a lone browser's rerun."""
    with OpenPage(product.address, cookie) as page:
        page.run()
        taken = []
        for _ in range(_ALONE):
            time.sleep(0.2)
            taken.append(seconds(page.run))
    return median(taken)


def _loaded(
    product: Product, held: Sequence[str], long_s: float, written: tuple[int, str], notes: Path
) -> list[Note]:
    """What happened; `written` is how many streams there are, and of which model."""
    streams, model = written
    secret = manage(product, "keys", "add", ANALYST, "--label", "load").split()[-1]
    everybody = len(held) + streams + PROGRAMS
    subprocess.run(  # noqa: S603 - our own program
        [
            *(sys.executable, "-m", "locust", "-f", "bench/load/locustfile.py", "--headless"),
            *("--host", product.address, "--users", str(everybody)),
            *("--spawn-rate", str(everybody / 5), "--run-time", f"{long_s:.0f}s"),
            *("--stop-timeout", "20", "--only-summary", "--loglevel", "WARNING"),
            *("--exit-code-on-error", "0"),
        ],
        cwd=ROOT,
        env={
            **os.environ,
            "LOAD_COOKIES": ",".join(held),
            "LOAD_KEY": secret,
            "LOAD_MODEL": model,
            "LOAD_STREAMS": str(streams),
            "LOAD_NOTES": str(notes),
        },
        check=True,
    )
    return read(notes)


class _Restarts:
    """Stops PostgreSQL some times, evenly spread over the run, and starts it again."""

    def __init__(self, database: Path, times: int, long_s: float) -> None:
        self._database, self._times = database, times
        self._pause_s = long_s / (times + 1)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work)
        self.outages: list[Outage] = []

    def __enter__(self) -> "_Restarts":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _work(self) -> None:
        for _ in range(self._times):
            if self._over.wait(self._pause_s - AWAY_S):
                return
            began = time.time()
            embedded.stop(self._database)
            time.sleep(AWAY_S)
            embedded.ensure(self._database)
            self.outages.append(Outage(began, time.time()))


def _say(alone: float, notes: Sequence[Note], outages: Sequence[Outage]) -> None:
    for name, count in sorted(Counter(note.name for note in notes).items()):
        print(f"  {name}: {count}")
    reruns = [note.ms / 1000 for note in notes if note.name == _RERUN and note.error is None]
    if len(reruns) < _FEWEST:
        raise SystemExit(f"Only {len(reruns)} reruns were answered: too few for a figure.")
    slow = quantiles(reruns, n=20)[-1]
    tell(
        "rerun of the start page under load, 95th percentile against a lone browser's median",
        f"{slow / alone:.1f} x ({slow * 1000:.0f} ms against {alone * 1000:.0f} ms, "
        f"{len(reruns):,} reruns)",
        f"<= {GOAL_RATIO:g} x",
        slow <= GOAL_RATIO * alone,
    )
    failed = [note for note in notes if note.error is not None]
    wrong = [note for note in failed if not _excused(note, outages)]
    tell(f"errors among {len(notes):,} requests", f"{len(wrong)}", "0", not wrong)
    for note in wrong[:10]:
        print(f"  {note.name}, {note.status}: {note.error}")
    if outages:
        _say_recovery(failed, outages)


def _excused(note: Note, outages: Sequence[Outage]) -> bool:
    """Whether it is a clean refusal while the database was away."""
    clean = note.name.startswith("page") or (note.status == 503 and bool(note.retry_after))
    bug = "went wrong on our side" in (note.error or "")
    return clean and not bug and any(outage.excuses(note) for outage in outages)


def _say_recovery(failed: Sequence[Note], outages: Sequence[Outage]) -> None:
    late = [
        note.ended - outage.ended
        for note in failed
        for outage in outages
        if note.ended >= outage.ended and outage.excuses(note)
    ]
    worst = max(late, default=0.0)
    tell(
        f"last error after PostgreSQL came back, {len(outages)} times",
        f"{worst:.1f} s ({len(failed)} refused meanwhile)",
        f"<= {GOAL_RECOVERY_S:g} s",
        worst <= GOAL_RECOVERY_S,
    )


if __name__ == "__main__":
    main()
