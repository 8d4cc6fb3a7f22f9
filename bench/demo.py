"""Loading and clearing demo data: ``python -m bench.demo [runs]``; 100,000 unless told.

On a server of its own, on disk. The peer in the same run is the processor time of that server:
no loader could be quicker on as many cores.
"""

import os
import resource
import shutil
import sys
import tempfile
from pathlib import Path

from bench.figures import seconds, tell
from core.accounts.service import AccountService
from core.config import Settings
from core.database import bring_up_to_date, database_away
from core.demo.loading import WORKERS
from core.demo.service import DemoService
from core.demo.types import Loaded
from db import embedded
from db.session import Database

_GOAL_S = 120
"""For a million."""
_LEAST_S = 20


def main(runs: int) -> None:
    home = Path(tempfile.mkdtemp(prefix="glimpse-demo-"))
    home.chmod(0o711)
    try:
        database = Database(embedded.ensure(home / "db"), database_away)
        bring_up_to_date(database)
        _measure(DemoService(database, Settings(data_dir=home)), home / "db", runs)
        database.close()
    finally:
        embedded.stop(home / "db")
        shutil.rmtree(home)


def _measure(service: DemoService, home: Path, runs: int) -> None:
    goal = max(_LEAST_S, _GOAL_S * runs / 1_000_000)
    done: list[Loaded] = []
    server = _server(home)
    for name, work in (
        ("load", lambda: done.append(service.load(AccountService.system_actor(), runs, 1, _quiet))),
        ("clear", lambda: done.append(service.clear(AccountService.system_actor(), _quiet))),
    ):
        before = _used(server)
        took = seconds(work)
        cpu = _used(server) - before
        changed = done[-1]
        tell(
            f"demo {name}: {changed.runs:,} runs and {changed.ratings:,} ratings",
            f"{took:.0f} s (server: {cpu:.0f} s of processor time, {cpu / WORKERS:.0f} s on "
            f"{WORKERS} idle cores; loader at most {_peak_mib()} MiB)",
            f"<= {goal:.0f} s",
            took <= goal,
        )


def _server(home: Path) -> int:
    """The process id of the server."""
    [file] = home.glob("*/postmaster.pid")
    return int(file.read_text().splitlines()[0])


def _used(server: int) -> float:
    """Processor time in seconds of the server and all of its processes, ended ones too."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(stat.parent.name) == server:
            ticks += sum(map(int, fields[11:15]))
        elif int(fields[1]) == server:
            ticks += sum(map(int, fields[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _peak_mib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _quiet(_: str) -> None:
    pass


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
