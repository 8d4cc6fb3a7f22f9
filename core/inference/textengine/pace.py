"""How many prompt tokens one pass reads, so that nobody who is being written waits for long."""

_IDLE_S = 0.25
"""How long a pass may take while nobody is being written: a cancel has to wait for it."""
_FIRST_GUESS = 1024.0
_LEAST = 16
_MEMORY = 0.8
"""How much of what was measured before still counts after the next measurement."""


class Pace:
    """Measures reading and writing; a pass of reading may take as long as one of writing."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._tokens, self._seconds = _FIRST_GUESS, 1.0
        self._step_s = 0.0

    def read(self, tokens: int, seconds: float) -> None:
        self._tokens = _MEMORY * self._tokens + tokens
        self._seconds = _MEMORY * self._seconds + seconds

    def wrote(self, seconds: float) -> None:
        self._step_s = _MEMORY * (self._step_s or seconds) + (1 - _MEMORY) * seconds

    def tokens(self, writing: bool) -> int:
        """Tokens to read in the next pass, padding counted."""
        seconds = self._step_s if writing and self._step_s else _IDLE_S
        wanted = int(seconds * self._tokens / self._seconds)
        return min(max(wanted, _LEAST), self._most)
