"""What is kept, and what is removed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class Erasure:
    """How far somebody's data are on the way to being erased; both times None: not at all."""

    user_id: UUID
    username: str
    erase_at: datetime | None
    """Until then it can be taken back."""
    erased_at: datetime | None


@dataclass(frozen=True)
class Counts:
    """How many of each kind were removed, or are due to be."""

    runs: int = 0
    """Whose content goes; what is counted of them stays."""
    pictures: int = 0
    audit_entries: int = 0
    sign_in_attempts: int = 0
    sessions: int = 0
    limit_uses: int = 0
    jobs: int = 0
    job_files: int = 0
    """Pictures that a job has not used, long after it ended."""
    people: int = 0

    def __bool__(self) -> bool:
        return any(vars(self).values())

    def __str__(self) -> str:
        """Such as "3 runs, 1 picture"; "nothing" where all are 0."""
        told = (_counted(n, name.replace("_", " ")) for name, n in vars(self).items() if n)
        return ", ".join(told) or "nothing"


def _counted(n: int, plural: str) -> str:
    if n != 1:
        return f"{n:,} {plural}"
    singular = {"people": "person", "audit entries": "audit entry"}
    return f"1 {singular.get(plural, plural.removesuffix('s'))}"
