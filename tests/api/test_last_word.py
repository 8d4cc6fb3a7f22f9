"""What is said where Streamlit's own routes refuse or break: one sentence and a reference."""

import io
import json

import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from api.last_word import LastWord, refused
from core.trace import current_trace_id
from tests.api.conftest import error_of

CANARY = "canary-5e1f"


async def _broken(_request: Request) -> Response:
    raise ValueError(CANARY)


async def _refusing(request: Request) -> Response:
    raise HTTPException(request.path_params["status"], CANARY)


async def _socket(socket: WebSocket) -> None:
    await socket.accept()
    raise ValueError(CANARY)


async def _closed(socket: WebSocket) -> None:
    await socket.accept()
    await socket.close(1003)
    raise ValueError(CANARY)


async def _tells(_request: Request) -> Response:
    return PlainTextResponse(current_trace_id())


@pytest.fixture
def streamlit() -> TestClient:
    """Built as the front door is: the last word outside, its words for refusals inside."""
    routes = [
        Route("/broken", _broken),
        Route("/refusing/{status:int}", _refusing),
        Route("/tells", _tells),
        WebSocketRoute("/socket", _socket),
        WebSocketRoute("/closed", _closed),
    ]
    app = Starlette(
        routes=routes,
        middleware=[Middleware(LastWord)],
        exception_handlers={HTTPException: refused},
    )
    return TestClient(app)


def errors_in(logged: io.StringIO) -> list[dict[str, str]]:
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    return [line for line in lines if line["event"] == "unexpected_error"]


def test_what_breaks_is_a_sentence_whose_reference_is_in_the_log(
    streamlit: TestClient, logged: io.StringIO
) -> None:
    answer = streamlit.get("/broken")
    assert answer.status_code == 500
    (line,) = errors_in(logged)
    assert line["trace_id"] == error_of(answer)["request_id"]
    assert CANARY not in answer.text + logged.getvalue()
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, "malformed"), (403, "not_allowed"), (404, "not_found"), (416, "malformed")],
)
def test_what_streamlit_refuses_is_said_in_our_words(
    streamlit: TestClient, status: int, code: str
) -> None:
    assert error_of(streamlit.get(f"/refusing/{status}"))["code"] == code


@pytest.mark.parametrize(
    "path", ["/a/%2e%2e/b", "/a/..%5Cb", "/%2e%2e", "/C:/b", "/a%00b", "/%5C%5Chost"]
)
def test_a_path_that_streamlit_would_refuse_in_bare_words_is_told_of(
    streamlit: TestClient, path: str
) -> None:
    answer = streamlit.get(path)
    assert answer.status_code == 400
    assert error_of(answer)["request_id"] == answer.headers["X-Request-ID"]


def test_every_answer_tells_the_trace_id_it_was_made_under(streamlit: TestClient) -> None:
    first, second = streamlit.get("/tells"), streamlit.get("/tells")
    assert first.text == first.headers["X-Request-ID"]
    assert first.text != second.text


@pytest.mark.parametrize(("path", "code"), [("/socket", 1011), ("/closed", 1003)])
def test_a_socket_that_breaks_is_closed_and_logged(
    streamlit: TestClient, logged: io.StringIO, path: str, code: int
) -> None:
    with streamlit.websocket_connect(path) as socket, pytest.raises(WebSocketDisconnect) as closed:
        socket.receive_text()
    assert closed.value.code == code
    assert len(errors_in(logged)) == 1
