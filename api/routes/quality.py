"""What verdicts say of a detector phrase by phrase, and the cuts that are set from them."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field

from api.deps import SECURED, Bench, Caller
from api.openapi.refusals import also
from api.parameters import with_filters
from api.schemas import Request as Body
from api.schemas import Text
from core.errors import Invalid
from core.quality.types import WANTED_PRECISION, Advice, PhraseDefault, PhraseQuality
from core.review.filters import from_query
from core.review.types import FeedbackFilter

router = APIRouter(prefix="/api/v1", tags=["quality"], dependencies=SECURED)


class ThresholdIn(Body):
    model: Text
    phrase: Text
    precision: float = Field(WANTED_PRECISION, description="the one wanted, more than 0, up to 1")
    seen: float = Field(description="the advised cut that the decision rests on")
    filter: dict[Text, Text | list[Text]] = Field(
        default_factory=dict, description="as in the address of the page: whose verdicts count"
    )


@router.get("/phrases", openapi_extra=with_filters("precision"))
def phrases(request: Request, bench: Bench, caller: Caller) -> list[PhraseQuality]:
    """The phrases with most verdicts, and the cut advised for each; for administrators."""
    filter, precision, _ = _asked(request)
    return list(bench.quality.phrases(caller, filter, precision))


@router.get(
    "/phrases/advice",
    openapi_extra=with_filters("of_model", "of_phrase", "precision"),
    responses=also(404),
)
def advice(request: Request, bench: Bench, caller: Caller) -> Advice:
    """The lowest score that gives the boxes of a phrase by a model the wanted precision.

    `of_model` is the model's name and `of_phrase` the phrase; the filters choose whose verdicts
    count. `advised` is null where there are too few of them, or no cut is good enough.
    """
    filter, precision, (model, phrase) = _asked(request, "of_model", "of_phrase")
    return bench.quality.advice(caller, filter, model, phrase, precision)


@router.get("/thresholds")
def thresholds(bench: Bench, caller: Caller) -> list[PhraseDefault]:
    """Every cut that is set for a phrase; for administrators."""
    return list(bench.quality.defaults(caller))


@router.put("/thresholds", responses=also(404, 409))
def set_threshold(bench: Bench, caller: Caller, asked: ThresholdIn) -> PhraseDefault | None:
    """Let detections that state no threshold show boxes of a phrase from the advised cut on.

    Answers what was set before. 409 where another cut is advised by now than was `seen`.
    """
    return bench.quality.set_default(
        caller,
        from_query(asked.filter),
        asked.model,
        asked.phrase,
        asked.precision,
        seen=asked.seen,
    )


@router.delete("/thresholds", responses=also(404))
def unset_threshold(
    bench: Bench, caller: Caller, model: Annotated[str, Query()], phrase: Annotated[str, Query()]
) -> PhraseDefault | None:
    """Let the model's own threshold hold for a phrase again. Answers what was set before."""
    return bench.quality.restore(caller, model, phrase, None)


def _asked(request: Request, *names: str) -> tuple[FeedbackFilter, float, list[str]]:
    """The filters, the wanted precision, and `names`, each of which must be given once."""
    given = {name: request.query_params.getlist(name) for name in request.query_params}
    precision = given.pop("precision", [str(WANTED_PRECISION)])
    values = [given.pop(name, []) for name in names]
    for name, said in zip(("precision", *names), (precision, *values), strict=True):
        if len(said) != 1:
            raise Invalid(f"Give “{name}” once.", facts={"field": name})
    return from_query(given), _number(precision[0]), [said[0] for said in values]


def _number(said: str) -> float:
    try:
        return float(said)
    except ValueError as error:
        raise Invalid("“precision” is not a number.", facts={"field": "precision"}) from error
