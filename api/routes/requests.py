"""Asking people to rate a run, and what one is asked to rate."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from api.deps import SECURED, Bench, Caller
from api.openapi.refusals import also
from api.request_answers import AskedRunOut, RatingRequestOut
from api.schemas import Request, Text

router = APIRouter(prefix="/api/v1", tags=["feedback"], dependencies=SECURED)


class AskIn(Request):
    usernames: Annotated[list[Text], Field(max_length=200)]
    reference: int | None = Field(None, description="1 to 5, held to be right; seen by reviewers")


@router.get("/requests")
def asked(bench: Bench, caller: Caller) -> list[AskedRunOut]:
    """Runs that you are asked to rate and have not rated, newest request first.

    Rate them as your own; until the request is taken back they can be read as your own, too.
    """
    return [AskedRunOut.model_validate(each) for each in bench.requests.waiting(caller)]


@router.post("/runs/{run_id}/requests", responses=also(409, 410))
def ask(bench: Bench, caller: Caller, run_id: UUID, asked: AskIn) -> list[RatingRequestOut]:
    """Ask people to rate a run, whoever's it is; for administrators. All requests of the run.

    With a `reference` they are compared with it, and cannot tell.
    """
    made = bench.requests.ask_named(caller, run_id, asked.usernames, asked.reference)
    return [RatingRequestOut.model_validate(each) for each in made]
