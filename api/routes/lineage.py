"""Runs made from runs: once more, on from the end, on from the middle; and what is recorded."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.deps import SECURED, Bench, Caller
from api.history_answers import RelativesOut
from api.openapi.refusals import also
from api.run_answers import GenerationRunOut, TokensOut
from api.schemas import BranchIn, ContinueIn
from core.generation.types import GenerationRun

router = APIRouter(prefix="/api/v1/runs", tags=["runs"], dependencies=SECURED)
_STARTED = 202


@router.post("/{run_id}/again", status_code=_STARTED, responses=also(410, 429))
def again(bench: Bench, caller: Caller, run_id: UUID, response: Response) -> GenerationRunOut:
    """Write anew what a generation was asked for, with another seed, as a run of its own.

    The answer comes at once; follow the new run at `/api/v1/runs/{run_id}/stream`.
    """
    return _started(bench.generation.again(caller, run_id), response)


@router.post("/{run_id}/continue", status_code=_STARTED, responses=also(410, 429))
def carry_on(
    bench: Bench, caller: Caller, run_id: UUID, asked: ContinueIn, response: Response
) -> GenerationRunOut:
    """Write on where an output of a generation ended, as a run of its own.

    The text so far is the `lead` of the new run. An output that ended by itself has no rest.
    """
    run = bench.generation.carry_on(caller, run_id, asked.output, asked.max_new_tokens)
    return _started(run, response)


@router.post("/{run_id}/branch", status_code=_STARTED, responses=also(410, 429))
def branch(
    bench: Bench, caller: Caller, run_id: UUID, asked: BranchIn, response: Response
) -> GenerationRunOut:
    """Write on from the middle of an output, with another token there, as a run of its own.

    The text up to that token is the `lead` of the new run, whose text begins with the new token.
    Alternatives are there for runs with `top_logprobs`; see `/api/v1/runs/{run_id}/tokens`.
    """
    run = bench.generation.branch(caller, run_id, asked.output, asked.index, asked.token_id)
    return _started(run, response)


@router.get("/{run_id}/relatives")
def relatives(bench: Bench, caller: Caller, run_id: UUID) -> RelativesOut:
    """The run that a run came from, and runs that came from it."""
    return RelativesOut.of(bench.runs.relatives(caller, run_id))


@router.get("/{run_id}/tokens", response_model_exclude_none=True, responses=also(410))
def tokens(
    bench: Bench, caller: Caller, run_id: UUID, output: Annotated[int, Query(ge=0)] = 0
) -> TokensOut:
    """The tokens of an output as far as it has come, with their log-probability and entropy.

    With `top`, the likeliest tokens there, for runs with `top_logprobs`.
    """
    return TokensOut.of(bench.generation.tokens(caller, run_id, output))


def _started(run: GenerationRun, response: Response) -> GenerationRunOut:
    response.headers["X-Run-ID"] = str(run.id)
    return GenerationRunOut.of(run)
