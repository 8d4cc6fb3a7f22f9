"""What people did with runs without saying anything: at most one row for each run and kind."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Date, cast, delete, func, literal, select, text
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session

from db.base import Json
from db.models import Model, Run, RunDay, RunSignal

__all__ = ["RunSignal", "SignalCounts", "SignalRepository"]

_ABANDONED = text(
    """
    insert into run_signals (run_id, kind, detail, model_id, day, demo, created_at)
    select before.id, 'abandoned', jsonb_build_object('next', new.id), before.model_id,
        (before.created_at at time zone 'UTC')::date, before.demo, new.created_at
    from runs new, lateral (
        select * from runs
        where user_id = new.user_id and task = new.task and face = new.face
            and created_at < new.created_at
            and created_at > new.created_at - interval '1 hour'
        order by created_at desc, id desc limit 1
    ) as before
    where new.id = :run_id
        and before.status in ('done', 'stopped')
        and before.finished_at between new.created_at - :within and new.created_at
        and (before.image_sha256 is null or before.image_sha256 <> new.image_sha256)
        and not exists (select from runs where parent_id = before.id)
        and not exists (
            select from feedback where run_id = before.id and user_id = before.user_id
        )
        and not exists (
            select from box_verdicts where run_id = before.id and user_id = before.user_id
        )
        and not exists (
            select from missed_boxes where run_id = before.id and user_id = before.user_id
        )
        and not exists (
            select from run_signals
            where run_id = before.id and kind in ('copied', 'downloaded')
        )
    on conflict do nothing
    """
)
"""No run lasts an hour: it bounds how far back the one before is looked for."""


class SignalCounts(NamedTuple):
    """Of one model: its runs, and how many of them have each kind of signal."""

    model: str
    revision: str
    task: str
    runs: int
    kinds: dict[str, int]


class SignalRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self, run_ids: Collection[UUID], owner_id: UUID, kind: str, detail: Json, at: datetime
    ) -> None:
        """Note `kind` for those of the runs that are the owner's; what is noted already stays."""
        noted = {
            RunSignal.run_id: Run.id,
            RunSignal.kind: literal(kind),
            RunSignal.detail: literal(detail, JSONB),
            RunSignal.model_id: Run.model_id,
            RunSignal.day: cast(func.timezone("UTC", Run.created_at), Date),
            RunSignal.demo: Run.demo,
            RunSignal.created_at: literal(at, RunSignal.created_at.type),
        }
        owned = select(*noted.values()).where(Run.id.in_(run_ids), Run.user_id == owner_id)
        self._session.execute(
            insert(RunSignal).from_select(list(noted), owned).on_conflict_do_nothing()
        )

    def add_abandoned(self, run_id: UUID, within: timedelta) -> None:
        """Note the run before `run_id` of the same person, task and face, if that was abandoned.

        That is: it ended at most `within` before, and neither was it rated, judged, copied or
        downloaded, nor did a run come of it; a detection, if the new one has another picture.
        """
        self._session.execute(_ABANDONED, {"run_id": run_id, "within": within})

    def remove(self, run_id: UUID, kind: str) -> None:
        self._session.execute(
            delete(RunSignal).where(RunSignal.run_id == run_id, RunSignal.kind == kind)
        )

    def of(self, run_id: UUID) -> list[RunSignal]:
        """Oldest first."""
        rows = self._session.scalars(
            select(RunSignal)
            .where(RunSignal.run_id == run_id)
            .order_by(RunSignal.created_at, RunSignal.kind)
        )
        return list(rows)

    def by_model(
        self, since: date | None, until: date | None, demo: bool | None
    ) -> list[SignalCounts]:
        """Runs begun on these days in UTC, both included, by model; those with most runs first."""
        signals: dict[UUID, dict[str, int]] = {}
        for model_id, kind, number in self._session.execute(
            select(RunSignal.model_id, RunSignal.kind, func.count())
            .where(*_of(RunSignal, since, until, demo))
            .group_by(RunSignal.model_id, RunSignal.kind)
        ):
            signals.setdefault(model_id, {})[kind] = number
        runs = func.sum(RunDay.runs)
        found = self._session.execute(
            select(Model, runs)
            .join(RunDay, RunDay.model_id == Model.id)
            .where(*_of(RunDay, since, until, demo))
            .group_by(Model.id)
            .having(runs > 0)
            .order_by(runs.desc(), Model.name, Model.revision)
        )
        return [
            SignalCounts(m.name, m.revision, m.task, int(n), signals.get(m.id, {}))
            for m, n in found
        ]


def _of(
    table: type[RunSignal | RunDay], since: date | None, until: date | None, demo: bool | None
) -> list[ColumnElement[bool]]:
    conditions = []
    if since:
        conditions.append(table.day >= since)
    if until:
        conditions.append(table.day <= until)
    if demo is not None:
        conditions.append(table.demo == demo)
    return conditions
