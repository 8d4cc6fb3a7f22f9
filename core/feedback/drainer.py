"""Brings what waits in the outbox to the database, once that answers again."""

import fcntl
import os
import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from uuid import UUID

import structlog

from core.errors import GlimpseError, Unavailable
from core.feedback.outbox import Entry, Outbox
from core.trace import trace

log = structlog.get_logger()

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 5.0
_BATCH = 20
_LAST_S = 10.0
_SWEEP_S = 60.0
_MOST_ATTEMPTS = 20
"""A quarter of an hour, so that a database which is only slow refuses nothing."""
_LONGEST_DELAY_S = 60.0


class NotYet(Exception):
    """What an entry is about is not ready for it; it waits, and the others go on."""


class Drainer:
    """One thread of one process for each data directory; the other processes' stand by.

    An entry leaves the outbox after its transaction is committed. A process that dies in between
    leaves it there, so `send` must bear the same entry twice.

    Parameters
    ----------
    send : writes an entry to the database; raises `Unavailable` while that is away, `NotYet`, or
        another `GlimpseError` where it can never be written as things are.
    overtaken : whether something later than an entry is in the database already, or whoever said it
        is erased.
    """

    def __init__(
        self, outbox: Outbox, send: Callable[[Entry], None], overtaken: Callable[[Entry], bool]
    ) -> None:
        self._outbox, self._send, self._overtaken = outbox, send, overtaken
        self._lock_file = outbox.path.with_suffix(".lock")
        self._lock: int | None = None
        self._woken, self._stopping = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._swept = monotonic() - _SWEEP_S

    def start(self) -> None:
        """From now on; nothing happens the second time."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="outbox", daemon=True)
            self._thread.start()

    def wake(self) -> None:
        """Something was put."""
        self._woken.set()

    def close(self) -> None:
        """Stop after the entry that is under way; the rest waits on the disk."""
        self._stopping.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join(_LAST_S)
            if self._thread.is_alive():
                return  # stuck in the database; the lock goes with the process
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _work(self) -> None:
        pause, before = FIRST_PAUSE_S, 0
        while not self._stopping.is_set():
            self._woken.clear()
            left = 1
            try:
                left = self.drain()
            except Exception:
                log.exception("outbox_not_drained")
            if not left:
                pause = FIRST_PAUSE_S
                self._woken.wait(LONGEST_PAUSE_S)
            else:
                self._stopping.wait(pause)
                pause = FIRST_PAUSE_S if left < before else min(pause * 2, LONGEST_PAUSE_S)
            before = left

    def drain(self) -> int:
        """Send what is due, until the database goes away; how many wait afterwards."""
        if (self._outbox.waiting() or self._outbox.refused_count()) and self._is_ours():
            try:
                sent = 0
                while (batch := self._outbox.due(_BATCH)) and not self._stopping.is_set():
                    sent += self._send_all(batch)
                if sent or monotonic() - self._swept > _SWEEP_S:
                    self._sweep()
            except Unavailable as error:
                log.info("outbox_waits", waiting=self._outbox.waiting(), code=error.code)
        return self._outbox.waiting()

    def _send_all(self, batch: list[Entry]) -> int:
        """How many of them were sent, and are out of the outbox."""
        done: list[UUID] = []
        try:
            for entry in batch:
                if self._stopping.is_set():
                    break
                with trace():
                    if self._is_sent(entry):
                        done.append(entry.id)
        finally:
            self._outbox.remove(done)
        return len(done)

    def _is_sent(self, entry: Entry) -> bool:
        """False where it was put off or refused; raises `Unavailable`."""
        try:
            self._send(entry)
        except Unavailable:
            raise
        except NotYet:
            self._outbox.put_off(entry.id, LONGEST_PAUSE_S)
        except GlimpseError as error:
            self._refuse(entry, error.message, error.code)
        except Exception as error:
            log.exception("outbox_entry_failed", entry_id=entry.id, attempts=entry.attempts)
            if entry.attempts + 1 >= _MOST_ATTEMPTS:
                why = f"It could not be written: {type(error).__name__}; see the log."
                self._refuse(entry, why, "internal")
            else:
                self._outbox.put_off(entry.id, min(2.0**entry.attempts, _LONGEST_DELAY_S))
        else:
            return True
        return False

    def _refuse(self, entry: Entry, why: str, code: str) -> None:
        log.warning("outbox_entry_refused", entry_id=entry.id, run_id=entry.run_id, code=code)
        self._outbox.refuse(entry.id, why)

    def _sweep(self) -> None:
        """Drop what was refused once it is overtaken."""
        refused = self._outbox.refused(1000)
        self._outbox.remove([entry.id for entry in refused if self._overtaken(entry)])
        self._swept = monotonic()

    def _is_ours(self) -> bool:
        """Whether this process drains; the lock goes with it, however it ends."""
        if self._lock is None:
            self._lock = _locked(self._lock_file)
        return self._lock is not None


def _locked(path: Path) -> int | None:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
