"""A run told in OpenAI's format, to one reader: whoever leaves before its end stops it.

By that protocol nobody can take a stream up again. What was written is kept with the run.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

import anyio
from anyio.to_thread import run_sync
from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope, Send

from api.errors import error_body
from api.flow import Flow, Watch
from api.openai_forms import Form
from api.streaming import HEARTBEAT, HEARTBEAT_S, UNBUFFERED
from api.told import failure
from core.errors import Conflict, GlimpseError, NotAllowed, NotSignedIn, Unavailable
from core.generation.stream import LiveStream
from core.generation.types import GenerationRun, TokenEvent
from core.runs.types import RunStatus


class OpenAIStream(Flow):
    """The chunks of a run; the last is `[DONE]`, or an error."""

    def __init__(
        self, live: LiveStream, form: Form, watch: Watch, headers: Mapping[str, str]
    ) -> None:
        self._live = live
        whole = {**UNBUFFERED, **headers}
        super().__init__(_chunks(live, form), watch, "text/event-stream", whole)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            await stop(self._live, self._watch)

    def last_word(self, actor: object | None) -> bytes | None:
        if actor is None:
            told = "Your sign-in or your API key has ended; sign in again."
            return _error(NotSignedIn.code, told)
        return _error(NotAllowed.code, "Your role has changed meanwhile; ask again.")


async def stop(live: LiveStream, watch: Watch) -> None:
    """Stop the run where it has not ended; what it has written is kept."""
    if live.since(0)[1] is None:
        with anyio.CancelScope(shield=True):
            await run_sync(watch.bench.generation.cancel, watch.caller, live.run.id)


async def ended(
    live: LiveStream, request: Request, watch: Watch
) -> tuple[GenerationRun, list[TokenEvent]]:
    """Wait for the end; the run and its tokens.

    Raises
    ------
    ClientDisconnect : whoever asked has left; the run is stopped.
    GlimpseError : it did not end by itself.
    """
    following = asyncio.ensure_future(_followed(live))
    leaving = asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait((following, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not following.done():
            raise ClientDisconnect
        run, told = following.result()
    finally:
        following.cancel()
        leaving.cancel()
        await stop(live, watch)
    if error := why_not_whole(run):
        raise error
    return run, told


def why_not_whole(run: GenerationRun) -> GlimpseError | None:
    """What is to be said of an ended run that did not end by itself."""
    if run.status is RunStatus.FAILED:
        return Unavailable(failure(run))
    if run.status is RunStatus.STOPPED:
        return Conflict(
            f"Somebody stopped the text before its end; run {run.id} keeps what was written."
        )
    return None


async def _followed(live: LiveStream) -> tuple[GenerationRun, list[TokenEvent]]:
    told, run = [], live.run
    async for event in live.events():
        if isinstance(event, GenerationRun):
            run = event
        elif event is not None:
            told.append(event[1])
    return run, told


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _chunks(live: LiveStream, form: Form) -> AsyncGenerator[bytes, None]:
    async with aclosing(live.events(silence_s=HEARTBEAT_S)) as events:
        async for event in events:
            if event is None:
                yield HEARTBEAT
            elif not isinstance(event, GenerationRun):
                for chunk in form.told(event[1]):
                    yield _data(chunk)
            elif error := why_not_whole(event):
                yield _error(error.code, error.message)
            else:
                for chunk in form.ended(event):
                    yield _data(chunk)
                yield b"data: [DONE]\n\n"


def _data(told: Mapping[str, Any]) -> bytes:
    return f"data: {json.dumps(told, ensure_ascii=False)}\n\n".encode()


def _error(code: str, message: str) -> bytes:
    return _data(error_body(code, message))
