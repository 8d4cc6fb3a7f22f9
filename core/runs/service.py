"""What is common to runs of every task."""

from collections.abc import Iterable
from uuid import UUID

from core.detection.reading import usable_detection
from core.detection.types import DetectionRun
from core.errors import Invalid, NotFound
from core.permissions import Actor, Permission
from core.review.paging import Cursor, end_of_page
from core.runs.access import readable_run
from core.runs.comparison import Comparison, compared
from core.runs.filters import checked, conditions
from core.runs.types import (
    HistoryFilter,
    HistoryPage,
    Relation,
    Relatives,
    RunLink,
    RunStatus,
    RunSummary,
    Task,
)
from db.repositories.lineage import LineageRepository
from db.repositories.review_order import Place
from db.repositories.runs import ImageRepository, Listed, Run, RunRepository
from db.session import Database

MAX_RECENT = 200
_MAX_CHILDREN = 50


class RunService:
    def __init__(self, database: Database) -> None:
        self._database = database

    def recent(
        self, actor: Actor, task: Task | None = None, limit: int = 20
    ) -> tuple[RunSummary, ...]:
        """The actor's own runs, newest first; of one task, or of all where `task` is None.

        Those of a job stand with their job, and would leave no room for others here.

        Raises
        ------
        Invalid : `limit` is not from 1 to 200.
        """
        actor.require(Permission.HISTORY)
        _check_limit(limit)
        with self._database.unit_of_work() as session:
            rows = RunRepository(session).recent(actor.user_id, task, limit)
        return _summaries(rows)

    def history(
        self,
        actor: Actor,
        wanted: HistoryFilter | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> HistoryPage:
        """The actor's own runs that `wanted` lets through, newest first, from `cursor` on.

        A page stays right while runs are added: it begins behind the last run of the one before.

        Raises
        ------
        Invalid : a filter, the cursor or `limit`, 1 to 200, is not possible.
        """
        actor.require(Permission.HISTORY)
        return self._history(actor.user_id, wanted, cursor, limit)

    def runs_of(
        self, actor: Actor, user_id: UUID, cursor: str | None = None, limit: int = 50
    ) -> HistoryPage:
        """All of somebody's runs, for reviewers, as `history`; none of nobody's."""
        actor.require(Permission.REVIEW)
        return self._history(user_id, None, cursor, limit)

    def _history(
        self, user_id: UUID, wanted: HistoryFilter | None, cursor: str | None, limit: int
    ) -> HistoryPage:
        _check_limit(limit)
        after = end_of_page(cursor)
        values = conditions(checked(wanted or HistoryFilter()))
        with self._database.unit_of_work() as session:
            rows = RunRepository(session).history(user_id, limit + 1, after=after, **values)
        shown = _summaries(rows[:limit])
        if len(rows) <= limit:
            return HistoryPage(shown, None)
        last = shown[-1]
        return HistoryPage(shown, str(Cursor(Place(last.created_at, last.id), older=True)))

    def compare(self, actor: Actor, a: UUID, b: UUID) -> Comparison:
        """Two of the actor's own detections on one picture, box by box.

        Raises
        ------
        NotFound : one of them is unknown, no detection, or somebody else's.
        Invalid : they are the same run, look at different pictures, or one did not finish.
        """
        actor.require(Permission.HISTORY)
        if a == b:
            raise Invalid("This is the same run twice; choose two different ones.")
        with self._database.unit_of_work() as session:
            runs, images = RunRepository(session), ImageRepository(session)
            first, second = (usable_detection(runs, images, actor, run_id) for run_id in (a, b))
        for run in (first, second):
            _check_comparable(actor, run)
        if first.image.sha256 != second.image.sha256:
            raise Invalid(
                "These runs look at different pictures; choose two on the same one.",
                facts={"run_ids": [str(a), str(b)]},
            )
        return compared(first, second)

    def task_of(self, actor: Actor, run_id: UUID) -> Task:
        """The task of a run the actor may see; `NotFound` otherwise."""
        with self._database.unit_of_work() as session:
            run, _ = readable_run(RunRepository(session), actor, run_id)
        return Task(run.task)

    def relatives(self, actor: Actor, run_id: UUID) -> Relatives:
        """Where a run came from and what came from it, as far as the actor may see these runs.

        Raises
        ------
        NotFound : unknown, or not the actor's to see.
        """
        with self._database.unit_of_work() as session:
            run, _ = readable_run(RunRepository(session), actor, run_id)
            owner = None if actor.may(Permission.REVIEW) else actor.user_id
            lineage = LineageRepository(session, owner)
            parent, children = lineage.parent(run), lineage.children(run, _MAX_CHILDREN)
        return Relatives(
            None if parent is None else _link(parent, run.relation),
            tuple(_link(child, child.relation) for child in children),
        )


def _link(run: Run, relation: str | None) -> RunLink:
    return RunLink(
        run.id, Relation(str(relation)), Task(run.task), run.created_at, RunStatus(run.status)
    )


def _summaries(rows: Iterable[Listed]) -> tuple[RunSummary, ...]:
    return tuple(
        RunSummary(
            id=run.id,
            task=Task(run.task),
            model=model.name,
            revision=model.revision,
            prompt=run.prompt,
            status=RunStatus(run.status),
            created_at=run.created_at,
            rating=rating,
            cached=run.cached,
            image_sha256=None if run.image_sha256 is None else run.image_sha256.hex(),
            box_threshold=threshold,
            boxes=run.boxes,
            relation=None if run.relation is None else Relation(run.relation),
            answer=answer or None,
            erased_at=run.erased_at,
        )
        for run, model, rating, threshold, answer in rows
    )


def _check_limit(limit: int) -> None:
    if not 1 <= limit <= MAX_RECENT:
        raise Invalid(
            f"limit is {limit}; it must be from 1 to {MAX_RECENT}.",
            facts={"min": 1, "max": MAX_RECENT},
        )


def _check_comparable(actor: Actor, run: DetectionRun) -> None:
    """A reviewer may read others' runs, but compares own ones only, as everybody."""
    if run.user_id != actor.user_id:
        raise NotFound("There is no such run; check its id.", facts={"run_id": str(run.id)})
    if run.status is not RunStatus.DONE:
        raise Invalid(
            "One of these runs did not finish, so that it has no boxes; choose another.",
            facts={"run_id": str(run.id), "status": run.status},
        )
