"""From the signal to stop until the process is gone: seconds, whoever is still connected."""

import signal
import threading
from collections.abc import Callable
from types import FrameType

from ui.server import running_server

Handler = Callable[[int, FrameType | None], object]
LEFT_TO_CLIENTS_S = 4
"""Seconds from the signal until answers still under way are broken off."""


def before_stopping(end_streams: Callable[[], None]) -> None:
    """Call `end_streams` as soon as a signal says stop, and let no client hold the process up.

    The server itself waits for every open answer before it lets the lifespan end, for ever.
    """
    if threading.current_thread() is not threading.main_thread():
        return  # signals are somebody else's then
    server = running_server()
    if server is not None and server.config.timeout_graceful_shutdown is None:
        server.config.timeout_graceful_shutdown = LEFT_TO_CLIENTS_S
    for number in (signal.SIGINT, signal.SIGTERM):
        handler = signal.getsignal(number)
        if callable(handler):
            signal.signal(number, _stopping(handler, end_streams))


def _stopping(handle: Handler, end_streams: Callable[[], None]) -> Handler:
    def stop(number: int, frame: FrameType | None) -> None:
        threading.Thread(target=end_streams, name="end-streams", daemon=True).start()
        handle(number, frame)

    return stop
