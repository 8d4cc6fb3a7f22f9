"""Verdicts on boxes and missed objects: rows of one person and one run, and what they add up to."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete, func, or_, select, text, union
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session

from db.models import BoxVerdict, MissedBox, Model, Run, User
from db.repositories.review_sql import RUN_CONDITIONS

__all__ = ["BoxVerdict", "MissedBox", "MissedCount", "VerdictCount", "VerdictRepository"]


class VerdictCount(NamedTuple):
    """How many boxes of one label, as typed, got one verdict."""

    model: str
    label: str
    verdict: str
    boxes: int


class MissedCount(NamedTuple):
    model: str
    label: str
    boxes: int


class VerdictRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def lock(self, run_id: UUID, user_id: UUID) -> None:
        """Let one person's changes to one run pass one after the other, until commit."""
        self._session.execute(
            text("select pg_advisory_xact_lock(hashtextextended(:name, 0))"),
            {"name": f"verdicts {user_id} {run_id}"},
        )

    def verdict(self, run_id: UUID, user_id: UUID, index: int) -> str | None:
        return self._session.scalar(
            select(BoxVerdict.verdict).where(
                *_own_verdicts(run_id, user_id), BoxVerdict.box_index == index
            )
        )

    def verdicts(self, run_id: UUID, user_id: UUID) -> Sequence[BoxVerdict]:
        return self._session.scalars(
            select(BoxVerdict)
            .where(*_own_verdicts(run_id, user_id))
            .order_by(BoxVerdict.box_index)
            .execution_options(populate_existing=True)
        ).all()

    def put_verdicts(self, rows: Sequence[dict[str, Any]]) -> None:
        """Insert, or change what is there; an equal repeat leaves `updated_at` alone."""
        if not rows:
            return
        new = insert(BoxVerdict).values(list(rows))
        put = new.on_conflict_do_update(
            index_elements=["run_id", "user_id", "box_index"],
            set_={"verdict": new.excluded.verdict, "updated_at": new.excluded.updated_at},
            where=BoxVerdict.verdict != new.excluded.verdict,
        )
        self._session.execute(put)

    def remove_verdict(self, run_id: UUID, user_id: UUID, index: int) -> None:
        self._session.execute(
            delete(BoxVerdict).where(*_own_verdicts(run_id, user_id), BoxVerdict.box_index == index)
        )

    def remove_verdicts_except(self, run_id: UUID, user_id: UUID, indices: Collection[int]) -> None:
        self._session.execute(
            delete(BoxVerdict).where(
                *_own_verdicts(run_id, user_id), BoxVerdict.box_index.not_in(indices)
            )
        )

    def judged_since(self, run_id: UUID, user_id: UUID, at: datetime) -> bool:
        """Whether that person judged a box of the run, or drew one, later than `at`."""
        judged = select(BoxVerdict.id).where(
            *_own_verdicts(run_id, user_id), BoxVerdict.updated_at > at
        )
        drawn = select(MissedBox.id).where(
            MissedBox.run_id == run_id, MissedBox.user_id == user_id, MissedBox.created_at > at
        )
        return bool(self._session.scalar(select(or_(judged.exists(), drawn.exists()))))

    def missed(self, run_id: UUID, user_id: UUID) -> Sequence[MissedBox]:
        """Oldest first."""
        return self._session.scalars(
            select(MissedBox)
            .where(MissedBox.run_id == run_id, MissedBox.user_id == user_id)
            .order_by(MissedBox.created_at, MissedBox.id)
        ).all()

    def add_missed(
        self,
        *,
        id: UUID,
        run_id: UUID,
        user_id: UUID,
        label: str,
        corners: tuple[float, float, float, float],
        created_at: datetime,
    ) -> MissedBox:
        """`corners`: xmin, ymin, xmax, ymax in pixels of the upright picture."""
        xmin, ymin, xmax, ymax = corners
        row = MissedBox(
            id=id,
            run_id=run_id,
            user_id=user_id,
            label=label,
            x_min=xmin,
            y_min=ymin,
            x_max=xmax,
            y_max=ymax,
            created_at=created_at,
        )
        self._session.add(row)
        self._session.flush()
        return row

    def remove_missed(self, run_id: UUID, user_id: UUID, id: UUID) -> MissedBox | None:
        """Delete the row and return it as it was; None where there is none."""
        return self._session.scalar(
            delete(MissedBox)
            .where(MissedBox.id == id, MissedBox.run_id == run_id, MissedBox.user_id == user_id)
            .returning(MissedBox)
        )

    def judges(self, run_id: UUID) -> list[tuple[UUID, str]]:
        """Ids and names of those who said something of the run's boxes, by name."""
        judged = union(
            select(BoxVerdict.user_id).where(BoxVerdict.run_id == run_id),
            select(MissedBox.user_id).where(MissedBox.run_id == run_id),
        )
        rows = self._session.execute(
            select(User.id, User.username)
            .where(User.id.in_(judged))
            .order_by(func.lower(User.username))
        )
        return [(row[0], row[1]) for row in rows]

    def verdict_counts(self, model: str | None) -> list[VerdictCount]:
        """Everybody's verdicts by model and label; `model` is a name, or name@revision.

        Here and in `missed_counts` boxes of erased runs are left out: they have no label.
        """
        labels = func.jsonb_path_query_array(Run.output, "$.detections[*].label", type_=JSONB)
        judged = (
            select(Run.id, Run.model_id, labels.label("labels"))
            .where(Run.id.in_(select(BoxVerdict.run_id)), *_of_model(model))
            .cte("judged")
            .prefix_with("materialized")  # reads a run's output once, not once for each verdict
        )
        label = judged.c.labels[BoxVerdict.box_index].astext
        rows = self._session.execute(
            select(Model.name, label, BoxVerdict.verdict, func.count())
            .select_from(BoxVerdict)
            .join(judged, judged.c.id == BoxVerdict.run_id)
            .join(Model, Model.id == judged.c.model_id)
            .where(label != "")
            .group_by(Model.name, label, BoxVerdict.verdict)
        )
        return [VerdictCount(*row) for row in rows]

    def missed_counts(self, model: str | None) -> list[MissedCount]:
        rows = self._session.execute(
            select(Model.name, MissedBox.label, func.count())
            .select_from(MissedBox)
            .join(Run, Run.id == MissedBox.run_id)
            .join(Model, Model.id == Run.model_id)
            .where(MissedBox.label != "", *_of_model(model))
            .group_by(Model.name, MissedBox.label)
        )
        return [MissedCount(*row) for row in rows]


def _own_verdicts(run_id: UUID, user_id: UUID) -> tuple[Any, ...]:
    return BoxVerdict.run_id == run_id, BoxVerdict.user_id == user_id


def _of_model(model: str | None) -> tuple[Any, ...]:
    return () if model is None else (RUN_CONDITIONS["model"](model),)
