"""The library of prompts as data."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class PromptVersion:
    """One text of a prompt; it never changes.

    `variables` in the order of their first use. `uses` counts the runs made from this version;
    `rating` is the mean, 1 to 5, of the `ratings` they got, None where there are none. All three
    are None where nobody asked to have them counted.
    """

    id: UUID
    number: int
    text: str
    variables: tuple[str, ...]
    author: str | None
    created_at: datetime
    uses: int | None
    rating: float | None
    ratings: int | None


@dataclass(frozen=True)
class Prompt:
    """`owner` is None for what comes with the product; `own` says that it is the actor's."""

    id: UUID
    name: str
    description: str
    owner: str | None
    own: bool
    shared: bool
    archived: bool
    versions: tuple[PromptVersion, ...]
    """Newest first; there is always one."""

    @property
    def newest(self) -> PromptVersion:
        return self.versions[0]

    @property
    def uses(self) -> int:
        """Of all versions, as far as they are counted."""
        return sum(version.uses or 0 for version in self.versions)

    @property
    def ratings(self) -> int:
        return sum(version.ratings or 0 for version in self.versions)

    @property
    def rating(self) -> float | None:
        """The mean of the ratings of all versions; None where there are none."""
        stars = sum((each.rating or 0) * (each.ratings or 0) for each in self.versions)
        return stars / self.ratings if self.ratings else None
