"""Reports on the boxes of a detection."""

from uuid import UUID

from fastapi import APIRouter, Response

from api.deps import SECURED, Bench, Caller
from api.describe_schemas import DescribeIn
from api.openapi.refusals import also
from api.run_answers import GenerateOut

router = APIRouter(prefix="/api/v1/runs", tags=["generation"], dependencies=SECURED)


@router.post("/{run_id}/describe", status_code=202, responses=also(409, 410, 429))
def describe(
    bench: Bench, caller: Caller, run_id: UUID, asked: DescribeIn, response: Response
) -> GenerateOut:
    """Begin a report on boxes of a detection; follow it at `/api/v1/runs/{run_id}/stream`.

    `run_id` in the answer, and `X-Run-ID`, name the report. Once it has ended, it says which of
    its claims the boxes support.
    """
    run = bench.describing.describe(
        caller,
        run_id,
        asked.boxes,
        asked.prompt_version,
        asked.params,
        asked.model,
        asked.variables,
    )
    response.headers["X-Run-ID"] = str(run.id)
    return GenerateOut.of(run)
