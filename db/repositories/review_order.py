"""The orders that ratings are paged in, and where a row stands in each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from db.models import Feedback


class Place(NamedTuple):
    """Where a row stands: after all that come before it by the order's value, its time, its id."""

    created_at: datetime
    id: UUID
    value: int | None = None
    """Of the order: a rating, milliseconds; None where it has none."""


@dataclass(frozen=True)
class Part:
    """A stretch of an order in which rows follow each other by columns alone, all in one direction:
    an index gives them so, from any place on."""

    columns: tuple[InstrumentedAttribute[Any], ...]
    falling: bool = True
    rating: int | None = None
    where: tuple[ColumnElement[bool], ...] = ()
    timed: bool = False
    """By latency first."""

    def beyond(self, place: Place, forward: bool) -> ColumnElement[bool]:
        values = (place.created_at, place.id)
        key = tuple_(*self.columns)
        bound = (place.value, *values) if self.timed else values
        return key < bound if self.falling == forward else key > bound

    def ordered(self, query: Select[Any], forward: bool, columns: Any = None) -> Select[Any]:
        down = self.falling == forward
        key = self.columns if columns is None else [columns[each.key] for each in self.columns]
        return query.order_by(*(each.desc() if down else each.asc() for each in key))


_PLACE = (Feedback.created_at, Feedback.id)
_BY_RATING = tuple(Part(_PLACE, rating=rating) for rating in range(1, 6))

ORDERS: Mapping[str, tuple[Part, ...]] = MappingProxyType(
    {
        "newest": (Part(_PLACE),),
        "oldest": (Part(_PLACE, falling=False),),
        "worst": _BY_RATING,
        "best": _BY_RATING[::-1],
        "slowest": (
            Part(
                (Feedback.latency_ms, *_PLACE),
                where=(Feedback.latency_ms.is_not(None),),
                timed=True,
            ),
            Part(_PLACE, where=(Feedback.latency_ms.is_(None),)),
        ),
    }
)
"""Equal ratings, and rows without a latency, stand newest first."""


def place_of(order: str, row: Feedback) -> Place:
    value = None
    if order in {"worst", "best"}:
        value = row.rating
    elif order == "slowest":
        value = row.latency_ms
    return Place(row.created_at, row.id, value)


def part_of(order: str, place: Place) -> int:
    """Which part of the order the place lies in."""
    if order in {"worst", "best"}:
        return next(
            number for number, part in enumerate(ORDERS[order]) if part.rating == place.value
        )
    return 1 if order == "slowest" and place.value is None else 0
