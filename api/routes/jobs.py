"""Many pictures or prompts at once, done while nobody waits for them."""

from collections.abc import Iterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from starlette.concurrency import run_in_threadpool

from api.bodies import FORM, JSON
from api.deps import SECURED, Bench, Caller
from api.flow import Flow, Watch, from_thread
from api.job_answers import JobItemsOut, JobOut, JobsOut
from api.job_bodies import Asked, BatchCaller, job_body
from api.job_docs import job_schema
from api.job_schemas import (
    DetectFields,
    DetectJobIn,
    GenerateFields,
    GenerateJobIn,
    ItemsIn,
    JobsIn,
)
from api.openapi.refusals import also
from core.jobs.types import JobExportFormat

router = APIRouter(prefix="/api/v1/jobs", tags=["jobs"], dependencies=SECURED)
_FILES: dict[str, Any] = {
    "text/csv": {},
    "application/jsonl": {},
    "application/json": {"schema": {"type": "object"}},
}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {"schema": job_schema(DetectJobIn, GenerateJobIn)},
            FORM: {"schema": job_schema(DetectFields, GenerateFields, files=True)},
        },
    }
}


class _Unclosed:
    """Pages of a file, each read in a transaction of its own, so that nothing is left to close."""

    def __init__(self, pages: Iterator[bytes]) -> None:
        self._pages = pages

    def __next__(self) -> bytes:
        return next(self._pages)

    def close(self) -> None:
        pass


@router.post("", status_code=202, responses=also(404), openapi_extra=_BODY)
def begin(
    bench: Bench,
    caller: BatchCaller,
    asked: Annotated[Asked, Depends(job_body)],
    response: Response,
) -> JobOut:
    """Begin a job: a detection on many pictures, or a text for many prompts.

    In a form, the pictures of a detection are one ZIP file `archive` or several `images`; the
    `prompts` are a CSV file with a column `prompt` and, if wanted, `seed`, `max_new_tokens` and
    `temperature`. In JSON, `images` are in base64 and `prompts` a list. All is checked before
    anything is kept; a file that is no picture becomes an item that fails.
    """
    job = JobOut.of(asked.begin(bench.jobs, caller))
    response.headers["Location"] = f"{router.prefix}/{job.job_id}"
    return job


@router.get("")
def jobs(bench: Bench, caller: Caller, asked: Annotated[JobsIn, Query()]) -> JobsOut:
    """Your own jobs, newest first, a page at a time."""
    return JobsOut.of(
        bench.jobs.listed(
            caller,
            everybodys=asked.everybodys,
            state=asked.state,
            kind=asked.kind,
            cursor=asked.cursor,
            limit=asked.limit,
        )
    )


@router.get("/{job_id}")
def job(bench: Bench, caller: Caller, job_id: UUID) -> JobOut:
    """A job of one's own, as far as it has come."""
    return JobOut.of(bench.jobs.get(caller, job_id))


@router.get("/{job_id}/items")
def items(
    bench: Bench, caller: Caller, job_id: UUID, asked: Annotated[ItemsIn, Query()]
) -> JobItemsOut:
    """The pictures or prompts of a job, in their order, a page at a time."""
    return JobItemsOut.of(
        bench.jobs.items(caller, job_id, state=asked.state, cursor=asked.cursor, limit=asked.limit)
    )


@router.get("/{job_id}/export", response_class=Response, responses={200: {"content": _FILES}})
async def export(bench: Bench, caller: Caller, job_id: UUID, format: JobExportFormat) -> Response:
    """What came of a job, as far as it has come.

    `csv` has a line for each box or text, `jsonl` one for each item with all that is known of its
    run; `coco`, for detections, names the pictures as they were sent.
    """
    found = await run_in_threadpool(bench.jobs.export, caller, job_id, format)
    pages = _Unclosed(found.chunks)
    first = await run_in_threadpool(next, pages, b"")
    headers = {"Content-Disposition": f'attachment; filename="{found.name}"'}
    return Flow(from_thread(first, pages), Watch(bench, caller), found.mime, headers)


@router.post("/{job_id}/retry", status_code=202, responses=also(409))
def retry(bench: Bench, caller: Caller, job_id: UUID) -> JobOut:
    """Go on with what failed or was not begun. What is done stays, and is not done again."""
    return JobOut.of(bench.jobs.retry(caller, job_id))


@router.delete("/{job_id}", responses=also(409))
def cancel(bench: Bench, caller: Caller, job_id: UUID) -> JobOut:
    """Stop a job. What is done of it stays, and the rest can be tried again."""
    return JobOut.of(bench.jobs.cancel(caller, job_id))
