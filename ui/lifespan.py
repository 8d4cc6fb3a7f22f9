"""Start-up and stop of the process: open the workbench, load the models, say the address."""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pkgutil import iter_modules

import streamlit as st
import uvicorn

from core.config import load_settings
from core.errors import ConfigurationError, Unavailable
from core.gauges import Gauges
from core.gpus import Gpus
from core.inference.memory import freeze
from core.logs import configure, take_over_stderr
from core.workbench import Workbench
from ui import components
from ui.resources import say, workbench
from ui.server import keep_connections, running_server, send_at_once
from ui.single_sign_on import provider_secrets
from ui.stopping import before_stopping

_PATIENCE_S = 2
_LATE = ("pandas", "ui.auth")
"""What Streamlit, and the script behind every page, import when a page first needs it."""
_OF_NO_PAGE = "streamlit.runtime.scriptrunner_utils.script_run_context"
"""Warns of each module that calls Streamlit while it is imported before there is a page."""
_OF_SIGN_ON = "authlib.integrations.starlette_client"
"""What Streamlit imports at the first sign-in by an identity provider."""


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Ready to answer once entered; the default models go on loading meanwhile."""
    try:
        settings = load_settings()
        configure(settings.log_level)
        take_over_stderr()
        provider_secrets(settings)
        bench = await asyncio.to_thread(workbench)
    except ConfigurationError as error:
        sys.stderr.write(f"Glimpse cannot start. {error.message}\n")
        logging.disable()  # the server would log where in the program that was found out
        raise
    server = running_server()
    before_stopping(bench.stop_work, bench.drain)
    gauges = Gauges(bench.queue, settings.data_dir, Gpus())
    gauges.show()
    announcement = asyncio.create_task(_announce(bench, server))
    yield
    announcement.cancel()
    gauges.close()
    await asyncio.to_thread(bench.close)


async def _announce(bench: Workbench, server: uvicorn.Server | None) -> None:
    """Print the address, as the last line, once the models are loaded and the port answers."""
    if server is not None:
        keep_connections(server)
        await send_at_once(server)
    say("Loading the models …")
    await asyncio.to_thread(_load, bench)
    await _prepared(bench)
    host = st.get_option("server.address") or "127.0.0.1"
    port = st.get_option("server.port")
    while not await _accepts(host, port):
        await asyncio.sleep(0.05)
    say(f"Glimpse is at {bench.settings.public_url or f'http://{host}:{port}'}")


async def _prepared(bench: Workbench) -> None:
    """Return once the database has been prepared; one that is away, or no use, is waited for."""
    told = ""
    while True:
        try:
            return await asyncio.to_thread(bench.prepare)
        except Unavailable:
            pass
        except ConfigurationError as error:
            if error.message != told:
                say(told := error.message)
        await asyncio.sleep(_PATIENCE_S)


def _load(bench: Workbench) -> None:
    """Load, then freeze what the garbage collector has seen.

    With torch and transformers in it a full collection cost 184 ms, and 3.5 ms once they were
    frozen; what pages import later would cost 30 ms again.
    """
    bench.models.load_all()
    logging.getLogger(_OF_NO_PAGE).setLevel(logging.ERROR)
    for name in (
        *_LATE,
        *((_OF_SIGN_ON,) if bench.settings.single_sign_on else ()),
        *(f"ui.components.{found.name}" for found in iter_modules(components.__path__)),
    ):
        import_module(name)
    freeze()


async def _accepts(host: str, port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True
