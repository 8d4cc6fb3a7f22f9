"""Which ratings stand on a page: found through an index that gives them in order, or one by one.

The planner alone takes a filter's matches to lie evenly over time. Where they do not (an old
revision, a word that went out of use), it would read the whole table backwards for one page.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, union_all
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.util import ClauseAdapter

from db.models import Feedback, Model, VerdictTotal
from db.repositories.review_order import Part, Place
from db.repositories.review_sql import Criteria, models_named, raters_with, shown, where_feedback

FETCHED = 16_000
"""At most so many rows are fetched before it is tried in order."""
FETCHING_COSTS = 3
"""A row out of order takes as long as so many that lie beside each other."""
WINDOW = 10_000
"""So many rows are looked through in order before all matches are fetched, however many."""
MAX_BRANCHES = 64

_DATES = {"since", "before"}
_LED = (
    *("user_id", "user", "assignee", "temperature", "top_p", "box_threshold", "text_threshold"),
    *("correction", "stopped", "model", "judged", "verdicts", "status", "rating", "demo"),
)
"""What has an index in the order of time, the rarest first."""


def fetching_is_less(matches: int, led: int, size: int) -> bool:
    """Whether all matches cost less than the rows to be looked through in order for a page of
    them, if they lie evenly among the rows that an index leads to."""
    return matches * FETCHING_COSTS < size * led / max(matches, 1)


def find(
    session: Session,
    criteria: Criteria,
    part: Part,
    size: int,
    *,
    after: Place | None,
    forward: bool,
) -> Sequence[UUID]:
    """At most `size` ids of a part, in its order, from beyond `after` on."""
    return _Search(session, criteria, part, after, forward).ids(size)


class _Search:
    def __init__(
        self,
        session: Session,
        criteria: Criteria,
        part: Part,
        after: Place | None,
        forward: bool,
    ) -> None:
        self._session, self._part, self._forward = session, part, forward
        self._asked = dict(criteria)
        self._beyond = [] if after is None else [part.beyond(after, forward)]

    def ids(self, size: int) -> Sequence[UUID]:
        branches = self._branches()
        if branches is not None:
            return self._merged(branches, size)
        led, rest = self._split()
        if not rest:
            return self._run(self._in_order([*led, *self._part.where], size))
        every = [*where_feedback(self._asked), *self._part.where, *self._beyond]
        if fetching_is_less(self._expected(every), self._estimated(led), size):
            found = self._fetched(every, size, FETCHED)
            if found is not None:
                return found
        found = self._looked_through(led, rest, size)
        if len(found) == size:
            return found
        return self._fetched(every, size, None) or ()

    def _expected(self, every: Sequence[ColumnElement[bool]]) -> int:
        """How many rows may match: of boxes the planner knows nothing, but they are counted."""
        judged = self._asked.get("judged")
        if judged is not None:
            if judged["score_min"] is not None or judged["score_max"] is not None:
                return FETCHED  # the few may be among very many judged so
            return self._boxes(judged["phrase"], judged["verdicts"])
        phrase = self._asked.get("phrase")
        if phrase is None:
            return self._estimated(every)
        others = {name: value for name, value in self._asked.items() if name != "phrase"}
        return self._estimated([*where_feedback(others), shown(phrase)]) + self._boxes(phrase, ())

    def _boxes(self, phrase: str | None, verdicts: Sequence[str]) -> int:
        """How many were judged, all over."""
        counted = select(func.coalesce(func.sum(VerdictTotal.n), 0))
        if phrase is not None:
            counted = counted.where(VerdictTotal.phrase == func.lower(phrase))
        if verdicts:
            counted = counted.where(VerdictTotal.verdict.in_(verdicts))
        return int(self._session.scalars(counted).one())

    def _estimated(self, where: Sequence[ColumnElement[bool]]) -> int:
        """How many rows the planner expects: right where it has counted the values, or a guess."""
        plan = self._session.execute(_Explain(select(Feedback.id).where(*where))).scalar_one()
        return int(plan[0]["Plan"]["Plan Rows"])

    def _split(self) -> tuple[list[ColumnElement[bool]], list[ColumnElement[bool]]]:
        """The conditions that one index in this order fulfils, and the rest."""
        dates = {name: self._asked[name] for name in _DATES & self._asked.keys()}
        others = {name: value for name, value in self._asked.items() if name not in _DATES}
        if self._part.timed:
            return [], where_feedback(dates | others)
        led = next((name for name in _LED if self._leads(name)), None)
        if led is None:
            return where_feedback(dates), where_feedback(others)
        names = {"rating_min", "rating_max"} if led == "rating" else {led}
        leading = {name: others.pop(name) for name in names}
        if led == "model":
            leading = {"model_id": self._models()[0]}
        if led == "judged":
            others["judged"], leading = leading["judged"], {"verdicts": True}
        if led == "demo" and others:
            return where_feedback(dates), where_feedback(others | leading)
        return where_feedback(dates | leading), where_feedback(others)

    def _leads(self, name: str) -> bool:
        asked = self._asked
        if name == "rating":
            low = asked.get("rating_min")
            return low is not None and low == asked.get("rating_max")
        if name == "model":
            return name in asked and len(self._models()) == 1
        if name == "assignee":
            return asked.get(name) is not None
        if name in {"correction", "stopped", "verdicts"}:
            return asked.get(name) is True
        return name in asked

    def _branches(self) -> list[dict[str, Any]] | None:
        """Several conditions that each have an index, if this is all that is asked for."""
        names = self._asked.keys() - _DATES
        if self._part.timed or not names:
            return None
        dates = {name: self._asked[name] for name in _DATES & self._asked.keys()}
        if names in ({"model"}, {"task"}):
            models = self._models()
            return [dates | {"model_id": id} for id in models] if _fit(models) else None
        if names == {"role"}:
            people = self._people()
            return [dates | {"user_id": id} for id in people] if _fit(people) else None
        if names <= {"rating_min", "rating_max"}:
            low, high = self._asked.get("rating_min", 1), self._asked.get("rating_max", 5)
            ratings = range(low, high + 1)
            return [dates | {"rating_min": each, "rating_max": each} for each in ratings]
        return None

    def _models(self) -> Sequence[UUID]:
        if "model" in self._asked:
            query = models_named(self._asked["model"])
        else:
            query = select(Model.id).where(Model.task == self._asked["task"])
        return self._session.scalars(query).all()

    def _people(self) -> Sequence[UUID]:
        query = raters_with(self._asked["role"]).limit(MAX_BRANCHES + 1)
        return self._session.scalars(query).all()

    def _in_order(self, where: Sequence[ColumnElement[bool]], size: int) -> Select[Any]:
        query = select(*_columns(self._part)).where(*where, *self._beyond)
        return self._part.ordered(query, self._forward).limit(size)

    def _merged(self, branches: list[dict[str, Any]], size: int) -> Sequence[UUID]:
        if not branches:
            return ()
        parts = [
            select(self._in_order([*where_feedback(each), *self._part.where], size).subquery())
            for each in branches
        ]
        merged = union_all(*parts).subquery()
        return self._run(self._sorted(merged, size))

    def _looked_through(
        self,
        led: Sequence[ColumnElement[bool]],
        rest: Sequence[ColumnElement[bool]],
        size: int,
    ) -> Sequence[UUID]:
        query = select(Feedback.__table__).where(*led, *self._part.where, *self._beyond)
        window = self._part.ordered(query, self._forward).limit(WINDOW).subquery("window")
        adapted = ClauseAdapter(window)
        query = select(window.c.id).where(*(adapted.traverse(each) for each in rest))
        return self._run(self._part.ordered(query, self._forward, window.c).limit(size))

    def _fetched(
        self, where: Sequence[ColumnElement[bool]], size: int, most: int | None
    ) -> Sequence[UUID] | None:
        """None where there are `most` matches, so that these need not be the first."""
        matching = select(*_columns(self._part)).where(*where).limit(most)
        found = matching.cte("found").prefix_with("materialized")
        if most is None:
            return self._run(self._sorted(found, size))
        count = select(func.count()).select_from(found).scalar_subquery()
        rows = self._session.execute(self._sorted(found, size).add_columns(count)).all()
        return None if rows and rows[0][1] >= most else [row[0] for row in rows]

    def _sorted(self, found: Any, size: int) -> Select[Any]:
        return self._part.ordered(select(found.c.id), self._forward, found.c).limit(size)

    def _run(self, query: Select[Any]) -> Sequence[UUID]:
        return [row[0] for row in self._session.execute(query)]


def _columns(part: Part) -> list[Any]:
    return [Feedback.id, *(column for column in part.columns if column.key != "id")]


def _fit(branches: Sequence[object]) -> bool:
    return len(branches) <= MAX_BRANCHES


class _Explain(Executable, ClauseElement):
    inherit_cache = False

    def __init__(self, statement: Select[Any]) -> None:
        self.statement = statement


@compiles(_Explain)
def _explain(element: _Explain, compiler: Any, **options: Any) -> str:
    return f"explain (format json) {compiler.process(element.statement, **options)}"
