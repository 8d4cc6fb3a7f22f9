"""Ratings in, ratings out."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response

from api.answers import FeedbackOut
from api.deps import SECURED, Bench, Caller
from api.schemas import FeedbackIn
from api.streaming import Flow, from_thread
from core.clock import now
from core.errors import Invalid
from core.review.filters import FILTER_NAMES, REPEATED, from_query

router = APIRouter(prefix="/api/v1/feedback", tags=["feedback"], dependencies=SECURED)
_FORMATS = ("csv",)


def _text_parameter(name: str) -> dict[str, Any]:
    text = {"type": "string"}
    schema = {"type": "array", "items": text} if name in REPEATED else text
    return {"name": name, "in": "query", "required": False, "schema": schema}


_FILTERS = {"parameters": [_text_parameter(name) for name in ("format", *FILTER_NAMES)]}


@router.post("", status_code=201, responses={200: {"model": FeedbackOut}})
def rate(
    bench: Bench,
    caller: Caller,
    asked: FeedbackIn,
    response: Response,
    idempotency_key: Annotated[str | None, Header()] = None,
) -> FeedbackOut:
    """Rate a run, and judge the boxes of a detection.

    201 for a first rating; 200 where it changed one, or was sent again. A box is named by its
    place in the `detections` that the run was answered with; the answer has all that you have
    said of the run.
    """
    rated = bench.feedback.rate(
        caller,
        asked.run_id,
        asked.rating,
        asked.tags,
        asked.comment,
        idempotency_key,
        asked.judged,
        asked.drawn,
        asked.failed_step,
        asked.corrected_text,
    )
    if not rated.created:
        response.status_code = 200
    return FeedbackOut.of(rated)


@router.get(
    "/export",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}}},
    openapi_extra=_FILTERS,
)
def export(request: Request, bench: Bench, caller: Caller) -> Response:
    """The ratings that match the filters, as a file; without the right to all, one's own."""
    asked = {name: request.query_params.getlist(name) for name in request.query_params}
    kind, *more = asked.pop("format", ["csv"])
    if more:
        raise Invalid("“format” is given twice; give it once.")
    if kind not in _FORMATS:
        raise Invalid(f"There is no format “{kind[:20]}”; use one of: {', '.join(_FORMATS)}.")
    chunks = bench.review.export_csv(caller, from_query(asked))
    first = next(chunks)
    name = f"glimpse-feedback-{now().date()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Flow(from_thread(first, chunks), "text/csv; charset=utf-8", headers)
