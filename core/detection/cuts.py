"""The score from which boxes of a phrase are shown by default, where one is set for it."""

import threading
from collections.abc import Iterable, Mapping
from time import monotonic

from db.repositories.quality import ThresholdRepository
from db.session import Database

_FRESH_S = 5.0
"""How long another process's change may go unnoticed; this one's own is seen at once."""


class PhraseCuts:
    """Kept in memory, as every detection asks for them and they hardly ever change."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._known: Mapping[tuple[str, str], float] = {}
        self._until = 0.0

    def of(self, model: str, phrases: Iterable[str]) -> dict[str, float]:
        """The cuts of those of `phrases`, in any case, that have one for `model`."""
        known = self._current()
        found = {phrase: known.get((model, phrase.casefold())) for phrase in phrases}
        return {phrase: cut for phrase, cut in found.items() if cut is not None}

    def forget(self) -> None:
        """Read anew from the next call on."""
        with self._lock:
            self._until = 0.0

    def _current(self) -> Mapping[tuple[str, str], float]:
        with self._lock:
            if monotonic() >= self._until:
                with self._database.unit_of_work() as session:
                    rows = ThresholdRepository(session).cuts()
                self._known = {(model, phrase.casefold()): cut for model, phrase, cut in rows}
                self._until = monotonic() + _FRESH_S
            return self._known
