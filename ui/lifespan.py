"""Start-up and stop of the process: open the workbench, load the models, say the address."""

import asyncio
import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
import structlog

from core.config import load_settings
from core.errors import Unavailable
from core.logs import configure
from core.workbench import Workbench
from ui.resources import workbench

log = structlog.get_logger()


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Ready to answer once entered; the default models go on loading meanwhile."""
    configure(load_settings().log_level)
    bench = await asyncio.to_thread(_open)
    announcement = asyncio.create_task(_announce(bench))
    yield
    announcement.cancel()
    await asyncio.to_thread(bench.close)


def _open() -> Workbench:
    bench = workbench()
    try:
        first_admin = bench.prepare()
    except Unavailable as error:
        log.warning("database_away_at_start", reason=error.message)
        return bench
    if first_admin is not None:
        _say(
            f"First start: sign in as “{first_admin.username}” "
            f"with the password  {first_admin.password}\n"
            "It is shown this once. Change it on the Account page."
        )
    return bench


async def _announce(bench: Workbench) -> None:
    """Print the address, as the last line, once the models are loaded and the port answers."""
    _say("Loading the models …")
    await asyncio.to_thread(_load, bench)
    host = st.get_option("server.address") or "127.0.0.1"
    port = st.get_option("server.port")
    while not await _accepts(host, port):
        await asyncio.sleep(0.05)
    _say(f"Glimpse is at {bench.settings.public_url or f'http://{host}:{port}'}")


def _load(bench: Workbench) -> None:
    """Load, then freeze the garbage collector: Streamlit runs a full collection after each rerun,

    which costs 184 ms with torch and transformers in it and 3.5 ms once they are frozen.
    """
    bench.models.load_all()
    gc.collect()
    gc.freeze()


async def _accepts(host: str, port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
