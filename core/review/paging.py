"""Pages by key: each starts where another ended, so the ten-thousandth costs as much as the first.

A cursor names a row and a direction; it stays right while rows are added or withdrawn.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from core.errors import Invalid
from db.repositories.review import PageRow, Place, ReviewRepository
from db.repositories.review_sql import Criteria

MAX_PAGE_SIZE = 200


@dataclass(frozen=True)
class Cursor:
    place: Place
    older: bool

    def __str__(self) -> str:
        at, id = self.place
        plain = f"{'older' if self.older else 'newer'} {at.isoformat()} {id}"
        return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def read_cursor(text: str) -> Cursor:
    """Raises `Invalid` for a text that is not a cursor."""
    try:
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        direction, at, id = plain.split(" ")
        place = (datetime.fromisoformat(at).astimezone(UTC), UUID(id))
    except (ValueError, OverflowError, binascii.Error) as error:
        raise Invalid(
            "The page's cursor cannot be read; start again from the first page.",
            facts={"field": "cursor"},
        ) from error
    if direction not in {"older", "newer"}:
        raise Invalid(
            "The page's cursor cannot be read; start again from the first page.",
            facts={"field": "cursor"},
        )
    return Cursor(place, direction == "older")


@dataclass(frozen=True)
class Slice:
    """Rows newest first, and the cursors to both sides; None where nothing follows."""

    rows: Sequence[PageRow]
    older: str | None
    newer: str | None


def read_slice(
    repository: ReviewRepository, criteria: Criteria, cursor: Cursor | None, size: int
) -> Slice:
    """One page of `size` rows; the first one without a cursor."""
    if not 1 <= size <= MAX_PAGE_SIZE:
        raise Invalid(
            f"A page of {size} rows is not possible; use 1 to {MAX_PAGE_SIZE}.",
            facts={"field": "size", "max": MAX_PAGE_SIZE},
        )
    older = cursor is None or cursor.older
    after = None if cursor is None else cursor.place
    rows = repository.page(criteria, size + 1, after=after, older=older)
    more = len(rows) > size
    rows = rows[:size]
    if not rows:
        return Slice((), None, None)
    behind = cursor is not None and bool(
        repository.page(criteria, 1, after=_place(rows[0]), older=not older)
    )
    if not older:
        rows.reverse()
    has_older, has_newer = (more, behind) if older else (behind, more)
    return Slice(
        rows,
        older=str(Cursor(_place(rows[-1]), older=True)) if has_older else None,
        newer=str(Cursor(_place(rows[0]), older=False)) if has_newer else None,
    )


def _place(row: PageRow) -> Place:
    return row.feedback.created_at, row.feedback.id
