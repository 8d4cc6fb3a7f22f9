"""Answers that flow, for as long as whoever asked for them may have them."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Protocol

import anyio
from anyio.to_thread import run_sync
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from api.record import record_of
from core.errors import NotSignedIn, Unavailable
from core.permissions import Actor
from core.workbench import Workbench

_LOOK_EVERY_S = 2.0


class Chunks(Protocol):
    """Bytes made by a thread; `close` ends them at once, from any thread."""

    def __next__(self) -> bytes: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Watch:
    """Looks now and then whether a caller is still signed in, or their key good, as they were."""

    bench: Workbench
    caller: Actor

    async def until_changed(self) -> Actor | None:
        """Return once that has ended (None), or the role is another one (who they are now).

        A database that is away says nothing of either.
        """
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            try:
                found = await run_sync(self.bench.accounts.actor_again, self.caller)
            except Unavailable:
                continue
            if found is None or found.role is not self.caller.role:
                return found


class Flow(StreamingResponse):
    """A streamed answer that closes its source when it is over, also where the client leaves.

    It ends soon after its caller is signed out. A file is broken off then, never ended in peace;
    where there is a `last_word`, that is sent, and a role that changed ends the answer without it:
    who takes it up again is asked anew who they are.
    """

    def __init__(
        self,
        source: AsyncGenerator[bytes, None],
        watch: Watch,
        media_type: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._source = source
        self._watch = watch
        super().__init__(source, media_type=media_type, headers=headers)

    def last_word(self, actor: Actor | None) -> bytes | None:
        """What ends the answer for somebody who changed; None breaks it off."""
        return None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        changed = asyncio.ensure_future(self._watch.until_changed())
        try:
            with anyio.CancelScope() as sending:
                changed.add_done_callback(lambda _: sending.cancel())
                await super().__call__(scope, receive, send)
            if sending.cancelled_caught:
                await self._end(changed.result(), scope, send)
        finally:
            changed.cancel()
            with anyio.CancelScope(shield=True):
                await self._source.aclose()

    async def _end(self, actor: Actor | None, scope: Scope, send: Send) -> None:
        record_of(scope).error_code = NotSignedIn.code
        word = self.last_word(actor)
        if word is not None:
            await send({"type": "http.response.body", "body": word, "more_body": False})


async def from_thread(first: bytes, rest: Chunks) -> AsyncGenerator[bytes, None]:
    """`first`, then what `rest` gives; `rest` is closed at the end, whichever way it comes."""
    try:
        chunk = first
        while chunk:
            yield chunk
            chunk = await run_sync(_next, rest, abandon_on_cancel=True)
    finally:
        with anyio.CancelScope(shield=True):
            await run_sync(rest.close)


def _next(chunks: Chunks) -> bytes:
    try:
        return next(chunks)
    except StopIteration:
        return b""
