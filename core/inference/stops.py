"""Stop strings: text that may begin one waits, and what stands before a met one is the end."""

from collections.abc import Sequence


class StopCutter:
    """The text of one sequence, grown piece by piece. What was released is never taken back.

    `held` is text there is already, to be told with the first piece.
    """

    def __init__(self, stops: Sequence[str], held: str = "") -> None:
        self._stops = tuple(stops)
        self._held = held
        self._released: list[str] = []

    @property
    def text(self) -> str:
        """All that was released."""
        return "".join(self._released)

    def push(self, piece: str) -> tuple[str, bool]:
        """Add text; returns what that releases, and whether a stop string was met."""
        self._held += piece
        met = [place for stop in self._stops if (place := self._held.find(stop)) >= 0]
        free = min(met) if met else len(self._held) - self._may_begin_stop()
        text, self._held = self._held[:free], "" if met else self._held[free:]
        self._released.append(text)
        return text, bool(met)

    def flush(self) -> str:
        """Release at the end what was held back."""
        text, self._held = self._held, ""
        self._released.append(text)
        return text

    def _may_begin_stop(self) -> int:
        """Length of the longest end of the held text with which some stop string begins."""
        for length in range(min(len(self._held), max(map(len, self._stops), default=0)), 0, -1):
            tail = self._held[-length:]
            if any(stop.startswith(tail) for stop in self._stops):
                return length
        return 0
