"""How many tokens were read and written."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import SECURED, Bench, Caller
from api.openapi.refusals import also
from api.schemas import UsageIn
from api.usage_answers import UsageReportOut

router = APIRouter(prefix="/api/v1", tags=["usage"], dependencies=SECURED)


@router.get("/usage", responses=also(404))
def usage(bench: Bench, caller: Caller, asked: Annotated[UsageIn, Query()]) -> UsageReportOut:
    """Runs and tokens of your own, by model, over the last 30 days or the period asked for.

    Stopped and failed runs count with what was really read and written, on the day (UTC) they
    began. Administrators may ask for one `user` or for `everyone`.
    """
    period = asked.period
    if asked.user or asked.everyone:
        lines = bench.usage.of_people(caller, period, asked.user)
    else:
        lines = bench.usage.own(caller, period)
    return UsageReportOut.of(period, lines)
