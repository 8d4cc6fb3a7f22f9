"""Answers of other servers that would fill the memory are broken off."""

from collections.abc import AsyncIterator, Awaitable, Callable

import httpx2


class TooMuch(httpx2.ReadError):
    """The answer has more bytes than any true one."""


def bounded(most: int) -> Callable[[httpx2.Response], Awaitable[None]]:
    """For a client's hooks on responses: at most `most` bytes of each are read."""

    async def bound(response: httpx2.Response) -> None:
        if isinstance(response.stream, httpx2.AsyncByteStream):
            response.stream = _Bounded(response.stream, most)

    return bound


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, inner: httpx2.AsyncByteStream, most: int) -> None:
        self._inner, self._most = inner, most

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = self._most
        async for piece in self._inner:
            left -= len(piece)
            if left < 0:
                raise TooMuch(f"more than {self._most:,} bytes")
            yield piece

    async def aclose(self) -> None:
        await self._inner.aclose()
