"""What `manage.py worker` does: the jobs of a queue that the pages' processes only fill."""

import signal
import threading
from collections.abc import Callable

from core.config import Settings
from core.database import bring_up_to_date
from core.doctor import why_away
from core.errors import Unavailable
from core.inference.memory import freeze
from core.logs import configure
from core.workbench import Workbench, open_workbench

_PAUSE_S = 2.0


def work(settings: Settings, say: Callable[[str], None]) -> None:
    """Do jobs until a signal says stop; then what is under way is finished or given back.

    A database that is away is waited for.
    """
    configure(settings.log_level)
    told = threading.Event()
    bench = open_workbench(settings, tell=lambda admin: None)
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: told.set())
        say("Loading the models …")
        bench.models.load_all()
        freeze()  # else what the models brought is looked through again at the very end
        if _prepared(bench, told, say):
            bench.worker.start()
            say("Doing jobs; Ctrl-C or SIGTERM ends it.")
            told.wait()
            bench.stop_work()
    finally:
        bench.close()


def _prepared(bench: Workbench, told: threading.Event, say: Callable[[str], None]) -> bool:
    """Wait until the schema is the newest; False where a signal came first."""
    waiting = False
    while not told.is_set():
        try:
            bring_up_to_date(bench.database)
        except Unavailable as error:
            if not waiting:
                say(f"The database is {why_away(error)}")
            waiting = True
            told.wait(_PAUSE_S)
        else:
            bench.generation.recover()
            return True
    return False
