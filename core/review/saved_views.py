"""Views of the dashboard kept under a name: a filter, an order and columns.

A period that moves with today is kept as such, and not as the days that it meant when it was saved.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from core.audit.recording import Facts, record
from core.audit.types import Action, Target
from core.clock import now
from core.errors import Conflict, Invalid, LimitReached, NotAllowed, NotFound
from core.feedback.checks import checked_characters
from core.ids import new_id
from core.permissions import Actor, Permission
from core.review.columns import checked_columns
from core.review.filters import checked, from_query, to_query
from core.review.periods import Preset, days_of, is_year_before, moved, preset_of, year_before
from core.review.types import FeedbackFilter, Sort
from db.repositories.views import ViewRepository
from db.session import Database, Session

MAX_NAME_CHARS = 80
MAX_VIEWS = 100
"""Of one person."""
_YEAR = "year"


@dataclass(frozen=True)
class SavedView:
    """`filter` is what it means today."""

    id: UUID
    name: str
    owner: str
    own: bool
    shared: bool
    filter: FeedbackFilter
    period: Preset | None
    """Set where the days move with today."""
    sort: Sort
    columns: tuple[str, ...] | None
    created_at: datetime


class SavedViewService:
    """For reviewers; a view is changed and deleted by its owner alone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def visible(self, actor: Actor) -> tuple[SavedView, ...]:
        """The actor's own, then what others share, each by name."""
        actor.require(Permission.REVIEW)
        with self._database.unit_of_work() as session:
            found = ViewRepository(session).visible(actor.user_id)
        return tuple(_view(row, owner, actor) for row, owner in found)

    def get(self, actor: Actor, view_id: UUID) -> SavedView:
        """Raises `NotFound`, also for another's that is not shared."""
        actor.require(Permission.REVIEW)
        with self._database.unit_of_work() as session:
            return _get(ViewRepository(session), actor, view_id)

    def save(
        self,
        actor: Actor,
        name: str,
        filter: FeedbackFilter,
        *,
        sort: Sort = Sort.NEWEST,
        columns: tuple[str, ...] | None = None,
        period: Preset | None = None,
        shared: bool = False,
        replacing: bool = False,
    ) -> SavedView:
        """Keep a view of the actor's own.

        With `period` its days move with today; they must be those of the filter, or none. With
        `replacing` it takes the place of the actor's view of the same name.

        Raises
        ------
        Invalid : a name, filter, column or period that cannot be.
        Conflict : the actor has a view of that name.
        LimitReached : the actor has 100 views.
        """
        actor.require(Permission.REVIEW)
        kept = _Kept(_checked_name(name), _query(filter, sort, period), columns, shared)
        return self._put(actor, new_id(), kept, replacing)

    def change(
        self, actor: Actor, view_id: UUID, *, name: str | None = None, shared: bool | None = None
    ) -> SavedView:
        """Rename or share one's own. Raises `NotFound`, `NotAllowed`, `Invalid`, `Conflict`."""
        actor.require(Permission.REVIEW)
        values: dict[str, Any] = {} if shared is None else {"shared": shared}
        if name is not None:
            values["name"] = _checked_name(name)
        with self._database.unit_of_work() as session:
            repository = ViewRepository(session)
            repository.lock(actor.user_id)
            was = _get(repository, actor, view_id)
            _require_own(was)
            if name is not None and repository.named(actor.user_id, values["name"]) not in (
                None,
                view_id,
            ):
                raise _name_taken(values["name"])
            if values:
                repository.change(view_id, **values)
            session.expire_all()
            view = _get(repository, actor, view_id)
            _note(session, actor, was, view)
            return view

    def delete(self, actor: Actor, view_id: UUID) -> SavedView:
        """What was deleted, for `restore`. Raises `NotFound`, `NotAllowed`."""
        actor.require(Permission.REVIEW)
        with self._database.unit_of_work() as session:
            repository = ViewRepository(session)
            found = repository.get(view_id, actor.user_id)
            if found is None:
                raise _unknown(view_id)
            view = _view(*found, actor)
            _require_own(view)
            repository.delete(found[0])
            _note(session, actor, view, None)
        return view

    def restore(self, actor: Actor, view: SavedView) -> SavedView:
        """Bring back what was deleted. Raises `Conflict`, `LimitReached` as `save`."""
        actor.require(Permission.REVIEW)
        filter = view.filter
        if view.period is not None:
            filter = moved(filter, *days_of(view.period, now().date()))
        query = _query(filter, view.sort, view.period)
        return self._put(actor, view.id, _Kept(view.name, query, view.columns, view.shared), False)

    def _put(self, actor: Actor, view_id: UUID, kept: "_Kept", replacing: bool) -> SavedView:
        columns = None if kept.columns is None else checked_columns(kept.columns)
        with self._database.unit_of_work() as session:
            repository = ViewRepository(session)
            repository.lock(actor.user_id)
            known = repository.named(actor.user_id, kept.name)
            if known is not None and not replacing:
                raise _name_taken(kept.name)
            if known is None and repository.count(actor.user_id) >= MAX_VIEWS:
                raise LimitReached(
                    f"You have {MAX_VIEWS} views; delete one first.", facts={"max": MAX_VIEWS}
                )
            put_id = known or view_id
            was = _get(repository, actor, put_id) if known else None
            repository.put(put_id, actor.user_id, kept.name, kept.query, columns, kept.shared)
            session.expire_all()
            view = _get(repository, actor, put_id)
            _note(session, actor, was, view)
            return view


