"""From the signal to stop until the process is gone: seconds, whoever is still connected."""

import signal
import threading
from collections.abc import Callable
from types import FrameType

from ui.server import running_server

Handler = Callable[[int, FrameType | None], object]
LEFT_TO_CLIENTS_S = 4
"""Seconds from the end of what was running until answers still under way are broken off."""


def before_stopping(end: Callable[[], None], drain: Callable[[], None] = lambda: None) -> None:
    """Call `end` once a signal says stop, and let no client hold the process up.

    SIGTERM is a machine's, which starts another process and can wait: `drain` comes first, and the
    server goes on answering meanwhile. Ctrl-C, and a second signal, wait for nothing. The server
    itself waits for every open answer before it lets the lifespan end, for ever.
    """
    if threading.current_thread() is not threading.main_thread():
        return  # signals are somebody else's then
    server = running_server()
    if server is not None and server.config.timeout_graceful_shutdown is None:
        server.config.timeout_graceful_shutdown = LEFT_TO_CLIENTS_S
    asked = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        handler = signal.getsignal(number)
        if callable(handler):
            signal.signal(number, _Stopping(handler, end, drain, asked))


class _Stopping:
    """What is done at a signal; `asked` is set by the first of any kind."""

    def __init__(
        self,
        handle: Handler,
        end: Callable[[], None],
        drain: Callable[[], None],
        asked: threading.Event,
    ) -> None:
        self._handle, self._end, self._drain, self._asked = handle, end, drain, asked

    def __call__(self, number: int, frame: FrameType | None) -> None:
        first = not self._asked.is_set()
        self._asked.set()
        if first and number == signal.SIGTERM:
            threading.Thread(
                target=self._drained, args=(number,), name="drain", daemon=True
            ).start()
        else:
            self._now(number, frame)

    def _drained(self, number: int) -> None:
        try:
            self._drain()
        finally:
            self._now(number, None)

    def _now(self, number: int, frame: FrameType | None) -> None:
        threading.Thread(target=self._end, name="end-streams", daemon=True).start()
        self._handle(number, frame)
