"""Runs after they began: what they are, their stream, their picture, their end."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response
from starlette.concurrency import run_in_threadpool

from api.deps import SECURED, Bench, Caller
from api.run_answers import DetectionRunOut, GenerationRunOut
from api.streaming import sse
from core.errors import Invalid
from core.runs.types import Task

router = APIRouter(prefix="/api/v1/runs/{run_id}", tags=["runs"], dependencies=SECURED)
_CANCEL_WAIT_S = 5


@router.get("")
def run(bench: Bench, caller: Caller, run_id: UUID) -> DetectionRunOut | GenerationRunOut:
    """A run of one's own, as far as it has come; `task` says which of the two forms it has."""
    if bench.runs.task_of(caller, run_id) is Task.DETECTION:
        return DetectionRunOut.of(bench.detection.get(caller, run_id))
    return GenerationRunOut.of(bench.generation.get(caller, run_id))


@router.get(
    "/stream", response_class=Response, responses={200: {"content": {"text/event-stream": {}}}}
)
async def stream(
    bench: Bench,
    caller: Caller,
    run_id: UUID,
    last_event_id: Annotated[str, Header(description="go on after this event")] = "",
) -> Response:
    """The events of a generation, from the start or after `Last-Event-ID`, finished runs too."""
    live = await run_in_threadpool(bench.generation.follow, caller, run_id)
    return sse(live.events(_after(last_event_id)), {"X-Run-ID": str(run_id)})


@router.get("/image", response_class=Response, responses={200: {"content": {"image/jpeg": {}}}})
def image(
    bench: Bench,
    caller: Caller,
    run_id: UUID,
    max_side: Annotated[int | None, Query(ge=16, le=8192, description="in pixels")] = None,
) -> Response:
    """The picture of a detection, upright, at most `max_side` wide and high."""
    picture = bench.detection.picture(caller, run_id, max_side)
    headers = {
        "Cache-Control": "private, max-age=31536000, immutable",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Content-Disposition": "inline",
    }
    return Response(picture.content, media_type=picture.mime, headers=headers)


@router.post("/cancel")
def cancel(bench: Bench, caller: Caller, run_id: UUID) -> GenerationRunOut:
    """Stop a generation; what is written so far is kept. A finished run stays as it is."""
    bench.generation.cancel(caller, run_id)
    return GenerationRunOut.of(bench.generation.wait(caller, run_id, timeout_s=_CANCEL_WAIT_S))


def _after(last_event_id: str) -> int:
    if not last_event_id:
        return -1
    if not (last_event_id.isascii() and last_event_id.isdigit() and len(last_event_id) < 10):
        raise Invalid("“Last-Event-ID” is not the id of an event; send the last `id:` you saw.")
    return int(last_event_id)
