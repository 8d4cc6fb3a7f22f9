"""How a model on another server is, as far as the last calls tell."""

import threading
from collections.abc import Callable
from dataclasses import replace
from math import ceil

from core.inference.remote_failures import Failure, Server
from core.inference.types import ModelInfo, ModelState

_STRIKES = 2


class RemoteHealth:
    """Waiting for a call, ready, or away until it is worth another call.

    Waiting with a reason: it was asked before, and that is how it failed.

    A failure that may lie in the one request (too slow, broken off, an error of the server) makes
    the model unavailable only when the call before failed too: one bad picture takes a model from
    nobody else.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._worked = False
        self._failed = 0
        self._reason: str | None = None
        self._away_until = 0.0

    def state(self) -> tuple[ModelState, str | None]:
        with self._lock:
            if self._clock() < self._away_until:
                return ModelState.UNAVAILABLE, self._reason
            if self._worked:
                return ModelState.READY, None
            return ModelState.WAITING, self._reason

    def described(self, info: ModelInfo) -> ModelInfo:
        """`info` with the state of now."""
        state, reason = self.state()
        return replace(info, state=state, reason=reason)

    def check(self, server: Server) -> None:
        """Raise `Unavailable` while `server` is not worth another call."""
        state, reason = self.state()
        if state is ModelState.UNAVAILABLE:
            raise server.unavailable(reason or "", self._retry_after())

    def _retry_after(self) -> int:
        """Seconds until the server is asked again; at least 1."""
        with self._lock:
            return max(1, ceil(self._away_until - self._clock()))

    def works(self) -> None:
        with self._lock:
            self._worked, self._failed, self._reason = True, 0, None
            self._away_until = 0.0

    def fails(self, failure: Failure) -> None:
        with self._lock:
            self._failed += 1
            self._reason = failure.reason
            if failure.certain or self._failed >= _STRIKES:
                self._worked = False
                self._away_until = self._clock() + failure.retry_after
