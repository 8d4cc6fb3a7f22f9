"""How many prompt tokens one pass reads, so that nobody who is being written waits for long."""

_IDLE_S = 4.0
"""How long a pass may take while nobody is being written: as long as a cancel may have to wait."""
_FIRST_GUESS = 1024.0
"""Tokens a second, until one pass was timed."""
_LEAST = 16
_MEMORY = 0.85
"""How much of what was measured before still counts after the next measurement."""


class Pace:
    """Measures reading and writing; a pass of reading may take as long as one of writing.

    A pass takes a fixed time and some for each token, fitted by least squares over the last ones.
    Taken for proportional, small passes would look slow, ask for smaller ones, and never recover.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._weight = self._tokens = self._seconds = self._squares = self._products = 0.0
        self._step_s = 0.0

    def read(self, tokens: int, seconds: float) -> None:
        self._weight = _MEMORY * self._weight + 1
        self._tokens = _MEMORY * self._tokens + tokens
        self._seconds = _MEMORY * self._seconds + seconds
        self._squares = _MEMORY * self._squares + tokens**2
        self._products = _MEMORY * self._products + tokens * seconds

    def wrote(self, seconds: float) -> None:
        self._step_s = _MEMORY * (self._step_s or seconds) + (1 - _MEMORY) * seconds

    def tokens(self, writing: bool) -> int:
        """Tokens to read in the next pass, padding counted."""
        seconds = self._step_s if writing and self._step_s else _IDLE_S
        fixed, each = self._fit()
        wanted = int((seconds - fixed) / each)
        return min(max(wanted, _LEAST), self._most)

    def _fit(self) -> tuple[float, float]:
        """Seconds of a pass, and of each token in it."""
        if not self._weight:
            return 0.0, 1 / _FIRST_GUESS
        spread = self._weight * self._squares - self._tokens**2
        each = (self._weight * self._products - self._tokens * self._seconds) / (spread or 1.0)
        fixed = (self._seconds - each * self._tokens) / self._weight
        if each <= 0 or fixed < 0:
            return 0.0, self._seconds / self._tokens
        return fixed, each
