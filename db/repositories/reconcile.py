"""Whether the roll-ups still say what the ratings and runs say, and how they are made to again.

The database itself holds the counting: each table's `_recount` function, made by the migration that
made the triggers.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.base import Base
from db.models import (
    FeedbackDay,
    RaterDay,
    RunDay,
    RunRating,
    SettingTotal,
    TagTotal,
    VerdictTotal,
)

_TABLES: Sequence[type[Base]] = (
    FeedbackDay,
    RaterDay,
    RunRating,
    RunDay,
    SettingTotal,
    TagTotal,
    VerdictTotal,
)
WORDED: Sequence[type[Base]] = (TagTotal, VerdictTotal)
"""Those whose keys hold what somebody typed."""
_COUNTS = {"n", "runs", "rated"}
_LOCK = 0x5265636F6E  # "Recon"

_TOTALS = """
select
    (select count(*) from feedback),
    (select coalesce(sum(n), 0) from feedback_days),
    (select coalesce(sum(n), 0) from rater_days),
    (select coalesce(sum(n), 0) from run_ratings),
    (select count(*) from runs),
    (select coalesce(sum(runs), 0) from run_days),
    (select count(*) from run_ratings),
    (select coalesce(sum(rated), 0) from run_days)
"""


class Drift(NamedTuple):
    table: str
    keys: int
    """How many of its counts were wrong."""


class Totals(NamedTuple):
    """In pairs that must agree."""

    ratings: tuple[int, int, int, int]
    runs: tuple[int, int]
    rated_runs: tuple[int, int]

    @property
    def agree(self) -> bool:
        return all(len(set(pair)) == 1 for pair in self)


class ReconcileRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def totals(self, seconds: int) -> Totals:
        """Sums alone, in one statement and so of one moment."""
        self._session.execute(text(f"set local statement_timeout = '{int(seconds)}s'"))
        found = tuple(int(value) for value in self._session.execute(text(_TOTALS)).one())
        return Totals(found[:4], found[4:6], found[6:])  # type: ignore[arg-type]

    def drift(self) -> list[Drift]:
        """Every count of every table against a recount; nobody waits for it."""
        self._patiently()
        return [Drift(str(table.__tablename__), self._wrong(table)) for table in _TABLES]

    def repair(self) -> list[Drift]:
        """Count anew what is wrong, while no rating and no run can come or go."""
        self._patiently()
        self._session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        self._session.execute(text("lock table runs, feedback in share mode"))
        found = self.drift()
        for name, keys in found:
            if keys:
                self._session.execute(text(f"delete from {name}"))  # noqa: S608
                self._session.execute(text(f"insert into {name} select * from {name}_recount()"))  # noqa: S608
        return found

    def drop_empty(self, table: type[Base]) -> None:
        """Drop the rows of what is counted no more, whose keys may be somebody's words.

        Writers wait meanwhile, as one may just be counting in such a row.
        """
        name = table.__tablename__
        keys = ", ".join(key for key in _columns(table) if key not in {*_COUNTS, "slot"})
        self._session.execute(text(f"lock table {name} in share row exclusive mode"))
        self._session.execute(
            text(
                f"delete from {name} where ({keys}) in ("  # noqa: S608
                f"select {keys} from {name} group by {keys} having sum(n) = 0)"
            )
        )

    def _patiently(self) -> None:
        for setting in ("statement_timeout", "lock_timeout"):
            self._session.execute(text(f"set local {setting} = 0"))

    def _wrong(self, table: type[Base]) -> int:
        columns = _columns(table)
        values = [name for name in columns if name in _COUNTS]
        keys = ", ".join(name for name in columns if name not in {*values, "slot"})
        kept, anew = ", ".join(values), ", ".join(f"-{name} as {name}" for name in values)
        wrong = " or ".join(f"sum({name}) <> 0" for name in values)
        name = table.__tablename__
        found: int = self._session.execute(
            text(
                "select count(*) from ("  # noqa: S608
                f" select from (select {keys}, {kept} from {name}"
                f" union all select {keys}, {anew} from {name}_recount()) as both_sides"
                f" group by {keys} having {wrong}) as wrong"
            )
        ).scalar_one()
        return found


def _columns(table: type[Base]) -> list[str]:
    return [column.name for column in table.__table__.columns]
