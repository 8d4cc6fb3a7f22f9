"""What verdicts say of a detector phrase by phrase, and the cuts that are set from them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.audit.recording import record
from core.audit.types import Action, Target
from core.clock import now
from core.detection.cuts import PhraseCuts
from core.errors import Conflict, Invalid
from core.inference.registry import ModelRegistry
from core.permissions import Actor, Permission
from core.quality.statistics import Judged, analysed, precision_from
from core.quality.types import (
    LEAST_KEPT,
    LEAST_VERDICTS,
    MOST_VERDICTS,
    WANTED_PRECISION,
    Advice,
    PhraseDefault,
    PhraseQuality,
)
from core.review.criteria import criteria_of
from core.review.statistics import wilson
from core.review.types import FeedbackFilter
from core.runs.types import Task
from db.repositories.accounts import AccountRepository
from db.repositories.quality import (
    BoxRow,
    PhraseRow,
    QualityRepository,
    ThresholdRepository,
    ThresholdRow,
)
from db.session import Database, Session

MAX_PHRASES = 200


class QualityService:
    """Everything is for reviewers. Right and loose boxes are right; wrong_label and absent, wrong.

    A filter's phrase and model choose among the phrases and models; all else chooses ratings.

    Raises
    ------
    Invalid : a filter that cannot be, or `wanted` is not between 0 and 1.
    """

    def __init__(self, database: Database, models: ModelRegistry, cuts: PhraseCuts) -> None:
        self._database = database
        self._models = models
        self._cuts = cuts

    def phrases(
        self, actor: Actor, filter: FeedbackFilter, wanted: float = WANTED_PRECISION
    ) -> tuple[PhraseQuality, ...]:
        """The phrases with most verdicts, and the cut advised for each; at most `MAX_PHRASES`."""
        actor.require(Permission.REVIEW)
        _check_wanted(wanted)
        criteria = criteria_of(_any_phrase(filter))
        with self._database.unit_of_work() as session:
            rows = QualityRepository(session).phrases(criteria, wanted, LEAST_KEPT, MAX_PHRASES)
        return tuple(map(self._quality, rows))

    def advice(
        self,
        actor: Actor,
        filter: FeedbackFilter,
        model: str,
        phrase: str,
        wanted: float = WANTED_PRECISION,
    ) -> Advice:
        """The lowest cut that gives the boxes of `phrase` by `model` the wanted precision.

        `model` is a name; its revisions count together, unless the filter chooses one.
        """
        actor.require(Permission.REVIEW)
        _check_wanted(wanted)
        criteria = criteria_of(_any_phrase(filter))
        with self._database.unit_of_work() as session:
            repository = QualityRepository(session)
            rows = repository.boxes(criteria, model, phrase, MOST_VERDICTS)
            missed = repository.missed(criteria, model, phrase)
        judged = _judged(rows)
        advised, curve = analysed(judged, wanted)
        current = self._current(model, phrase)[0]
        return Advice(
            model=model,
            phrase=phrase,
            wanted=wanted,
            verdicts=len(rows),
            right=int(judged.right.sum()),
            missed=missed,
            ratings=len(np.unique(judged.ratings)),
            demo=sum(row.demo for row in rows),
            below_current=0 if current is None else int((judged.scores < current).sum()),
            advised=advised if len(rows) >= LEAST_VERDICTS else None,
            current=current,
            current_precision=None if current is None else precision_from(judged, current),
            curve=curve,
        )

    def defaults(self, actor: Actor) -> tuple[PhraseDefault, ...]:
        """Every cut that is set, by model and phrase."""
        actor.require(Permission.REVIEW)
        with self._database.unit_of_work() as session:
            rows = ThresholdRepository(session).all()
        return tuple(map(_as_default, rows))

    def set_default(
        self,
        actor: Actor,
        filter: FeedbackFilter,
        model: str,
        phrase: str,
        wanted: float = WANTED_PRECISION,
        *,
        seen: float | None = None,
    ) -> PhraseDefault | None:
        """Let detections that state no threshold show boxes of `phrase` from the advised cut on.

        Of every revision of `model`, for everybody; runs that are recorded stay as they are.
        Returns what was set before, for undo. `seen`: the cut that was looked at.

        Raises
        ------
        Invalid : no cut is advised.
        Conflict : another cut is advised by now than was `seen`.
        """
        advice = self.advice(actor, filter, model, phrase, wanted)
        if advice.advised is None:
            why = (
                f"there are {advice.verdicts} verdicts, and it takes {LEAST_VERDICTS}"
                if not advice.enough
                else f"none reaches a precision of {wanted:g}"
            )
            raise Invalid(f"No cut is advised for “{phrase}”: {why}.", facts={"phrase": phrase})
        cut = advice.advised.cut
        if seen is not None and abs(cut - seen) > 1e-12:
            raise Conflict(
                f"New verdicts advise {cut:.3f} by now; look again, then decide.",
                facts={"advised": cut, "seen": seen},
            )
        with self._database.unit_of_work() as session:
            repository = ThresholdRepository(session)
            before = repository.get(model, phrase.lower())
            repository.put(
                {"model": model, "phrase": phrase.lower(), "threshold": cut, "precision": wanted}
                | {"verdicts": advice.verdicts, "set_by": actor.user_id, "created_at": now()}
            )
            _note(session, actor, model, phrase, before, repository.get(model, phrase.lower()))
        self._cuts.forget()
        return None if before is None else _as_default(before)

    def restore(
        self, actor: Actor, model: str, phrase: str, before: PhraseDefault | None
    ) -> PhraseDefault | None:
        """Let the phrase's cut be `before`, or (None) the model's own. Returns what it was."""
        actor.require(Permission.REVIEW)
        with self._database.unit_of_work() as session:
            repository = ThresholdRepository(session)
            was = repository.get(model, phrase.lower())
            _note(session, actor, model, phrase, was, before)
            if before is None:
                repository.remove(model, phrase.lower())
            else:
                setter = AccountRepository(session).user(before.set_by)
                repository.put(
                    {"model": model, "phrase": phrase.lower(), "threshold": before.threshold}
                    | {"precision": before.precision, "verdicts": before.verdicts}
                    | {"set_by": setter.id if setter else actor.user_id}
                    | {"created_at": before.set_at}
                )
        self._cuts.forget()
        return None if was is None else _as_default(was)

    def _quality(self, row: PhraseRow) -> PhraseQuality:
        right = row.right + row.loose
        judged = right + row.wrong_label + row.absent
        current, own = self._current(row.model, row.phrase)
        return PhraseQuality(
            *row[:-1],
            precision=right / judged if judged else None,
            interval=wilson(right, judged),
            advised=row.advised if judged >= LEAST_VERDICTS else None,
            current=current,
            own=own,
        )

    def _current(self, model: str, phrase: str) -> tuple[float | None, bool]:
        """The cut in force, and whether it is the phrase's own."""
        own = self._cuts.of(model, (phrase,)).get(phrase)
        if own is not None:
            return own, True
        offered = (info for info in self._models.infos() if info.task is Task.DETECTION)
        return next((i.box_threshold for i in offered if i.id == model), None), False


