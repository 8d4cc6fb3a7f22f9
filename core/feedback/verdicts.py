"""Verdicts on boxes and objects that were missed: kept as rows, one person's beside another's."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from core.detection.types import Box
from core.feedback.judging import Judging, judgement_of
from core.feedback.types import Judgement, MissedObject, PhrasePrecision, Verdict
from core.permissions import Actor, Permission
from core.runs.access import readable_run
from core.runs.types import Task
from db.repositories.runs import ImageRepository, RunRepository
from db.repositories.verdicts import VerdictRepository
from db.session import Database


class VerdictService:
    """Every call needs the right to rate and a detection that the actor may see.

    Raises
    ------
    NotAllowed, NotFound : one of the two is missing.
    Conflict : the detection has failed, and so has no boxes to judge.
    Invalid : a value outside its limits.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def set(
        self, actor: Actor, run_id: UUID, index: int, verdict: Verdict | None
    ) -> Verdict | None:
        """Judge the box at `index` of the run's `raw`, again, or (None) no more.

        Returns what the actor had said of it before, for undo.
        """
        with self._judging(actor, run_id) as judging:
            return judging.set(index, verdict)

    def add_missed(self, actor: Actor, run_id: UUID, label: str, box: Box) -> MissedObject:
        """Mark what the model should have found; the same again is answered with the same row."""
        with self._judging(actor, run_id) as judging:
            return judging.add_missed(label, box)

    def remove_missed(self, actor: Actor, run_id: UUID, missed_id: UUID) -> MissedObject:
        """Delete a mark of the actor's own and return it, so that it can be made again."""
        with self._judging(actor, run_id) as judging:
            return judging.remove_missed(missed_id)

    def of(self, actor: Actor, run_id: UUID) -> Judgement:
        """What the actor has said of the run's boxes; nobody else's."""
        actor.require(Permission.RATE)
        with self._database.unit_of_work() as session:
            run, _ = readable_run(RunRepository(session), actor, run_id, Task.DETECTION)
            return judgement_of(VerdictRepository(session), run.id, actor.user_id)

    def everybodys(self, actor: Actor, run_id: UUID) -> dict[str, Judgement]:
        """What each person has said of the run's boxes, by name; for reviewers."""
        actor.require(Permission.REVIEW)
        with self._database.unit_of_work() as session:
            run, _ = readable_run(RunRepository(session), actor, run_id, Task.DETECTION)
            verdicts = VerdictRepository(session)
            return {
                username: judgement_of(verdicts, run.id, user_id)
                for user_id, username in verdicts.judges(run.id)
            }

    def precision(self, actor: Actor, model: str | None = None) -> tuple[PhrasePrecision, ...]:
        """Everybody's verdicts added up for each model and phrase, in their order.

        Phrases differing only in case are one. `model`: a name, or name@revision; else all.
        """
        actor.require(Permission.REVIEW)
        with self._database.unit_of_work() as session:
            repository = VerdictRepository(session)
            judged, missed = repository.verdict_counts(model), repository.missed_counts(model)
        counts: dict[tuple[str, str], Counter[str]] = {}
        for each in judged:
            _add(counts, each.model, each.label, each.verdict, each.boxes)
        for lacking in missed:
            _add(counts, lacking.model, lacking.label, "missed", lacking.boxes)
        return tuple(
            PhrasePrecision(
                model=name,
                phrase=phrase,
                right=counts[name, phrase][Verdict.RIGHT],
                wrong_label=counts[name, phrase][Verdict.WRONG_LABEL],
                loose=counts[name, phrase][Verdict.LOOSE],
                absent=counts[name, phrase][Verdict.ABSENT],
                missed=counts[name, phrase]["missed"],
            )
            for name, phrase in sorted(counts)
        )

    @contextmanager
    def _judging(self, actor: Actor, run_id: UUID) -> Iterator[Judging]:
        actor.require(Permission.RATE)
        with self._database.unit_of_work() as session:
            run, _ = readable_run(RunRepository(session), actor, run_id, Task.DETECTION)
            yield Judging(VerdictRepository(session), ImageRepository(session), run, actor.user_id)


def _add(
    counts: dict[tuple[str, str], Counter[str]], model: str, label: str, kind: str, boxes: int
) -> None:
    """Case is folded here, not in SQL: there it depends on the locale of the database."""
    counts.setdefault((model, label.casefold()), Counter())[kind] += boxes