@dataclass(frozen=True)
class _Kept:
    name: str
    query: Mapping[str, Any]
    columns: tuple[str, ...] | None
    shared: bool


def _get(repository: ViewRepository, actor: Actor, view_id: UUID) -> SavedView:
    found = repository.get(view_id, actor.user_id)
    if found is None:
        raise _unknown(view_id)
    return _view(*found, actor)


def _note(session: Session, actor: Actor, was: SavedView | None, view: SavedView | None) -> None:
    """A view that others see, or saw until now, is another one."""
    shared = next((each for each in (was, view) if each is not None and each.shared), None)
    if shared is not None and was != view:
        target = (Target.VIEW, shared.id)
        before, after = (None if each is None else _facts(each) for each in (was, view))
        record(session, actor, Action.VIEW_CHANGED, target, before=before, after=after)


def _facts(view: SavedView) -> Facts:
    """Names of limits, and not what they are set to, which may be somebody's words."""
    return {
        "shared": view.shared,
        "name_chars": len(view.name),
        "filter": list(to_query(view.filter)),
        "sort": view.sort,
        "columns": None if view.columns is None else list(view.columns),
    }


def _require_own(view: SavedView) -> None:
    if not view.own:
        raise NotAllowed(f"The view “{view.name}” is {view.owner}'s; save it as one of your own.")


def _query(filter: FeedbackFilter, sort: Sort, period: Preset | None) -> dict[str, Any]:
    """What is kept: the filter in the words of the address, less days that move."""
    filter = checked(filter)
    query: dict[str, Any] = {"sort": sort}
    if period is not None:
        days = (filter.since, filter.until)
        if days != (None, None) and preset_of(*days, now().date(), period) is not period:
            raise Invalid(
                f"The period “{period}” means other days than the filter has; leave one out.",
                facts={"field": "period"},
            )
        query["period"] = period
        if filter.against is not None and is_year_before(filter):
            query["compared"] = _YEAR
            filter = replace(filter, against=None)
        kept = to_query(filter)
        query["filter"] = {n: v for n, v in kept.items() if n not in ("since", "until")}
    else:
        query["filter"] = to_query(filter)
    return query


def _filter(query: Mapping[str, Any], today: date) -> tuple[FeedbackFilter, Preset | None]:
    """What is kept, as it is meant today."""
    kept = dict(query["filter"])
    if "period" not in query:
        return from_query(kept), None
    period = Preset(query["period"])
    since, until = days_of(period, today)
    kept |= {"since": str(since), "until": str(until)}
    if query.get("compared") == _YEAR:
        kept["against"] = str(year_before(since))
    return from_query(kept), period


def _view(row: Any, owner: str, actor: Actor) -> SavedView:
    filter, period = _filter(row.query, now().date())
    return SavedView(
        id=row.id,
        name=row.name,
        owner=owner,
        own=row.owner_id == actor.user_id,
        shared=row.shared,
        filter=filter,
        period=period,
        sort=Sort(row.query["sort"]),
        columns=None if row.columns is None else tuple(row.columns),
        created_at=row.created_at,
    )


def _checked_name(name: str) -> str:
    kept = checked_characters("name", " ".join(name.split()))
    if not kept:
        raise Invalid("The view has no name; give it one.", facts={"field": "name"})
    if len(kept) > MAX_NAME_CHARS:
        raise Invalid(
            f"The name has {len(kept)} characters; use at most {MAX_NAME_CHARS}.",
            facts={"field": "name", "max": MAX_NAME_CHARS},
        )
    return kept


def _name_taken(name: str) -> Conflict:
    return Conflict(
        f"You have a view “{name}” already; choose another name, or replace it.",
        facts={"field": "name"},
    )


def _unknown(view_id: UUID) -> NotFound:
    return NotFound(
        "There is no such view; it may have been deleted.", facts={"view_id": str(view_id)}
    )
