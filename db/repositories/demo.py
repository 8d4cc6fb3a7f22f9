"""Demo data: loaded in batches, each whole or not at all, out of temporary tables."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from io import StringIO
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Text, cast, exists, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.models import Image, Model, RaterDay, Run, User
from db.repositories.demo_sql import BATCH, COPIES, TABLES, written_out

__all__ = ["DemoRepository", "Made"]

SOURCE = "builtin:demo"
"""The source of models that exist in demo data only."""
_LOCK = "demo data"
_SETTINGS = {
    "statement_timeout": "0",
    "lock_timeout": "0",
    "synchronous_commit": "off",
    "work_mem": "128MB",
    "gin_pending_list_limit": "64MB",
}


class Made(NamedTuple):
    """How many rows a batch has added."""

    runs: int
    ratings: int


class DemoRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def claim(self) -> bool:
        """Keep other loads and clearings out until the connection ends; False where one is on."""
        query = select(func.pg_try_advisory_lock(func.hashtextextended(_LOCK, 0)))
        return bool(self._session.scalar(query))

    def hurry(self) -> None:
        """Until commit: statements may take their time, and a crash may cost the batch."""
        for name, value in _SETTINGS.items():
            self._session.execute(select(func.set_config(name, value, True)))
        # Plans of the triggers were made for tables as small as they were then.
        self._session.execute(text("discard plans"))

    def usernames(self) -> set[str]:
        """All that are taken, in lower case."""
        return set(self._session.scalars(select(func.lower(User.username))))

    def people(self, tails: Sequence[str]) -> Mapping[str, UUID]:
        """Demo users whose ids end so, by that end: the last 17 characters."""
        tail = func.right(cast(User.id, Text), 17)
        rows = self._session.execute(select(tail, User.id).where(User.demo, tail.in_(tails)))
        return dict(map(tuple, rows))

    def trace(self, people: Iterable[UUID]) -> str | None:
        """The trace id of any run of these people."""
        return self._session.scalar(select(Run.trace_id).where(Run.user_id.in_(people)).limit(1))

    def days(self, trace: str) -> Mapping[date, int]:
        """How many runs with that trace id there are on each day."""
        self.hurry()
        day = func.date(func.timezone("UTC", Run.created_at))
        query = select(day, func.count()).where(Run.trace_id == trace, Run.demo).group_by(day)
        return dict(map(tuple, self._session.execute(query)))

    def ratings(self) -> int:
        if not self._session.scalar(select(exists().where(User.demo))):
            return 0
        query = select(func.coalesce(func.sum(RaterDay.n), 0)).where(RaterDay.demo)
        return int(self._session.scalars(query).one())

    def add_people(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self._session.execute(insert(User).on_conflict_do_nothing(), list(rows))

    def add_model(self, values: Mapping[str, Any]) -> UUID:
        """The model's id, new or as it was."""
        made = insert(Model).values(**values, source=SOURCE)
        self._session.execute(made.on_conflict_do_nothing())
        query = select(Model.id).where(
            Model.task == values["task"],
            Model.name == values["name"],
            Model.revision == values["revision"],
        )
        return self._session.scalars(query).one()

    def add_pictures(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self._session.execute(insert(Image).on_conflict_do_nothing(), list(rows))

    def prepare(self, tables: Mapping[str, Iterable[Sequence[Any]]]) -> None:
        """Lay out what batches are made of, in temporary tables of this connection."""
        self.hurry()
        for statement in TABLES:
            self._session.execute(text(statement))
        for name, rows in tables.items():
            self._copy(name, rows)
        for statement in COPIES:
            self._session.execute(text(statement))

    def add_batch(self, facts: Mapping[str, Any], since: date, until: date) -> Made:
        """The runs of these days, both included, with all that is said of them."""
        self.hurry()
        values = {**facts, "since": since, "until": until}
        for statement in BATCH:
            self._session.execute(text(written_out(statement)), values)
        counts = "select (select count(*) from demo_new), (select count(*) from demo_rated)"
        return Made(*self._session.execute(text(counts)).one())

    def _copy(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        lines = StringIO("".join("\t".join(map(_field, row)) + "\n" for row in rows))
        driver: Any = self._session.connection().connection.dbapi_connection
        with driver.cursor() as cursor:
            cursor.copy_expert(f"copy {table} from stdin", lines)


def _field(value: Any) -> str:
    """As COPY reads it in its text format."""
    if value is None:
        return r"\N"
    if isinstance(value, bytes):
        return rf"\\x{value.hex()}"
    if isinstance(value, Mapping):
        value = json.dumps(value, ensure_ascii=False)
    elif isinstance(value, (list, tuple)):
        value = "{" + ",".join(_element(each) for each in value) + "}"
    said = str(value).replace("\\", "\\\\")
    return said.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def _element(value: Any) -> str:
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return str(value)
