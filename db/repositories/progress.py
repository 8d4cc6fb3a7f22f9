"""What running generations have written so far, in parts."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, bindparam, cast, delete, func, insert, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from db.models import Run, RunProgress


class ProgressRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, parts: Sequence[Mapping[str, Any]]) -> None:
        """Add parts (`run`, `part`, `events`); of a run that is closed meanwhile, none.

        The commit does not wait for the disk: only a crash of the server itself, not of the one
        who writes, may lose the last of them.
        """
        self._session.execute(select(func.set_config("synchronous_commit", "off", True)))
        self._session.connection().execute(_ADD, parts)

    def parts(self, run_id: UUID) -> Sequence[dict[str, Any]]:
        """The events of each part, in order."""
        mine = select(RunProgress.events).where(RunProgress.run_id == run_id)
        return self._session.scalars(mine.order_by(RunProgress.part)).all()

    def drop(self, run_id: UUID) -> None:
        self._session.execute(delete(RunProgress).where(RunProgress.run_id == run_id))


# The row's lock makes whoever closes the run wait, who so drops this part with the others.
_ADD = insert(RunProgress).from_select(
    ["run_id", "part", "events"],
    select(Run.id, cast(bindparam("part"), Integer), cast(bindparam("events", type_=JSONB), JSONB))
    .where(Run.id == bindparam("run"), Run.status == "running")
    .with_for_update(read=True),
)
