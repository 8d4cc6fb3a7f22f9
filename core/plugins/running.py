"""Running what others wrote: its failure is its own, and it has so much time and room."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, wait
from contextvars import copy_context
from time import monotonic
from typing import TypeVar

import structlog

from core.errors import LimitReached
from core.plugins.types import PluginFailed

log = structlog.get_logger()

MAX_SECONDS = 60.0
MAX_BYTES = 128 * 2**20
_AT_ONCE = 2
_WAIT_S = 10.0

_Result = TypeVar("_Result")


class Refused(Exception):
    """What a plugin gave may not be given; the message says what that was."""


class Runner:
    """Runs each plugin in threads of its own, two at a time.

    Python cannot end a thread: one that goes on for ever keeps its place for ever, and that is a
    place of its own plugin alone.
    """

    def __init__(self, max_seconds: float = MAX_SECONDS, max_bytes: int = MAX_BYTES) -> None:
        self._max_seconds = max_seconds
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._places: dict[tuple[str, str], threading.BoundedSemaphore] = {}

    def run(self, kind: str, name: str, work: Callable[[], _Result]) -> _Result:
        """What `work` gives, which is done by the plugin of that kind and name.

        Raises
        ------
        PluginFailed : it raised, gave what it may not give, or took longer than it may.
        LimitReached : it is at work in all its places.
        """
        place = self._place(kind, name)
        if not place.acquire(timeout=min(_WAIT_S, self._max_seconds)):
            raise LimitReached(
                f"The {kind} “{name}” is busy; try again in a moment.", retry_after=10
            )
        done: Future[_Result] = Future()
        args = (_work, work, done, place)
        threading.Thread(target=copy_context().run, args=args, name=name, daemon=True).start()
        if not wait((done,), self._max_seconds).done:
            raise _failed(kind, name, f"took longer than {self._max_seconds:g} seconds")
        error = done.exception()
        if error is None:
            return done.result()
        how = str(error) if isinstance(error, Refused) else "failed"
        raise _failed(kind, name, how, error) from error

    def collect(self, kind: str, name: str, make: Callable[[], bytes | Iterable[bytes]]) -> bytes:
        """All bytes that `make` gives, in one piece or in many. Raises as `run`."""
        until = monotonic() + self._max_seconds
        return self.run(kind, name, lambda: self._joined(make(), until))

    def _joined(self, made: bytes | Iterable[bytes], until: float) -> bytes:
        whole = bytearray()
        for piece in (made,) if isinstance(made, bytes) else made:
            if not isinstance(piece, bytes):
                raise Refused(f"gave {type(piece).__name__} where bytes are due")
            whole += piece
            if len(whole) > self._max_bytes:
                raise Refused(f"made a file of more than {self._max_bytes / 2**20:g} MiB")
            if monotonic() > until:
                raise Refused("went on after its time")
        return bytes(whole)

    def _place(self, kind: str, name: str) -> threading.BoundedSemaphore:
        with self._lock:
            return self._places.setdefault((kind, name), threading.BoundedSemaphore(_AT_ONCE))


def _work(
    work: Callable[[], _Result], done: "Future[_Result]", place: threading.BoundedSemaphore
) -> None:
    try:
        done.set_result(work())
    except BaseException as error:  # noqa: BLE001 - handed to whoever waits
        done.set_exception(error)
    finally:
        place.release()


def _failed(kind: str, name: str, how: str, error: BaseException | None = None) -> PluginFailed:
    log.error("plugin_failed", kind=kind, plugin=name, how=how, exc_info=error)
    return PluginFailed(
        f"The {kind} “{name}” {how}; try again, and give the reference to an administrator if it "
        "happens twice.",
        facts={"plugin": name},
    )
