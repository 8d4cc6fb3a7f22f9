"""The socket of a run, over a real line: streamed, stopped, taken up again, refused."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect
from websockets.exceptions import ConnectionClosedError, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from api import conversation
from core.permissions import Role, Scope
from core.workbench import Workbench
from tests.api.conftest import People
from tests.api.test_served import address, slow
from tests.api.test_served_signed_out import cookie_of

__all__ = ["address"]
PATH = "/api/v1/generate/ws"


@pytest.fixture
def opened(address: str, people: People) -> Callable[..., ClientConnection]:
    """Opens sockets with one key."""
    key = people.key("ana")

    def open_(headers: dict[str, str] | None = None) -> ClientConnection:
        return opened_at(address, headers or {"Authorization": f"Bearer {key}"})

    return open_


def opened_at(address: str, headers: dict[str, str]) -> ClientConnection:
    url = address.replace("http", "ws") + PATH
    return connect(url, additional_headers=headers, proxy=None)


def asked(**fields: Any) -> str:
    told = slow(**fields)
    del told["stream"]
    return json.dumps(told)


def events(socket: ClientConnection) -> Iterator[dict[str, Any]]:
    """Until the server closes."""
    with suppress(ConnectionClosedError):  # which says that the code is not 1000
        for message in socket:
            yield json.loads(message)


def text_of(tokens: list[dict[str, Any]]) -> str:
    return "".join(token["data"]["text"] for token in tokens)


def test_tokens_arrive_while_the_text_is_written(opened: Callable[..., ClientConnection]) -> None:
    with opened() as socket:
        assert socket.response is not None
        assert socket.response.headers["X-Request-ID"]
        socket.send(asked(max_new_tokens=25))
        came = [(event, time.monotonic()) for event in events(socket)]
        assert socket.close_code == 1000
    (run, _), *tokens, (done, at_the_end) = came
    assert run["event"] == "run"
    assert [event["id"] for event, _ in tokens] == list(range(25))
    assert {event["event"] for event, _ in tokens} == {"token"}
    assert at_the_end - tokens[0][1] > 0.3
    assert done["data"]["run_id"] == run["data"]["run_id"]
    assert done["data"]["outputs"][0]["text"] == text_of([event for event, _ in tokens])


def test_stop_keeps_what_there_is(opened: Callable[..., ClientConnection]) -> None:
    with opened() as socket:
        socket.send(asked(max_new_tokens=1000))
        coming = events(socket)
        assert [next(coming)["event"], next(coming)["event"]] == ["run", "token"]
        began = time.monotonic()
        socket.send('{"type": "stop"}')
        *tokens, done = coming
        assert socket.close_code == 1000
    assert time.monotonic() - began < 2
    assert done["event"] == "done"
    assert done["data"]["status"] == "stopped"
    assert done["data"]["outputs"][0]["finish_reason"] == "cancelled"
    assert 0 < done["data"]["usage"]["completion_tokens"] == len(tokens) + 1


def test_a_run_goes_on_unwatched_and_is_taken_up_again(
    opened: Callable[..., ClientConnection],
) -> None:
    with opened() as socket:
        socket.send(asked(max_new_tokens=40))
        coming = events(socket)
        run_id = next(coming)["data"]["run_id"]
        seen = [next(coming) for _ in range(5)]
    with opened() as socket:
        socket.send(json.dumps({"run_id": run_id, "last_event_id": seen[-1]["id"]}))
        run, *rest, done = events(socket)
    assert run["data"]["run_id"] == run_id
    assert [token["id"] for token in [*seen, *rest]] == list(range(40))
    assert done["data"]["outputs"][0]["text"] == text_of([*seen, *rest])
    with opened() as socket:
        socket.send(json.dumps({"run_id": run_id}))
        assert len(list(events(socket))) == 42


def refused(socket: ClientConnection) -> tuple[str, str, int | None]:
    """Code and message of the error that a socket ends with, and the code of its close."""
    *_, last = events(socket)
    assert last["event"] == "error"
    error = last["data"]["error"]
    assert set(error) == {"code", "message", "request_id"}
    assert socket.response is not None
    assert error["request_id"] == socket.response.headers["X-Request-ID"]
    return error["code"], error["message"], socket.close_code


@pytest.mark.parametrize(
    ("message", "code", "closed", "said"),
    [
        ("{", "malformed", 1008, "not JSON"),
        ("[" * 100_000, "malformed", 1008, "not JSON"),
        ("[]", "malformed", 1008, "object"),
        (b"{}", "unsupported_media_type", 1003, "binary"),
        (asked(unknown=1), "invalid", 1008, "unknown field “unknown”"),
        (asked(temperature=9), "invalid", 1008, "temperature"),
        (asked(prompt="\ud800"), "invalid", 1008, "prompt"),
        (json.dumps({"prompt": "a", "stream": False}), "invalid", 1008, "stream"),
        ("{}", "invalid", 1008, "exactly one"),
        ('{"type": "stop"}', "invalid", 1008, "type"),
        (asked(model="nobody"), "not_found", 1008, "nobody"),
        ('{"run_id": "x"}', "invalid", 1008, "run_id"),
        ('{"run_id": "01a1fbc9-9c82-71c7-b313-43958faaf6be"}', "not_found", 1008, ""),
        (" " * 400_000, "too_large", 1009, "bytes"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_a_first_message_that_is_none_is_refused_with_the_reason(
    opened: Callable[..., ClientConnection], message: str | bytes, code: str, closed: int, said: str
) -> None:
    with opened() as socket:
        socket.send(message)
        told, why, close_code = refused(socket)
    assert (told, close_code) == (code, closed)
    assert said in why


def test_silence_ends_the_socket(
    opened: Callable[..., ClientConnection], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation, "FIRST_WITHIN_S", 0.1)
    with opened() as socket:
        code, _, closed = refused(socket)
    assert (code, closed) == ("malformed", 1008)


def test_a_second_start_ends_the_socket_and_not_the_run(
    opened: Callable[..., ClientConnection],
) -> None:
    with opened() as socket:
        socket.send(asked(max_new_tokens=30))
        run_id = json.loads(socket.recv())["data"]["run_id"]
        socket.send(asked(max_new_tokens=30))
        code, _, closed = refused(socket)
    assert (code, closed) == ("conflict", 1008)
    with opened() as socket:
        socket.send(json.dumps({"run_id": run_id}))
        *_, done = events(socket)
    assert done["data"]["usage"]["completion_tokens"] == 30


def test_a_revoked_key_ends_the_socket(
    opened: Callable[..., ClientConnection], bench: Workbench
) -> None:
    with opened() as socket:
        socket.send(asked(max_new_tokens=1000))
        assert json.loads(socket.recv())["event"] == "run"
        system = bench.accounts.system_actor()
        bench.accounts.revoke_key(system, bench.accounts.all_keys(system)[0].id)
        code, _, closed = refused(socket)
    assert (code, closed) == ("not_signed_in", 1008)


def test_a_limit_is_told_as_one_that_passes(address: str, people: People) -> None:
    guest = {"Authorization": f"Bearer {people.key('gus', Role.GUEST)}"}
    with opened_at(address, guest) as first, opened_at(address, guest) as second:
        first.send(asked(max_new_tokens=1000))
        assert [json.loads(first.recv())["event"] for _ in range(2)] == ["run", "token"]
        second.send(asked())
        code, _, closed = refused(second)
        first.send('{"type": "stop"}')
        assert list(events(first))[-1]["event"] == "done"
    assert (code, closed) == ("limit_reached", 1013)


def test_a_stopping_server_ends_the_run_and_the_socket(
    opened: Callable[..., ClientConnection], bench: Workbench
) -> None:
    with opened() as socket:
        socket.send(asked(max_new_tokens=1000))
        coming = events(socket)
        assert [next(coming)["event"], next(coming)["event"]] == ["run", "token"]
        bench.generation.close()
        *_, done = coming
    assert done["data"]["status"] == "stopped"
    with opened() as socket:
        socket.send(asked())
        code, _, closed = refused(socket)
    assert (code, closed) == ("unavailable", 1013)


def test_a_bug_is_told_without_its_trace(
    opened: Callable[..., ClientConnection], bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench.generation, "follow", lambda *_: 1 / 0)
    with opened() as socket:
        socket.send(asked(max_new_tokens=1))
        code, message, closed = refused(socket)
    assert (code, closed) == ("internal", 1011)
    assert "division" not in message


@pytest.mark.parametrize("headers", [{"X-Key": "none"}, {"Authorization": "Bearer wrong"}])
def test_strangers_get_an_answer_instead_of_a_socket(
    opened: Callable[..., ClientConnection], headers: dict[str, str]
) -> None:
    with pytest.raises(InvalidStatus) as denied, opened(headers):
        pass
    answer = denied.value.response
    assert answer.status_code == 401
    error = json.loads(answer.body or b"")["error"]
    assert error["code"] == "not_signed_in"
    assert error["request_id"] == answer.headers["X-Request-ID"]


@pytest.mark.parametrize("origin", ["http://evil.example", "null", None])
def test_a_cookie_alone_opens_no_socket_for_another_sites_page(
    browser: TestClient, origin: str | None
) -> None:
    headers = {"Origin": origin} if origin else {}
    with (
        pytest.raises(WebSocketDenialResponse) as denied,
        browser.websocket_connect(PATH, headers=headers),
    ):
        pass
    assert denied.value.status_code == 403
    assert denied.value.json()["error"]["code"] == "not_allowed"


def test_our_own_page_opens_one_with_the_cookie(
    address: str, bench: Workbench, people: People
) -> None:
    people.add("bob")
    headers = {"Cookie": f"glimpse_session={cookie_of(bench, 'bob')}", "Origin": address}
    with opened_at(address, headers) as socket:
        socket.send(asked(max_new_tokens=2))
        assert [event["event"] for event in events(socket)] == ["run", "token", "token", "done"]


def test_a_key_without_the_scope_begins_nothing(as_user: Callable[..., TestClient]) -> None:
    key = as_user("eva", Role.ANALYST, {Scope.DETECT})
    with key.websocket_connect(PATH) as socket:
        socket.send_text(asked())
        assert socket.receive_json()["data"]["error"]["code"] == "not_allowed"
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
    assert closed.value.code == 1008
