"""The gate before Streamlit's own routes: who is let through, and what is never asked there."""

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from api.gate import StreamlitGate
from core.permissions import Role
from core.workbench import Workbench
from tests.api.conftest import METRICS_TOKEN, People, error_of

OURS = {"Origin": "http://testserver"}
FOREIGN = ("http://evil.example", "http://testserver:8000", "http://localhost:1", "null", None)
UPLOAD = "/_stcore/upload_file/a-session/a-file"


@pytest.fixture
def streamlit(bench: Workbench) -> TestClient:
    """Routes in the place of Streamlit's, which answer everybody."""

    async def stream(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text("hello")
        await socket.close()

    async def answer(_request: object) -> PlainTextResponse:
        return PlainTextResponse("served")

    inside = Starlette(
        routes=[
            WebSocketRoute("/_stcore/stream", stream),
            Route("/{path:path}", answer, methods=["GET", "PUT", "DELETE", "OPTIONS"]),
        ]
    )
    return TestClient(StreamlitGate(inside, lambda: bench))


@pytest.fixture
def signed_in(streamlit: TestClient, browser: TestClient) -> TestClient:
    streamlit.cookies = browser.cookies
    return streamlit


def headers(origin: str | None) -> dict[str, str]:
    return {} if origin is None else {"Origin": origin}


def test_pages_and_files_of_streamlit_are_for_everybody(streamlit: TestClient) -> None:
    for path in ("/", "/users", "/static/js/index.js", "/static/media/a.woff2", "/_stcore/health"):
        assert streamlit.get(path).text == "served"


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/base/_stcore/metrics"])
def test_streamlits_figures_are_for_those_of_metrics(
    streamlit: TestClient, people: People, path: str
) -> None:
    def asked(secret: str) -> int:
        return streamlit.get(path, headers={"Authorization": f"Bearer {secret}"}).status_code

    stranger = streamlit.get(path)
    assert stranger.status_code == 401
    assert error_of(stranger)["code"] == "not_signed_in"
    assert asked("wrong") == 401
    assert asked(people.key("ana")) == 403
    assert asked(people.key("root", Role.ADMIN)) == 200
    assert asked(METRICS_TOKEN) == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", UPLOAD), ("DELETE", UPLOAD), ("GET", "/media/a.png"), ("GET", "/b/media/a.png")],
)
def test_files_are_taken_from_and_given_to_who_is_signed_in(
    signed_in: TestClient, method: str, path: str
) -> None:
    assert signed_in.request(method, path, headers=OURS).text == "served"
    signed_in.cookies.clear()
    assert signed_in.request(method, path, headers=OURS).status_code == 401


@pytest.mark.parametrize("origin", FOREIGN)
def test_another_sites_page_cannot_send_a_file(signed_in: TestClient, origin: str | None) -> None:
    refused = signed_in.put(UPLOAD, headers=headers(origin))
    assert refused.status_code == 403
    assert error_of(refused)["code"] == "not_allowed"


@pytest.mark.parametrize("origin", FOREIGN)
def test_another_sites_page_gets_no_socket(signed_in: TestClient, origin: str | None) -> None:
    with (
        pytest.raises(WebSocketDisconnect) as refused,
        signed_in.websocket_connect("/_stcore/stream", headers=headers(origin)),
    ):
        pass
    assert refused.value.code == 1008


def test_our_own_pages_get_one(streamlit: TestClient) -> None:
    with streamlit.websocket_connect("/_stcore/stream", headers=OURS) as socket:
        assert socket.receive_text() == "hello"
