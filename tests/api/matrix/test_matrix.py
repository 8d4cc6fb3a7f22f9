"""Role x route x verb x own or a stranger's: every cell, and no route without an entry."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute, APIWebSocketRoute
from starlette.routing import BaseRoute
from starlette.testclient import TestClient, WebSocketDenialResponse

from api.app import create_app
from api.routes.socket import PATH as SOCKET
from core.permissions import Role
from core.workbench import Workbench
from tests.api.matrix.routes import ROUTES, Route
from tests.api.matrix.world import CALLERS, MODELS, NOBODYS_OWN, Caller, World

_WITHOUT_OWN = frozenset({"key", "prompt", "rated", "rating", "revoked_key", "view", "withdrawn"})
"""Things that a guest cannot have, so that there is no cell for them."""


def _served() -> set[tuple[str, str]]:
    """Every verb and path that the application answers."""
    return {
        (method, getattr(route, "path_format", route.path))
        for route in _all(create_app(lambda: pytest.fail("no request is made")).routes)
        for method in route.methods or ()
        if method != "HEAD"
    }


def _all(routes: list[BaseRoute]) -> Iterator[Any]:
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from _all(inner.routes)
        elif isinstance(route, APIWebSocketRoute):
            assert route.path == SOCKET
        else:
            assert isinstance(route, APIRoute) or hasattr(route, "methods")
            yield route


def test_every_route_has_an_entry_and_every_entry_a_route() -> None:
    assert {route.name for route in ROUTES} == _served()
    assert len(ROUTES) == len({route.name for route in ROUTES})


@pytest.fixture
def world(bench: Workbench, client: TestClient, picture: bytes) -> World:
    return World(bench, client.app, client.portal, picture)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: " ".join(route.name))
def test_everybody_gets_what_is_theirs_and_no_more(world: World, route: Route) -> None:
    wrong = []
    for caller in CALLERS:
        client = world.client(caller)
        for own in (True, False) if route.kind and route.kind not in NOBODYS_OWN else (True,):
            if own and caller.role is Role.GUEST and route.kind in _WITHOUT_OWN:
                continue
            expected = _expected(route, caller, own=own)
            answer = _call(world, client, route, caller, own=own)
            if answer.status_code != expected:
                whose = ("own" if own else "a stranger's") if route.kind else "-"
                wrong.append((str(caller), whose, expected, answer.status_code, answer.text[:200]))
    assert wrong == []


def _expected(route: Route, caller: Caller, *, own: bool) -> int:
    if caller.role is None:
        return route.ok if "nobody" in route.roles else 401
    if caller.role not in route.roles.split():
        return 403
    if caller.by_key and route.session_only:
        return 403
    if caller.scope is not None and caller.scope not in route.scopes.split():
        return 403
    if own or route.kind in MODELS or caller.role in route.foreign.split():
        return route.ok
    return 404


def _call(world: World, client: TestClient, route: Route, caller: Caller, *, own: bool) -> Any:
    thing = world.thing(route.kind, caller, own=own) if route.kind else None
    named = iter(thing if isinstance(thing, tuple) else (thing,))
    path = re.sub(r"\{[^}]+\}", lambda _: str(next(named)), route.path)
    query = dict(route.query_of(thing) if route.query_of else route.query)
    if route.form is not None:
        files = {"image": world.picture}
        return client.request(route.method, path, params=query, data=route.form, files=files)
    if route.csv is not None:
        content = {"Content-Type": "text/csv"}
        return client.request(route.method, path, content=route.csv, headers=content)
    body = route.body(world, thing) if route.body else route.json
    return client.request(route.method, path, params=query, json=body)


def test_everybody_with_a_right_to_write_begins_a_text_over_the_socket(world: World) -> None:
    wrong = []
    for caller in CALLERS:
        told = _first_told(world.client(caller))
        expected = "run"
        if caller.role is None:
            expected = "401"
        elif caller.scope is not None and caller.scope != "generate":
            expected = "error"
        if told != expected:
            wrong.append((str(caller), expected, told))
    assert wrong == []


def _first_told(client: TestClient) -> str:
    """The first event, or the status where there is no socket."""
    try:
        with client.websocket_connect(SOCKET) as socket:
            socket.send_json({"prompt": "two words", "model": "pace", "max_new_tokens": 2})
            return str(socket.receive_json()["event"])
    except WebSocketDenialResponse as denied:
        return str(denied.status_code)
