"""The server that carries this process, reached through its own handler of signals."""

import asyncio
import signal
import socket

import uvicorn

_KEEP_S = 150
"""Longer than proxies keep a connection that rests: Caddy two minutes, nginx one."""


def running_server() -> uvicorn.Server | None:
    """None where another program serves, or once somebody else handles the signals."""
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return server if isinstance(server, uvicorn.Server) else None


async def send_at_once(server: uvicorn.Server) -> None:
    """Let answers not wait until the client has acknowledged their head, which takes some 40 ms.

    asyncio spares connections that wait (Nagle's algorithm) where the listener was made for TCP
    by name; Streamlit's was not. What the listener is told, the connections it accepts take over.
    """
    while not server.started:
        await asyncio.sleep(0.01)
    for each in server.servers:
        for listener in each.sockets:
            if listener.family != socket.AF_UNIX:
                listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def keep_connections(server: uvicorn.Server) -> None:
    """Let the other side hang up first: a request on a connection just closed here would be lost.

    uvicorn closes after five seconds, which falls together with what programs ask regularly.
    """
    server.config.timeout_keep_alive = _KEEP_S
