"""One socket and its run: begun or taken up again by the first message, stopped by another.

Whoever leaves, the run goes on.
"""

import asyncio
from contextlib import aclosing, suppress
from typing import NoReturn
from uuid import UUID

import anyio
import structlog
from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocket, WebSocketDisconnect

from api.errors import UnsupportedMediaType, bug
from api.flow import Watch
from api.limits import body_limit
from api.record import record_of
from api.routes.generate import begin
from api.socket_messages import Message, ResumeIn, request_in, require_stop, written
from api.told import LOOK_S, Told, error_told, told
from core.errors import (
    GlimpseError,
    LimitReached,
    Malformed,
    NotAllowed,
    NotSignedIn,
    TooLarge,
    Unavailable,
)
from core.generation.stream import LiveStream
from core.permissions import Actor
from core.workbench import Workbench

log = structlog.get_logger()

FIRST_WITHIN_S = 10.0
_QUIET_S = 15.0
_ENDED, _REFUSED, _INTERNAL, _LATER = 1000, 1008, 1011, 1013
_CLOSE_CODES = {UnsupportedMediaType: 1003, TooLarge: 1009, LimitReached: _LATER}
"""Of errors that a client can tell apart by the code of its close; see RFC 6455, 7.4.1."""


class Conversation:
    """With a client that was let in; `hold` returns once it is over, and the socket closed."""

    def __init__(self, socket: WebSocket, bench: Workbench, caller: Actor) -> None:
        self._socket = socket
        self._bench = bench
        self._caller = caller
        self._limit = body_limit(bench.settings)

    async def hold(self) -> None:
        with suppress(WebSocketDisconnect):
            try:
                live, after = await self._begun()
                await self._say(Told("run", f'{{"run_id": "{live.run.id}"}}'))
                await self._follow(live, after)
            except GlimpseError as error:
                await self._end(error, _CLOSE_CODES.get(type(error), _REFUSED))
            except WebSocketDisconnect:
                raise
            except Exception:
                log.exception("unexpected_error")
                await self._end(bug(), _INTERNAL)

    async def _begun(self) -> tuple[LiveStream, int]:
        """The run that the first message asks for, and after which event to go on."""
        try:
            message = await asyncio.wait_for(self._heard(), FIRST_WITHIN_S)
        except TimeoutError as error:
            raise Malformed(
                f"Nothing was sent for {FIRST_WITHIN_S:.0f} seconds; send the request at once."
            ) from error
        asked = await run_in_threadpool(request_in, message, self._limit)
        bench, caller = self._bench, self._caller
        if isinstance(asked, ResumeIn):
            live = await run_in_threadpool(bench.generation.follow, caller, asked.run_id)
            return live, asked.last_event_id
        run = await run_in_threadpool(begin, bench, caller, asked)
        return await run_in_threadpool(bench.generation.follow, caller, run.id), -1

    async def _follow(self, live: LiveStream, after: int) -> None:
        """Tell and listen, until the run's last event or whatever ends this before."""
        parts = [
            asyncio.ensure_future(part)
            for part in (self._tell(live, after), self._listen(live.run.id), self._watch())
        ]
        try:
            ended, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            for part in ended:
                part.result()
        finally:
            for part in parts:
                part.cancel()
            with anyio.CancelScope(shield=True):
                await asyncio.gather(*parts, return_exceptions=True)

    async def _tell(self, live: LiveStream, after: int) -> None:
        last = None
        async with aclosing(told(live.events(after, LOOK_S), live.position, _QUIET_S)) as events:
            async for event in events:
                if event is not None:  # the server's own pings fill a silence
                    await self._say(event)
                    last = event
        failed = last is not None and last.event == "error"
        await self._socket.close(_LATER if failed else _ENDED)

    async def _listen(self, run_id: UUID) -> NoReturn:
        while True:
            require_stop(await self._heard(), self._limit)
            await run_in_threadpool(self._bench.generation.cancel, self._caller, run_id)

    async def _watch(self) -> NoReturn:
        changed = await Watch(self._bench, self._caller).until_changed()
        if changed is None:
            raise NotSignedIn("Your sign-in or your API key has ended; sign in again.")
        raise NotAllowed("Your role has changed; connect again to go on.")

    async def _heard(self) -> Message:
        message = dict(await self._socket.receive())
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        return message

    async def _say(self, event: Told) -> None:
        await self._socket.send_text(written(event))

    async def _end(self, error: GlimpseError, code: int) -> None:
        record_of(self._socket.scope).error_code = error.code
        await self._say(error_told(error.code, error.message))
        await self._socket.close(_LATER if isinstance(error, Unavailable) else code, error.code)
