"""Saved views of the dashboard."""

from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from api.answers import Answer
from api.deps import SECURED, Bench, Caller
from api.openapi.refusals import also
from api.schemas import Request, Text
from core.review.filters import from_query, to_query
from core.review.periods import Preset
from core.review.saved_views import SavedView
from core.review.types import Sort

router = APIRouter(prefix="/api/v1/views", tags=["feedback"], dependencies=SECURED)

Query = dict[str, str | list[str]]


class ViewIn(Request):
    name: Text
    filter: dict[Text, Text | list[Text]] = Field(
        default_factory=dict, description="as in the address of the page and of the export"
    )
    period: Annotated[Preset | None, Field(strict=False)] = Field(
        None, description="days that move with today, in the place of since and until"
    )
    sort: Annotated[Sort, Field(strict=False)] = Sort.NEWEST
    columns: list[Text] | None = None
    shared: bool = Field(False, description="whether every reviewer may use it")
    replacing: bool = Field(False, description="take the place of your view of that name")


class ViewOut(Answer):
    id: UUID
    name: str
    owner: str
    own: bool
    shared: bool
    filter: Query = Field(description="as it is meant today")
    period: Preset | None
    sort: Sort
    columns: list[str] | None

    @classmethod
    def of(cls, view: SavedView) -> Self:
        return cls(
            id=view.id,
            name=view.name,
            owner=view.owner,
            own=view.own,
            shared=view.shared,
            filter=to_query(view.filter),
            period=view.period,
            sort=view.sort,
            columns=None if view.columns is None else list(view.columns),
        )


class ViewsOut(Answer):
    views: list[ViewOut]


@router.get("")
def views(bench: Bench, caller: Caller) -> ViewsOut:
    """Your own saved views, then what others share, each by name."""
    return ViewsOut(views=[ViewOut.of(view) for view in bench.views.visible(caller)])


@router.get("/{view_id}")
def view(bench: Bench, caller: Caller, view_id: UUID) -> ViewOut:
    """A saved view, your own or one that is shared."""
    return ViewOut.of(bench.views.get(caller, view_id))


@router.post("", status_code=201, responses=also(409, 429))
def save(bench: Bench, caller: Caller, asked: ViewIn) -> ViewOut:
    """Keep a filter, an order and columns under a name."""
    saved = bench.views.save(
        caller,
        asked.name,
        from_query(asked.filter),
        sort=asked.sort,
        columns=None if asked.columns is None else tuple(asked.columns),
        period=asked.period,
        shared=asked.shared,
        replacing=asked.replacing,
    )
    return ViewOut.of(saved)


@router.delete("/{view_id}", status_code=204)
def delete(bench: Bench, caller: Caller, view_id: UUID) -> None:
    """Delete a view of your own."""
    bench.views.delete(caller, view_id)
