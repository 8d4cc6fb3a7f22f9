"""Writing text for programs that speak OpenAI's format already."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from api.deps import SECURED, Bench, Caller
from api.flow import Watch
from api.openai_answers import ChatCompletionOut, CompletionOut, OpenAIModelOut, OpenAIModelsOut
from api.openai_forms import ChatForm, CompletionForm, Form
from api.openai_schemas import ChatIn, CompletionIn, OpenAIIn
from api.openai_stream import OpenAIStream, ended
from api.openapi.refusals import also
from core import clock
from core.errors import Invalid, NotFound, NotSignedIn
from core.generation.types import GenerationRun
from core.inference.types import ModelState
from core.permissions import Actor
from core.runs.types import Task
from core.workbench import Workbench

router = APIRouter(prefix="/v1", tags=["OpenAI's format"], dependencies=SECURED)
_STREAMED: dict[int | str, dict[str, Any]] = also(404, 429) | {
    200: {"content": {"text/event-stream": {}}}
}
_OFFERED_SINCE = int(clock.now().timestamp())


@router.post("/chat/completions", response_model=ChatCompletionOut, responses=_STREAMED)
async def chat_completion(
    request: Request, bench: Bench, caller: Caller, asked: ChatIn
) -> Response:
    """Answer a conversation, in OpenAI's format.

    Messages go through the model's chat template; a model without one reads their contents, parted
    by blank lines. `id` holds the id of the run, as does the header `X-Run-ID`. A client that
    leaves before the end stops the run. Other fields of OpenAI's are refused by name, unless they
    hold what changes nothing.
    """
    return await _answered(request, bench, caller, asked, ChatForm)


@router.post("/completions", response_model=CompletionOut, responses=_STREAMED)
async def completion(
    request: Request, bench: Bench, caller: Caller, asked: CompletionIn
) -> Response:
    """Write on from a prompt, in OpenAI's older format; else as `/v1/chat/completions`."""
    return await _answered(request, bench, caller, asked, CompletionForm)


@router.get("/models")
def list_models(bench: Bench, caller: Caller) -> OpenAIModelsOut:
    """The text models that can be used, in OpenAI's format; the first is the default."""
    return OpenAIModelsOut(data=_offered(bench))


@router.get("/models/{model}")
def model(model: str, bench: Bench, caller: Caller) -> OpenAIModelOut:
    """One text model that can be used, in OpenAI's format."""
    found = next((each for each in _offered(bench) if each.id == model), None)
    if found is None:
        known = ", ".join(each.id for each in _offered(bench)) or "none"
        raise NotFound(f"There is no text model “{model[:64]}” to use; there are: {known}.")
    return found


def _offered(bench: Workbench) -> list[OpenAIModelOut]:
    return [
        OpenAIModelOut.of(info, _OFFERED_SINCE)
        for info in bench.models.infos()
        if info.task is Task.GENERATION and info.state is not ModelState.UNAVAILABLE
    ]


async def _answered(
    request: Request, bench: Workbench, caller: Actor, asked: OpenAIIn, form_of: type[Form]
) -> Response:
    run = await run_in_threadpool(_start, bench, caller, asked)
    live = await run_in_threadpool(bench.generation.follow, caller, run.id)
    form = form_of(run, asked.alternatives, asked.include_usage)
    watch, headers = Watch(bench, caller), {"X-Run-ID": str(run.id)}
    if asked.stream:
        return OpenAIStream(live, form, watch, headers)
    run, told = await ended(live, request, watch)
    if await run_in_threadpool(bench.accounts.actor_again, caller) is None:
        raise NotSignedIn("Your sign-in or your API key has ended meanwhile; sign in again.")
    return JSONResponse(form.whole(run, told).model_dump(mode="json"), headers=headers)


def _start(bench: Workbench, caller: Actor, asked: OpenAIIn) -> GenerationRun:
    """Begin the run; what is wrong with a field is said by the name it was sent under."""
    try:
        return bench.generation.start(caller, asked.written, asked.params, asked.model)
    except Invalid as error:
        ours = str(error.facts.get("field"))
        sent = asked.sent_as.get(ours)
        if sent is None:
            raise
        raise Invalid(error.message.replace(ours, sent), facts=error.facts) from error
