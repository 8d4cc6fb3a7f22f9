"""One's own rating of a run: read with its history, withdrawn, and given again."""

from uuid import UUID

from fastapi import APIRouter

from api.answers import Answer, FeedbackOut
from api.deps import SECURED, Bench, Caller
from api.openapi.refusals import also
from api.triage_answers import EventOut
from core.errors import NotFound
from core.feedback.types import Feedback, Judgement, OwnComment, Rated
from core.permissions import Actor
from core.runs.types import Task
from core.workbench import Workbench

router = APIRouter(prefix="/api/v1", tags=["feedback"], dependencies=SECURED)


class OwnRatingOut(Answer):
    rating: FeedbackOut
    history: list[EventOut]
    """Oldest first; what was withdrawn and given again has one."""


@router.get("/feedback/answers")
def answers(bench: Bench, caller: Caller) -> list[OwnComment]:
    """What reviewers answered to your ratings, the newest answer first."""
    return list(bench.triage.answers(caller))


@router.get("/runs/{run_id}/rating")
def rating(bench: Bench, caller: Caller, run_id: UUID) -> OwnRatingOut:
    """Your own rating of a run, and all that happened to it."""
    found = bench.feedback.own(caller, run_id)
    if found is None:
        raise NotFound("You have not rated this run.", facts={"run_id": str(run_id)})
    history = bench.feedback.own_history(caller, run_id)
    return OwnRatingOut(
        rating=_told(bench, caller, found), history=[EventOut.of(each) for each in history]
    )


@router.delete("/runs/{run_id}/rating", status_code=204)
def withdraw(bench: Bench, caller: Caller, run_id: UUID) -> None:
    """Take your rating of a run back; its history stays, and it can be given again as it was."""
    bench.feedback.withdraw(caller, run_id)


@router.post("/runs/{run_id}/rating/restore", responses=also(409))
def put_back(bench: Bench, caller: Caller, run_id: UUID) -> FeedbackOut:
    """Give the rating that you withdrew last again, in every part as it was."""
    return _told(bench, caller, bench.feedback.put_back(caller, run_id))


def _told(bench: Workbench, caller: Actor, given: Feedback) -> FeedbackOut:
    judged = Judgement(given.run_id, given.user_id)
    if bench.runs.task_of(caller, given.run_id) is Task.DETECTION:
        judged = bench.verdicts.of(caller, given.run_id)
    return FeedbackOut.of(Rated(given, created=False, judgement=judged))
