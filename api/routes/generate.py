"""Writing text, whole or token by token."""

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from api.deps import SECURED, Bench, Caller
from api.flow import Watch
from api.openapi.refusals import also
from api.run_answers import GenerateOut
from api.schemas import GenerateIn
from api.streaming import sse
from api.told import failure
from core.errors import NotSignedIn, Unavailable
from core.generation.types import GenerationRun
from core.permissions import Actor
from core.runs.types import RunStatus
from core.workbench import Workbench

router = APIRouter(prefix="/api/v1", tags=["generation"], dependencies=SECURED)


@router.post(
    "/generate",
    response_model=GenerateOut,
    responses=also(404, 429) | {200: {"content": {"text/event-stream": {}}}},
)
async def generate(bench: Bench, caller: Caller, asked: GenerateIn) -> Response:
    """Write from a prompt, from messages, or from a version of a prompt of the library.

    With `stream`, server-sent events: `token` for each, then one `done` (the same summary) or
    `error`. The header `X-Run-ID` names the run: it goes on when the stream is left, can be taken
    up again at `/api/v1/runs/{run_id}/stream` and stopped at `/api/v1/runs/{run_id}/cancel`.
    """
    run = await run_in_threadpool(begin, bench, caller, asked)
    live = await run_in_threadpool(bench.generation.follow, caller, run.id)
    headers = {"X-Run-ID": str(run.id)}
    if asked.stream:
        return sse(live, Watch(bench, caller), headers)
    async for event in live.events():
        if isinstance(event, GenerationRun):
            run = event
    if await run_in_threadpool(bench.accounts.actor_again, caller) is None:
        raise NotSignedIn("Your sign-in or your API key has ended meanwhile; sign in again.")
    if run.status is RunStatus.FAILED:
        raise Unavailable(failure(run))
    return JSONResponse(GenerateOut.of(run).model_dump(mode="json"), headers=headers)


def begin(bench: Workbench, caller: Actor, asked: GenerateIn) -> GenerationRun:
    """Begin the run that was asked for; raises what `GenerationService.start` raises."""
    used = asked.used_prompt
    text = bench.prompts.written(caller, used.version_id, used.variables) if used else None
    return bench.generation.start(
        caller,
        text or asked.written,
        asked.params,
        asked.model,
        origin=asked.origin,
        used_prompt=used,
    )
