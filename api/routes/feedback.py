"""Ratings in, ratings out."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Header, Request, Response

from api.answers import FeedbackOut
from api.deps import SECURED, Bench, Caller
from api.flow import Chunks, Flow, Watch, from_thread
from api.openapi.refusals import also
from api.parameters import with_filters
from api.schemas import FeedbackIn
from core.clock import now
from core.errors import Invalid
from core.review.columns import columns_of
from core.review.filters import from_query
from core.review.types import Sort

router = APIRouter(prefix="/api/v1/feedback", tags=["feedback"], dependencies=SECURED)


class _Format(NamedTuple):
    media_type: str
    name: str
    ending: str


_FORMATS = {
    "csv": _Format("text/csv; charset=utf-8", "feedback", "csv"),
    "coco": _Format("application/json", "verdicts", "json"),
    "evidence": _Format("application/zip", "evidence", "zip"),
}
_FILES: Mapping[str, Any] = {
    each.media_type: {"schema": {"type": "object"}} if each.ending == "json" else {}
    for each in _FORMATS.values()
} | {"application/pdf": {}}
_CHOICES = ("format", "images", "columns", "sort")


@router.post("", status_code=201, responses=also(404, 409, 410) | {200: {"model": FeedbackOut}})
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
    responses=also(404) | {200: {"content": _FILES}},
    openapi_extra=with_filters(*_CHOICES),
)
def export(request: Request, bench: Bench, caller: Caller) -> Response:
    """The ratings that match the filters, as a file; without the right to all, one's own.

    `format` is `csv`, `coco` for what was said of boxes, or `evidence`: a ZIP file with the CSV and
    a manifest, and with `images=yes` the pictures. `columns` are those of the CSV, with commas
    between them. `pdf`, or the name of another exporter that is installed, makes a report on what
    the dashboard shows, its rows in the order of `sort`; that is for reviewers.
    """
    asked = {name: request.query_params.getlist(name) for name in request.query_params}
    kind = _single(asked, "format", "csv")
    if kind not in _FORMATS:
        return _report(bench, caller, kind, asked)
    images = _single(asked, "images", "no")
    if images not in {"yes", "no"}:
        raise _unknown("images", images, ("yes", "no"))
    names = _single(asked, "columns", "")
    columns = columns_of(names) if names else None
    filter = from_query(asked)
    chunks: Chunks
    if kind == "coco":
        chunks = bench.exports.coco(caller, filter)
    elif kind == "evidence":
        chunks = bench.exports.evidence(caller, filter, columns, images=images == "yes")
    else:
        chunks = bench.exports.csv(caller, filter, columns)
    first = next(chunks)
    name = f"glimpse-{_FORMATS[kind].name}-{now().date()}.{_FORMATS[kind].ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Flow(
        from_thread(first, chunks), Watch(bench, caller), _FORMATS[kind].media_type, headers
    )


def _report(bench: Bench, caller: Caller, kind: str, asked: dict[str, list[str]]) -> Response:
    sort = _single(asked, "sort", Sort.NEWEST)
    if sort not in set(Sort):
        raise _unknown("sort", sort, Sort)
    made = bench.plugins.export_review(caller, from_query(asked), kind, Sort(sort))
    headers = {"Content-Disposition": f'attachment; filename="{made.name}"'}
    return Response(made.content, media_type=made.mime, headers=headers)


def _single(asked: dict[str, list[str]], name: str, default: str) -> str:
    """Take a value that is no filter out of what was asked."""
    said, *more = asked.pop(name, [default])
    if more:
        raise Invalid(f"“{name}” is given twice; give it once.", facts={"field": name})
    return said


def _unknown(name: str, said: str, allowed: Iterable[str]) -> Invalid:
    return Invalid(
        f"There is no {name} “{said[:20]}”; use one of: {', '.join(allowed)}.",
        facts={"field": name, "allowed": list(allowed)},
    )
