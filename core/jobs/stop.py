"""How a walk through a job is told to end, from another thread."""

import threading


class Stop:
    """`cancelled`: somebody stopped the job. `closing`: the worker ends, and others go on."""

    def __init__(self) -> None:
        self.cancelled = False
        self.closing = False
        self._told = threading.Event()

    def cancel(self) -> None:
        self.cancelled = True
        self._told.set()

    def close(self) -> None:
        self.closing = True
        self._told.set()

    def wait(self, seconds: float) -> bool:
        """Return after so long, or as soon as the walk is to end; whether it is."""
        return self._told.wait(seconds)
