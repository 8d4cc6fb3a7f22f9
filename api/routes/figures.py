"""The dashboard's figures: the header, what its charts show, and raters compared."""

from dataclasses import dataclass

from fastapi import APIRouter, Request

from api.deps import SECURED, Bench, Caller
from api.parameters import with_filters
from core.raters.types import RatersReport
from core.review.chart_types import Charts
from core.review.filters import from_query
from core.review.types import FeedbackFilter, Header

router = APIRouter(prefix="/api/v1/feedback", tags=["triage"], dependencies=SECURED)


@dataclass(frozen=True)
class Figures:
    header: Header
    charts: Charts


@router.get("/figures", openapi_extra=with_filters())
def figures(request: Request, bench: Bench, caller: Caller) -> Figures:
    """What the dashboard shows of the ratings that match the filters; for administrators.

    Shares are 0 to 1, intervals at 95 %. `by_rating` and `counts` are ratings of 1 to 5.
    """
    filter = asked_filter(request)
    return Figures(bench.review.header(caller, filter), bench.charts.charts(caller, filter))


@router.get("/raters", openapi_extra=with_filters())
def raters(request: Request, bench: Bench, caller: Caller) -> RatersReport:
    """How much, how strictly and how alike people rate; for administrators."""
    return bench.raters.report(caller, asked_filter(request))


def asked_filter(request: Request) -> FeedbackFilter:
    """The filter in the address. Raises `Invalid` for a parameter that is none."""
    query = request.query_params
    return from_query({name: query.getlist(name) for name in query})
