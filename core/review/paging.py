"""Pages by key: each starts where another ended, so the ten-thousandth costs as much as the first.

A cursor names a row, an order and a direction; it stays right while rows are added or withdrawn.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from core.errors import Invalid
from core.review.types import Sort
from db.repositories.review import PageRow, ReviewRepository
from db.repositories.review_order import Place, place_of
from db.repositories.review_sql import Criteria

MAX_PAGE_SIZE = 200
_DIRECTIONS = {"older": True, "newer": False}
_NONE = "-"


@dataclass(frozen=True)
class Cursor:
    place: Place
    older: bool
    """Whether it leads on, away from the first page."""
    sort: Sort = Sort.NEWEST

    def __str__(self) -> str:
        at, id, value = self.place
        plain = f"{'older' if self.older else 'newer'} {at.isoformat()} {id}"
        if self.sort is not Sort.NEWEST:
            plain += f" {self.sort} {_NONE if value is None else value}"
        return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def read_cursor(text: str, sort: Sort = Sort.NEWEST) -> Cursor:
    """Raises `Invalid` for a text that is not a cursor of this order."""
    try:
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        direction, at, id, *ordered = plain.split(" ")
        found, value = ordered or (Sort.NEWEST, _NONE)
        place = Place(
            datetime.fromisoformat(at).astimezone(UTC),
            UUID(id),
            None if value == _NONE else int(value),
        )
        cursor = Cursor(place, _DIRECTIONS[direction], Sort(found))
    except (ValueError, OverflowError, KeyError, binascii.Error) as error:
        raise _unreadable() from error
    if cursor.sort is not sort or not _possible(cursor):
        raise _unreadable()
    return cursor


def end_of_page(cursor: str | None) -> tuple[datetime, UUID] | None:
    """Where the page before ended, in a list that goes back in time only; None for the first."""
    read = read_cursor(cursor) if cursor else None
    if read is not None and not read.older:
        raise _unreadable()
    return None if read is None else (read.place.created_at, read.place.id)


def _possible(cursor: Cursor) -> bool:
    """Whether a row could stand there: cursors come from addresses, where anything may be typed."""
    value = cursor.place.value
    if cursor.sort in {Sort.WORST, Sort.BEST}:
        return value is not None and 1 <= value <= 5
    if cursor.sort is Sort.SLOWEST:
        return value is None or abs(value) < 2**63
    return value is None


def _unreadable() -> Invalid:
    return Invalid(
        "The page's cursor cannot be read; start again from the first page.",
        facts={"field": "cursor"},
    )


@dataclass(frozen=True)
class Slice:
    """Rows in order, and the cursors to both sides; None where nothing follows."""

    rows: Sequence[PageRow]
    older: str | None
    newer: str | None


def read_slice(
    repository: ReviewRepository,
    criteria: Criteria,
    cursor: Cursor | None,
    size: int,
    sort: Sort = Sort.NEWEST,
) -> Slice:
    """One page of `size` rows; the first one without a cursor."""
    if not 1 <= size <= MAX_PAGE_SIZE:
        raise Invalid(
            f"A page of {size} rows is not possible; use 1 to {MAX_PAGE_SIZE}.",
            facts={"field": "size", "max": MAX_PAGE_SIZE},
        )
    older = cursor is None or cursor.older
    after = None if cursor is None else cursor.place
    rows = repository.page(criteria, size + 1, order=sort, after=after, forward=older)
    more = len(rows) > size
    rows = rows[:size]
    if not rows:
        return Slice((), None, None)
    first = place_of(sort, rows[0].feedback)
    behind = cursor is not None and repository.any_beyond(
        criteria, order=sort, after=first, forward=not older
    )
    if not older:
        rows.reverse()
    has_older, has_newer = (more, behind) if older else (behind, more)
    last, first = (place_of(sort, rows[place].feedback) for place in (-1, 0))
    return Slice(
        rows,
        older=str(Cursor(last, older=True, sort=sort)) if has_older else None,
        newer=str(Cursor(first, older=False, sort=sort)) if has_newer else None,
    )
