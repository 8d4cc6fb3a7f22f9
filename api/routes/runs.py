"""Runs after they began: lists of them, what they are, their stream, their picture, their end."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response
from starlette.concurrency import run_in_threadpool

from api.deps import SECURED, Bench, Caller
from api.flow import Watch
from api.history_answers import ComparisonOut, RunsOut
from api.openapi.refusals import also
from api.plugin_answers import ProcessedOut
from api.run_answers import DetectionRunOut, GenerationRunOut
from api.schemas import RunsIn, SignalIn
from api.streaming import sse
from core.detection.downloads import MAX_RUNS, Download, DownloadFormat
from core.errors import Invalid
from core.runs.types import Task
from core.signals.types import SignalKind

router = APIRouter(prefix="/api/v1/runs", tags=["runs"], dependencies=SECURED)
_CANCEL_WAIT_S = 5
_OF_MANY = Literal["json", "csv", "coco"]
_TABLES: Mapping[str, Any] = {
    "application/json": {"schema": {"anyOf": [{"type": "object"}, {"type": "array"}]}},
    "text/csv": {},
}


@router.get("")
def runs(bench: Bench, caller: Caller, asked: Annotated[RunsIn, Query()]) -> RunsOut:
    """Your own runs, newest first, a page at a time.

    Ask for the next page with the same filters and `cursor` set to `next`. Pages stay right while
    runs are added.
    """
    return RunsOut.of(bench.runs.history(caller, asked.wanted, asked.cursor, asked.limit))


@router.get("/compare", responses=also(404, 410))
def compare(
    bench: Bench,
    caller: Caller,
    a: Annotated[UUID, Query(description="a finished detection of yours")],
    b: Annotated[UUID, Query(description="another one on the same picture")],
) -> ComparisonOut:
    """What two detections found on one picture, at the thresholds of each, box by box.

    In `pairs` are boxes with the same label that overlap by half or more (intersection over
    union), the best overlap first.
    """
    return ComparisonOut.of(bench.runs.compare(caller, a, b))


@router.get(
    "/export", response_class=Response, responses=also(404, 410) | {200: {"content": _TABLES}}
)
def export_many(
    bench: Bench,
    caller: Caller,
    format: _OF_MANY,
    id: Annotated[list[UUID], Query(description=f"a detection; give up to {MAX_RUNS} of them")],
) -> Response:
    """Detections as one file, with the boxes that reach each run's thresholds."""
    return _file(bench.downloads.of_runs(caller, id, DownloadFormat(format)))


@router.get("/{run_id}", responses=also(410))
def run(bench: Bench, caller: Caller, run_id: UUID) -> DetectionRunOut | GenerationRunOut:
    """A run of one's own, as far as it has come; `task` says which of the two forms it has."""
    if bench.runs.task_of(caller, run_id) is Task.DETECTION:
        return DetectionRunOut.of(bench.detection.get(caller, run_id))
    stream = bench.generation.follow(caller, run_id)
    return GenerationRunOut.of(stream.run, stream.position())


@router.get(
    "/{run_id}/stream",
    response_class=Response,
    responses=also(410) | {200: {"content": {"text/event-stream": {}}}},
)
async def stream(
    bench: Bench,
    caller: Caller,
    run_id: UUID,
    last_event_id: Annotated[str, Header(description="go on after this event")] = "",
) -> Response:
    """The events of a generation, from the start or after `Last-Event-ID`, finished runs too.

    While it waits, `queue` with its `position` in the queue, the next to begin at 1, whenever that
    changes.
    """
    live = await run_in_threadpool(bench.generation.follow, caller, run_id)
    return sse(live, Watch(bench, caller), {"X-Run-ID": str(run_id)}, after=_after(last_event_id))


@router.get(
    "/{run_id}/image",
    response_class=Response,
    responses=also(410) | {200: {"content": {"image/jpeg": {}}}},
)
def image(
    bench: Bench,
    caller: Caller,
    run_id: UUID,
    max_side: Annotated[int | None, Query(ge=16, le=8192, description="in pixels")] = None,
    outlines: Annotated[bool, Query(description="with the boxes found drawn on it")] = False,
) -> Response:
    """The picture of a detection, upright, at most `max_side` wide and high."""
    picture = bench.detection.picture(caller, run_id, max_side, outlines=outlines)
    headers = {
        "Cache-Control": "private, max-age=31536000, immutable",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Content-Disposition": "inline",
    }
    return Response(picture.content, media_type=picture.mime, headers=headers)


@router.get(
    "/{run_id}/export",
    response_class=Response,
    responses=also(410) | {200: {"content": {**_TABLES, "image/png": {}, "application/pdf": {}}}},
)
def export(
    bench: Bench,
    caller: Caller,
    run_id: UUID,
    format: Annotated[
        str, Query(description=f"{', '.join(DownloadFormat)}, or an exporter's name")
    ],
) -> Response:
    """A run as a file; of a detection, with the boxes that reach its thresholds.

    As `png`: the picture of a detection, upright and in full size, with the boxes drawn on it. As
    `pdf`, or by the name of another exporter that is installed: a report on a run of either task.
    """
    if format in set(DownloadFormat):
        return _file(bench.downloads.of_run(caller, run_id, DownloadFormat(format)))
    return _file(bench.plugins.export_run(caller, run_id, format))


@router.get("/{run_id}/postprocessed", responses=also(410))
def postprocessed(
    bench: Bench,
    caller: Caller,
    run_id: UUID,
    postprocess: Annotated[list[str], Query(description="post-processors, in this order")],
) -> ProcessedOut:
    """The boxes that a detection found, as post-processors that are installed leave them.

    A view: what is recorded, judged and exported are the run's own boxes. `index` is the place
    that a box has among them, and null where it was changed or made anew.
    """
    return ProcessedOut.of(bench.plugins.processed(caller, run_id, postprocess))


@router.post("/{run_id}/cancel", responses=also(410))
def cancel(bench: Bench, caller: Caller, run_id: UUID) -> GenerationRunOut:
    """Stop a generation; what is written so far is kept. A finished run stays as it is."""
    bench.generation.cancel(caller, run_id)
    return GenerationRunOut.of(bench.generation.wait(caller, run_id, timeout_s=_CANCEL_WAIT_S))


@router.post("/{run_id}/signals", status_code=204)
def signal(bench: Bench, caller: Caller, run_id: UUID, asked: SignalIn) -> None:
    """Tell that a run's text was copied or saved in the browser.

    Noted once for each kind, and only for a run of one's own, from the pages.
    """
    bench.runs.task_of(caller, run_id)
    bench.signals.note(caller, run_id, SignalKind(asked.kind), {"what": asked.what})


def _file(download: Download) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{download.name}"'}
    return Response(download.content, media_type=download.mime, headers=headers)


def _after(last_event_id: str) -> int:
    if not last_event_id:
        return -1
    if not (last_event_id.isascii() and last_event_id.isdigit() and len(last_event_id) < 10):
        raise Invalid("“Last-Event-ID” is not the id of an event; send the last `id:` you saw.")
    return int(last_event_id)
