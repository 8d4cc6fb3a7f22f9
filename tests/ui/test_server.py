"""What the server is told once it listens."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from ui.server import keep_connections, running_server, send_at_once


def test_connections_do_not_wait_for_acknowledgements() -> None:
    """The listener as Streamlit makes it, which asyncio does not take for one of TCP."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        server = running_server()
        assert server is not None
        telling = asyncio.create_task(send_at_once(server))
        yield
        await telling

    routes = [Route("/", lambda _request: PlainTextResponse("here"))]
    config = uvicorn.Config(Starlette(routes=routes, lifespan=lifespan), log_config=None)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert asyncio.run(asyncio.wait_for(_delaying(server, listener), 20)) == (0, 1)
    assert running_server() is None


def test_a_proxy_hangs_up_before_the_server_does() -> None:
    server = uvicorn.Server(uvicorn.Config(Starlette(), log_config=None))
    keep_connections(server)
    assert server.config.timeout_keep_alive > 120


async def _delaying(server: uvicorn.Server, listener: socket.socket) -> tuple[int, int]:
    """The option TCP_NODELAY of the listener before, and of a connection it accepted."""
    before = listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    serving = asyncio.create_task(server.serve([listener]))
    while not listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY):
        await asyncio.wait([serving], timeout=0.02)
        assert not serving.done()
    reader, writer = await asyncio.open_connection(*listener.getsockname())
    with closing(writer):
        writer.write(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        assert await reader.read(100)
        (connection,) = server.server_state.connections
        accepted = connection.transport.get_extra_info("socket")
        after: int = accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    server.should_exit = True
    await serving
    return before, after
