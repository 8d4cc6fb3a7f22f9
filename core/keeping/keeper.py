"""Once an hour, what is past its time is removed, by whichever process comes first."""

import threading

import structlog

from core.errors import Conflict, Unavailable
from core.keeping.service import KeepingService
from core.trace import trace

log = structlog.get_logger()

_FIRST_S = 60.0
"""Whoever starts the process wants to use it first."""
_EVERY_S = 3600.0
_AGAIN_S = 60.0
_LAST_S = 5.0


class Keeper:
    """One thread of each process; it outlives a database that goes away and comes back."""

    def __init__(self, keeping: KeepingService) -> None:
        self._keeping = keeping
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """From now on; nothing happens the second time."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="keeper", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop; what is under way may be broken off, and is gone on with by the next run."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(_LAST_S)

    def _work(self) -> None:
        pause = _FIRST_S
        while not self._stopping.wait(pause):
            with trace():
                pause = self.look()

    def look(self) -> float:
        """Remove what is due; after how many seconds to look again."""
        try:
            removed = self._keeping.run()
        except Unavailable as error:
            log.info("keeping_waits", code=error.code)
            return _AGAIN_S
        except Conflict:
            log.debug("keeping_elsewhere")
        except Exception:
            log.exception("keeping_failed")
        else:
            if removed:
                log.info("kept_no_longer", **{kind: n for kind, n in vars(removed).items() if n})
        return _EVERY_S
