"""How the running program stands, its models, and the notice above every page."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AfterValidator, Field

from api.answers import ModelOut
from api.deps import SECURED, Bench, Caller
from api.openapi.refusals import also
from api.schemas import Moment, Request, Text
from api.system_answers import NoticesOut, SystemOut, WarmedOut
from core.errors import Invalid, NotFound
from core.runs.types import Task
from core.workbench import Workbench

router = APIRouter(prefix="/api/v1", tags=["system"])


class Kind(StrEnum):
    DETECTOR = "detector"
    GENERATOR = "generator"


_TASKS = {Kind.DETECTOR: Task.DETECTION, Kind.GENERATOR: Task.GENERATION}
AKind = Annotated[
    Kind | None, Query(description="which, where a detector and a generator have the same id")
]


def _with_zone(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a time needs its zone; write it as 2026-01-31T12:00:00Z")
    return moment


class NoticeIn(Request):
    text: Text = Field(description="one sentence, at most 300 characters")
    until: Annotated[Moment, AfterValidator(_with_zone)] | None = Field(
        None, description="with a zone; null: until it is taken away"
    )


@router.get("/system", dependencies=SECURED)
def system(bench: Bench, caller: Caller) -> SystemOut:
    """Models, queues, texts being written, caches, jobs, the database, the last problems."""
    return SystemOut.of(bench.system.status(caller), bench.system.about(caller))


@router.delete("/system/texts/{run_id}", status_code=204, dependencies=SECURED)
def stop_text(bench: Bench, caller: Caller, run_id: UUID) -> None:
    """Stop a text that is being written, whoever asked for it; what was written is kept."""
    bench.system.stop_text(caller, run_id)


@router.delete("/system/features", status_code=204, dependencies=SECURED)
def clear_features(bench: Bench, caller: Caller) -> None:
    """Forget the features of pictures that the detectors keep."""
    bench.system.clear_features(caller)


@router.post("/models/{model_id}/load", status_code=202, dependencies=SECURED, responses=also(409))
def load(bench: Bench, caller: Caller, model_id: str, kind: AKind = None) -> ModelOut:
    """Begin to load a model of this process; `GET /api/v1/models` tells how it goes on."""
    task = _task(bench, model_id, kind)
    bench.system.load(caller, task, model_id)
    return ModelOut.of(bench.models.info(task, model_id))


@router.post(
    "/models/{model_id}/unload", status_code=202, dependencies=SECURED, responses=also(409)
)
def unload(bench: Bench, caller: Caller, model_id: str, kind: AKind = None) -> ModelOut:
    """Take a model of this process out of use until it is loaded again.

    New requests are answered with 503; what it has begun, or has let wait, ends first.
    """
    task = _task(bench, model_id, kind)
    bench.system.unload(caller, task, model_id)
    return ModelOut.of(bench.models.info(task, model_id))


@router.post("/models/{model_id}/warm", dependencies=SECURED, responses=also(409, 429))
def warm(bench: Bench, caller: Caller, model_id: str, kind: AKind = None) -> WarmedOut:
    """Let a model answer the smallest request, loading it if need be."""
    seconds = bench.system.warm_up(caller, _task(bench, model_id, kind), model_id)
    return WarmedOut(ms=round(seconds * 1000, 1))


@router.get("/notice", responses=also(503))
def notice(bench: Bench) -> NoticesOut:
    """What everybody is told at the moment, signed in or not."""
    return NoticesOut.of(bench.notices.current())


@router.put("/notice", dependencies=SECURED)
def put_notice(bench: Bench, caller: Caller, asked: NoticeIn) -> NoticesOut:
    """Tell everybody one sentence, above every page, in the place of any other."""
    return NoticesOut.of(bench.notices.put(caller, asked.text, asked.until))


@router.delete("/notice", dependencies=SECURED)
def clear_notice(bench: Bench, caller: Caller) -> NoticesOut:
    """Tell nothing any more; answered with what was told until now."""
    return NoticesOut.of(bench.notices.clear(caller))


def _task(bench: Workbench, model_id: str, kind: Kind | None) -> Task:
    """What the model is for; the service says who may know which there are."""
    if kind is not None:
        return _TASKS[kind]
    found = [info.task for info in bench.models.infos() if info.id == model_id]
    if len(found) > 1:
        raise Invalid(
            "A detector and a generator have this id; add ?kind=detector or ?kind=generator.",
            facts={"field": "kind", "allowed": list(Kind)},
        )
    if not found:
        raise NotFound(f"There is no model “{model_id[:60]}”; GET /api/v1/models lists them.")
    return found[0]
