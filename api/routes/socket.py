"""Writing text over a WebSocket."""

from fastapi import APIRouter, WebSocket
from starlette.concurrency import run_in_threadpool

from api.conversation import Conversation
from api.deps import actor_of, bench_of
from api.errors import answer_to
from api.record import record_of
from core.errors import GlimpseError
from core.permissions import Actor
from core.workbench import Workbench

router = APIRouter()
PATH = "/api/v1/generate/ws"


@router.websocket(PATH)
async def generate(socket: WebSocket) -> None:
    """Whoever is refused gets an answer instead of a socket, as from any other call."""
    try:
        bench, caller = await run_in_threadpool(_let_in, socket)
    except GlimpseError as error:
        record_of(socket.scope).error_code = error.code
        await socket.send_denial_response(answer_to(error))
        return
    await socket.accept()
    await Conversation(socket, bench, caller).hold()


def _let_in(socket: WebSocket) -> tuple[Workbench, Actor]:
    bench = bench_of(socket)
    return bench, actor_of(socket, bench)
