"""Writing text, whole or token by token."""

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from api.deps import SECURED, Bench, Caller
from api.run_answers import GenerateOut
from api.schemas import GenerateIn
from api.streaming import failure, sse
from core.errors import Unavailable
from core.generation.types import GenerationRun
from core.runs.types import RunStatus

router = APIRouter(prefix="/api/v1", tags=["generation"], dependencies=SECURED)


@router.post(
    "/generate",
    response_model=GenerateOut,
    responses={200: {"content": {"text/event-stream": {}}}},
)
async def generate(bench: Bench, caller: Caller, asked: GenerateIn) -> Response:
    """Write from a prompt or from messages.

    With `stream`, server-sent events: `token` for each, then one `done` (the same summary) or
    `error`. The header `X-Run-ID` names the run: it goes on when the stream is left, can be taken
    up again at `/api/v1/runs/{run_id}/stream` and stopped at `/api/v1/runs/{run_id}/cancel`.
    """
    service = bench.generation
    run = await run_in_threadpool(
        service.start, caller, asked.written, asked.params, asked.model, origin=asked.origin
    )
    live = await run_in_threadpool(service.follow, caller, run.id)
    headers = {"X-Run-ID": str(run.id)}
    if asked.stream:
        return sse(live, headers)
    async for event in live.events():
        if isinstance(event, GenerationRun):
            run = event
    if run.status is RunStatus.FAILED:
        raise Unavailable(failure(run))
    return JSONResponse(GenerateOut.of(run).model_dump(mode="json"), headers=headers)
