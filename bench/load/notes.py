"""What happened to each request under load, a line of JSON each."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Note:
    """One request: when it ended, in seconds since 1970, and how long it took."""

    ended: float
    ms: float
    name: str
    error: str | None = None
    status: int | None = None
    retry_after: str | None = None

    @property
    def began(self) -> float:
        return self.ended - self.ms / 1000


class Notes:
    """Written by one process while it runs."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", buffering=1)

    def write(self, note: Note) -> None:
        self._file.write(json.dumps(asdict(note)) + "\n")


def read(path: Path) -> list[Note]:
    return [Note(**json.loads(line)) for line in path.read_text().splitlines()]
