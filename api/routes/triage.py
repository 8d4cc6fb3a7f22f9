"""Ratings for reviewers: listed, looked at, taken and answered."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from api.deps import SECURED, Bench, Caller
from api.openapi.refusals import also
from api.parameters import asked, whole, with_filters
from api.triage_answers import (
    ClaimedOut,
    ReviewDetailOut,
    ReviewIn,
    ReviewPageOut,
    ReviewRowOut,
)
from core.errors import Invalid
from core.review.filters import from_query
from core.review.types import Sort

router = APIRouter(prefix="/api/v1/feedback", tags=["triage"], dependencies=SECURED)
_SIZE = 50
_Query = dict[str, list[str]]


@router.get("", openapi_extra=with_filters("sort", "cursor", "limit"))
def ratings(request: Request, bench: Bench, caller: Caller) -> ReviewPageOut:
    """Everybody's ratings that match the filters, a page at a time; for administrators.

    `sort` is newest, oldest, worst, best or slowest. Ask for the next page with the same filters
    and order, and `cursor` set to `next`.
    """
    filters, rest = asked(request, ("sort", "cursor", "limit"))
    filter = from_query(filters)
    page = bench.review.page(
        caller,
        filter,
        rest.get("cursor"),
        whole("limit", rest.get("limit"), _SIZE),
        _sort(rest.get("sort")),
    )
    return ReviewPageOut.of(page, bench.review.total(caller, filter))


@router.post(
    "/claim",
    response_model=ClaimedOut,
    responses={204: {"description": "None is left."}},
    openapi_extra=with_filters("sort", "after"),
)
def claim(request: Request, bench: Bench, caller: Caller) -> ClaimedOut | Response:
    """Take the next new rating that matches and that nobody else has taken.

    Of two who ask at the same time each gets another one. `after` is the id of the one before.
    """
    filters, rest = asked(request, ("sort", "after"))
    claimed = bench.triage.claim(
        caller, from_query(filters), _sort(rest.get("sort")), _id(rest.get("after"))
    )
    return ClaimedOut.of(claimed) if claimed else Response(status_code=204)


@router.get("/{feedback_id:uuid}")
def rating(bench: Bench, caller: Caller, feedback_id: UUID) -> ReviewDetailOut:
    """One rating, the others of its run, and all that happened to it; for administrators."""
    detail = bench.review.detail(caller, feedback_id)
    return ReviewDetailOut.of_detail(detail, bench.feedback.history(caller, feedback_id))


@router.patch("/{feedback_id:uuid}", responses=also(409))
def review(bench: Bench, caller: Caller, feedback_id: UUID, asked: ReviewIn) -> ReviewRowOut:
    """Change status, assignee, note or answer of a rating that is as it was at `seen_at`.

    409 where somebody changed it since; nothing is written then, and the message says what
    differs.
    """
    return ReviewRowOut.of(bench.triage.review(caller, feedback_id, asked.seen_at, asked.changes))


def _sort(said: str | None) -> Sort:
    if said is not None and said not in set(Sort):
        raise Invalid(
            f"There is no order “{said[:20]}”; use one of: {', '.join(Sort)}.",
            facts={"field": "sort", "allowed": list(Sort)},
        )
    return Sort(said) if said else Sort.NEWEST


def _id(said: str | None) -> UUID | None:
    try:
        return UUID(said) if said else None
    except ValueError as error:
        raise Invalid("“after” is not the id of a rating.", facts={"field": "after"}) from error
