"""The API as a server serves it: over a real socket, to clients that leave when they like."""

import json
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any

import httpx2
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from api.app import create_app
from core.permissions import Role
from core.workbench import Workbench
from tests.api.conftest import MAX_IMAGE_BYTES, People, error_of
from tests.api.sse import Event, events_of
from ui.routes import beside_pages


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """`app` behind uvicorn on a free port, in a thread of its own; gives the address."""
    config = uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            wait_until(lambda: server.started)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)


def wait_until(what: Callable[[], bool], limit_s: float = 15) -> None:
    end = time.monotonic() + limit_s
    while not what():
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.02)


@pytest.fixture
def address(bench: Workbench) -> Iterator[str]:
    """The API beside a page, as the product mounts it."""

    def page(_request: object) -> PlainTextResponse:
        return PlainTextResponse("a page")

    api = create_app(lambda: bench)
    app = Starlette(routes=[*beside_pages(api), Route("/{path:path}", page)])
    with served(app) as url:
        yield url


@pytest.fixture
def http(address: str, people: People) -> Iterator[httpx2.Client]:
    headers = {"Authorization": f"Bearer {people.key('ana')}"}
    with httpx2.Client(base_url=address, headers=headers, timeout=20) as client:
        yield client


def slow(**fields: Any) -> dict[str, Any]:
    """A request that is answered with 50 tokens a second."""
    return {"prompt": "Write", "model": "pace", "stream": True, **fields}


def test_tokens_arrive_while_the_text_is_written(http: httpx2.Client) -> None:
    arrivals = []
    with http.stream("POST", "/api/v1/generate", json=slow(max_new_tokens=25)) as answer:
        for event in events_of(answer.iter_lines()):
            arrivals.append((event.kind, time.monotonic()))
    assert [kind for kind, _ in arrivals] == ["token"] * 25 + ["done"]
    assert arrivals[-1][1] - arrivals[0][1] > 0.3


def test_a_run_goes_on_unwatched_and_its_stream_is_taken_up_again(http: httpx2.Client) -> None:
    seen: list[Event] = []
    with http.stream("POST", "/api/v1/generate", json=slow(max_new_tokens=40)) as answer:
        run_id = answer.headers["X-Run-ID"]
        for event in events_of(answer.iter_lines()):
            seen.append(event)
            if len(seen) == 5:
                break
    headers = {"Last-Event-ID": seen[-1].id or ""}
    with http.stream("GET", f"/api/v1/runs/{run_id}/stream", headers=headers) as answer:
        rest = list(events_of(answer.iter_lines()))
    tokens = [*seen, *rest[:-1]]
    assert [event.id for event in tokens] == [str(n) for n in range(40)]
    assert rest[-1].kind == "done"
    assert "".join(event.data["text"] for event in tokens) == rest[-1].data["outputs"][0]["text"]


def test_curl_streams_stops_and_takes_up_again(http: httpx2.Client) -> None:
    asked = ["--data", json.dumps(slow(max_new_tokens=1000)), "--no-buffer", "--dump-header", "-"]
    with curl(http, "/api/v1/generate", "-HContent-Type: application/json", *asked) as lines:
        head = {name: value for name, _, value in (line.partition(": ") for line in _head(lines))}
        coming = events_of(lines)
        seen = [next(coming) for _ in range(5)]
        assert [event.kind for event in seen] == ["token"] * 5
    run_id, last = head["X-Run-ID"], seen[-1].id
    with curl(http, f"/api/v1/runs/{run_id}/stream", "-N", f"-HLast-Event-ID: {last}") as lines:
        coming = events_of(lines)
        again = [next(coming) for _ in range(5)]
        with curl(http, f"/api/v1/runs/{run_id}/cancel", "-XPOST") as stopped:
            assert json.loads("".join(stopped))["status"] == "stopped"
        *rest, done = coming
    tokens = [*seen, *again, *rest]
    assert [event.id for event in tokens] == [str(n) for n in range(len(tokens))]
    assert done.data["status"] == "stopped"
    assert done.data["outputs"][0]["text"] == "".join(event.data["text"] for event in tokens)