def _any_phrase(filter: FeedbackFilter) -> FeedbackFilter:
    """Without its phrase, which chooses among the boxes; with a verdict it chooses ratings too."""
    return filter if filter.verdict else replace(filter, phrase=None)


def _judged(rows: Sequence[BoxRow]) -> Judged:
    return Judged(
        np.array([row.score for row in rows], dtype=np.float64),
        np.array([row.right for row in rows], dtype=np.bool_),
        np.array([row.rating for row in rows], dtype=np.int64),
    )


def _note(
    session: Session,
    actor: Actor,
    model: str,
    phrase: str,
    before: ThresholdRow | None,
    after: ThresholdRow | PhraseDefault | None,
) -> None:
    """A phrase has another cut; None is the model's own."""
    record(
        session,
        actor,
        Action.THRESHOLD_CHANGED,
        (Target.THRESHOLD, f"{phrase.lower()} by {model}"),
        before={"threshold": before and before.threshold},
        after={"threshold": after and after.threshold},
    )


def _as_default(row: ThresholdRow) -> PhraseDefault:
    return PhraseDefault(*row)


def _check_wanted(wanted: float) -> None:
    if not 0 < wanted <= 1:
        raise Invalid(
            f"A precision of {wanted:g} is not possible; use more than 0, up to 1.",
            facts={"field": "precision", "min": 0, "max": 1},
        )
