"""Judged boxes by phrase, and the cuts learned from them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import CTE, Double, FunctionElement, Select, case, cast, delete, func, over, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.models import Feedback, Model, PhraseThreshold, User
from db.repositories.review_sql import Criteria, where_feedback

__all__ = [
    "BoxRow",
    "PhraseRow",
    "PhraseThreshold",
    "QualityRepository",
    "ThresholdRepository",
    "ThresholdRow",
]

_RIGHT = ("right", "loose")
_MISSED = "missed"


class PhraseRow(NamedTuple):
    """Verdicts on one phrase's boxes by one model; `advised` as `core.quality.types.Cut.cut`."""

    model: str
    phrase: str
    right: int
    loose: int
    wrong_label: int
    absent: int
    missed: int
    advised: float | None


class BoxRow(NamedTuple):
    score: float
    right: bool
    rating: int
    """A number for the rating that the verdict came with."""
    demo: bool


class ThresholdRow(NamedTuple):
    model: str
    phrase: str
    threshold: float
    precision: float
    verdicts: int
    set_by: str
    created_at: datetime


class QualityRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def phrases(
        self, criteria: Criteria, wanted: float, least_kept: int, limit: int
    ) -> list[PhraseRow]:
        """The phrases with the most verdicts first."""
        boxes = _boxes(criteria)
        cuts = _cuts(boxes)
        good = (cuts.c.kept >= least_kept) & (cuts.c.right >= wanted * cuts.c.kept - 1e-9)
        counts = (
            func.count().filter(boxes.c.verdict == verdict).label(verdict)
            for verdict in ("right", "loose", "wrong_label", "absent", _MISSED)
        )
        counted = (
            select(Model.name, boxes.c.phrase, *counts)
            .join(Model, Model.id == boxes.c.model_id)
            .where(boxes.c.phrase.is_not(None), boxes.c.phrase != "")
            .group_by(Model.name, boxes.c.phrase)
            .subquery()
        )
        lowest = (
            select(cuts.c.name, cuts.c.phrase, func.min(cuts.c.score).filter(good).label("advised"))
            .group_by(cuts.c.name, cuts.c.phrase)
            .subquery()
        )
        verdicts = [counted.c[name] for name in ("right", "loose", "wrong_label", "absent")]
        total = verdicts[0] + verdicts[1] + verdicts[2] + verdicts[3]
        rows = self._session.execute(
            select(counted, lowest.c.advised)
            .outerjoin(
                lowest, (lowest.c.name == counted.c.name) & (lowest.c.phrase == counted.c.phrase)
            )
            .order_by(total.desc(), counted.c.missed.desc(), counted.c.name, counted.c.phrase)
            .limit(limit)
        )
        return [PhraseRow(*row) for row in rows]

    def boxes(self, criteria: Criteria, model: str, phrase: str, limit: int) -> list[BoxRow]:
        """Verdicts on one phrase's boxes by a model, at whatever revision; the newest ratings'."""
        boxes = _boxes(criteria)
        rows = self._session.execute(
            select(
                boxes.c.score,
                boxes.c.verdict.in_(_RIGHT),
                func.dense_rank().over(order_by=boxes.c.id),
                boxes.c.demo,
            )
            .where(*_of(boxes, model, phrase), _scored(boxes))
            .order_by(boxes.c.created_at.desc(), boxes.c.id.desc())
            .limit(limit)
        )
        return [BoxRow(*row) for row in rows]

    def missed(self, criteria: Criteria, model: str, phrase: str) -> int:
        """Objects drawn by hand under that label, in runs of the model."""
        boxes = _boxes(criteria)
        counted = select(func.count()).where(*_of(boxes, model, phrase), boxes.c.verdict == _MISSED)
        return self._session.scalar(counted) or 0


class ThresholdRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> list[ThresholdRow]:
        """By model and phrase, with who set each."""
        ordered = _thresholds().order_by(PhraseThreshold.model, PhraseThreshold.phrase)
        return [ThresholdRow(*row) for row in self._session.execute(ordered)]

    def get(self, model: str, phrase: str) -> ThresholdRow | None:
        row = self._session.execute(
            _thresholds().where(PhraseThreshold.model == model, PhraseThreshold.phrase == phrase)
        ).one_or_none()
        return None if row is None else ThresholdRow(*row)

    def cuts(self) -> Sequence[tuple[str, str, float]]:
        """Model, phrase and score of each."""
        rows = self._session.execute(
            select(PhraseThreshold.model, PhraseThreshold.phrase, PhraseThreshold.threshold)
        )
        return [(row[0], row[1], row[2]) for row in rows]

    def put(self, values: dict[str, Any]) -> None:
        new = insert(PhraseThreshold).values(values)
        kept = {name: new.excluded[name] for name in values if name not in {"model", "phrase"}}
        self._session.execute(
            new.on_conflict_do_update(index_elements=["model", "phrase"], set_=kept)
        )

    def remove(self, model: str, phrase: str) -> bool:
        """Whether it was there."""
        removed = self._session.scalar(
            delete(PhraseThreshold)
            .where(PhraseThreshold.model == model, PhraseThreshold.phrase == phrase)
            .returning(PhraseThreshold.model)
        )
        return removed is not None


def _thresholds() -> Select[*tuple[Any, ...]]:
    names = ("model", "phrase", "threshold", "precision", "verdicts")
    columns = PhraseThreshold.__table__.c
    return select(
        *(columns[name] for name in names), User.username, PhraseThreshold.created_at
    ).join(User, User.id == PhraseThreshold.set_by)


def _boxes(criteria: Criteria) -> CTE:
    """Each verdict, and each object missed, of the ratings that match."""
    each = func.jsonb_array_elements(Feedback.verdicts).table_valued("value", joins_implicitly=True)
    box = each.c.value
    return (
        select(
            Feedback.id,
            Feedback.created_at,
            Feedback.model_id,
            Feedback.demo,
            box.op("->>")("label").label("phrase"),
            box.op("->>")("verdict").label("verdict"),
            cast(box.op("->>")("score"), Double).label("score"),
        )
        .where(*where_feedback(criteria), Feedback.verdicts != [])
        .cte("boxes")
    )


def _cuts(boxes: CTE) -> Any:
    """Each scored verdict with how many of its phrase score as much or more, and are right."""

    def running(of: FunctionElement[Any]) -> Any:
        """Over the phrase, from the best score down, equal scores together."""
        phrase = (Model.name, boxes.c.phrase)
        return over(of, partition_by=phrase, order_by=boxes.c.score.desc())

    is_right = case((boxes.c.verdict.in_(_RIGHT), 1), else_=0)
    return (
        select(
            Model.name,
            boxes.c.phrase,
            boxes.c.score,
            running(func.count()).label("kept"),
            running(func.sum(is_right)).label("right"),
        )
        .join(Model, Model.id == boxes.c.model_id)
        .where(_scored(boxes))
        .subquery("cuts")
    )


def _scored(boxes: CTE) -> Any:
    return (boxes.c.verdict != _MISSED) & boxes.c.score.is_not(None)


def _of(boxes: CTE, model: str, phrase: str) -> tuple[Any, ...]:
    models = select(Model.id).where(Model.name == model)
    return boxes.c.model_id.in_(models), boxes.c.phrase == func.lower(phrase)