@contextmanager
def curl(http: httpx2.Client, path: str, *options: str) -> Iterator[Iterator[str]]:
    """The lines that curl prints, as it prints them; it is ended with the block."""
    key = f"-HAuthorization: {http.headers['Authorization']}"
    command = ["curl", "--silent", key, *options, f"{http.base_url}{path}".replace("//api", "/api")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield (line.rstrip("\r\n") for line in process.stdout)
        finally:
            process.kill()


def _head(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if not line:
            return
        yield line.replace("x-run-id", "X-Run-ID")


def test_two_watchers_see_the_same(http: httpx2.Client) -> None:
    found: list[list[Event]] = []

    def watch(run_id: str) -> None:
        with http.stream("GET", f"/api/v1/runs/{run_id}/stream") as answer:
            found.append(list(events_of(answer.iter_lines())))

    with http.stream("POST", "/api/v1/generate", json=slow(max_new_tokens=15)) as answer:
        run_id = answer.headers["X-Run-ID"]
        watchers = [threading.Thread(target=watch, args=(run_id,)) for _ in range(2)]
        for watcher in watchers:
            watcher.start()
        mine = list(events_of(answer.iter_lines()))
    for watcher in watchers:
        watcher.join()
    assert found == [mine, mine]


def test_cancelling_ends_the_stream_with_what_there_is(http: httpx2.Client) -> None:
    with http.stream("POST", "/api/v1/generate", json=slow(max_new_tokens=1000)) as answer:
        events = events_of(answer.iter_lines())
        first = next(events)
        began = time.monotonic()
        stopped = http.post(f"/api/v1/runs/{answer.headers['X-Run-ID']}/cancel")
        rest = list(events)
    assert time.monotonic() - began < 2
    assert first.kind == "token"
    assert stopped.json()["status"] == "stopped"
    assert rest[-1].kind == "done"
    assert rest[-1].data["status"] == "stopped"
    assert rest[-1].data["outputs"][0]["finish_reason"] == "cancelled"


def test_a_body_over_the_limit_is_answered_to_clients_that_first_send_all_of_it(
    http: httpx2.Client,
) -> None:
    simple = HTTPConnection(http.base_url.host, http.base_url.port or 80, timeout=20)
    headers = {"Authorization": http.headers["Authorization"], "Content-Type": "application/json"}
    simple.request("POST", "/api/v1/detect", bytes(200 * MAX_IMAGE_BYTES), headers)
    answer = simple.getresponse()
    assert answer.status == 413
    assert json.load(answer)["error"]["code"] == "too_large"
    simple.request("GET", "/api/v1/models", headers=headers)
    assert simple.getresponse().status == 200
    simple.close()


def test_an_export_that_is_left_frees_its_connection(
    http: httpx2.Client, bench: Workbench, people: People
) -> None:
    _many_ratings(bench)
    admin = people.key("root", Role.ADMIN)
    headers = {"Authorization": f"Bearer {admin}"}
    with http.stream("GET", "/api/v1/feedback/export", headers=headers) as answer:
        assert answer.status_code == 200
        chunks = answer.iter_bytes(1024)
        assert len(next(chunks)) == 1024
        assert copying(bench)
    wait_until(lambda: not copying(bench), 5)
    pool: Any = bench.database.engine.pool
    wait_until(lambda: pool.checkedout() == 0, 5)


def copying(bench: Workbench) -> bool:
    """Whether the database server is in the middle of a COPY."""
    query = "select 1 from pg_stat_activity where state = 'active' and query like 'copy (%%'"
    with bench.database.engine.connect() as connection:
        return connection.exec_driver_sql(query).first() is not None


def _many_ratings(bench: Workbench) -> None:
    """20 MB of ratings: more than sockets and queues hold."""
    with bench.database.engine.begin() as connection:
        connection.exec_driver_sql(
            """
            insert into models (id, task, name, revision, source)
            values (gen_random_uuid(), 'detection', 'm', 'r', 's');
            insert into runs (id, user_id, face, trace_id, task, model_id, prompt, params, status)
            select gen_random_uuid(), (select id from users limit 1), 'api', 't', 'detection',
                   (select id from models), repeat('word ', 800), '{}', 'done'
            from generate_series(1, 5000);
            insert into feedback (id, run_id, user_id, model_id, task, rating)
            select gen_random_uuid(), id, user_id, model_id, task, 3 from runs
            """
        )


def test_pages_and_the_api_share_the_port(http: httpx2.Client) -> None:
    assert http.get("/detection").text == "a page"
    assert http.get("/healthz").json() == {"status": "ok"}
    for path in ("/api", "/api/", "/api/nothing", "/v1", "/v1/nothing", "/hf", "/hf/"):
        unknown = http.get(path)
        assert unknown.status_code == 404, path
        assert error_of(unknown)["code"] == "not_found"
    assert http.get("/apiary").text == "a page"
