"""The API's own page and schema."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from api.app import create_app
from api.openapi.described import operations
from api.openapi.operations import operation_id, summary
from api.routes.socket import PATH as SOCKET
from tests.api.matrix.routes import ROUTES

HIDDEN = {"/auth/cookie", "/auth/session", "/api/docs", "/api/openapi.json"}
"""For the product's own pages."""
CALLS = {(route.method.lower(), route.path) for route in ROUTES if route.path not in HIDDEN}


def test_the_schema_lists_every_call(client: TestClient) -> None:
    paths = client.get("/api/openapi.json").json()["paths"]
    assert {(verb, path) for path, verbs in paths.items() for verb in verbs} == CALLS


def test_detection_is_described_in_its_three_kinds_of_body(client: TestClient) -> None:
    schema = client.get("/api/openapi.json").json()
    content = schema["paths"]["/api/v1/detect"]["post"]["requestBody"]["content"]
    assert set(content) == {"multipart/form-data", "application/json", "application/msgpack"}


def test_the_page_shows_every_call_and_fetches_nothing(client: TestClient) -> None:
    answer = client.get("/api/docs")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    for _, path in CALLS:
        assert path in answer.text
    assert "temperature" in answer.text
    assert not re.search(r"(src|href)=\"(https?:)?//", answer.text)
    assert "<script" not in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@cache
def schema() -> Any:
    return create_app(lambda: pytest.fail("no request is made")).openapi()


def contents() -> Iterator[tuple[str, Any]]:
    """Every body that is sent or answered, under the name of its operation."""
    for _, _, operation in operations(schema()):
        name = operation["operationId"]
        for answer in (operation.get("requestBody", {}), *operation["responses"].values()):
            for media_type, content in answer.get("content", {}).items():
                yield f"{name} {media_type}", content
    for name, answer in schema()["components"]["responses"].items():
        yield name, answer["content"]["application/json"]


def test_every_call_says_what_it_does() -> None:
    mute, names = [], set()
    for path, method, operation in operations(schema()):
        told = operation["summary"]
        if not 3 <= len(told) <= 100 or not operation["description"] or not operation["tags"]:
            mute.append((method, path, told))
        names.add(operation["operationId"])
        assert {tag["name"] for tag in schema()["tags"]} >= set(operation["tags"])
    assert not mute, "its docstring is its summary and description; tags stand in api/openapi/tags"
    assert len(names) == len(CALLS)
    assert SOCKET in schema()["info"]["description"]


def test_every_body_has_an_example_of_its_schema() -> None:
    wrong = []
    for name, content in contents():
        validator = Draft202012Validator(
            {**content["schema"], "components": schema()["components"]},
            format_checker=Draft202012Validator.FORMAT_CHECKER,
        )
        wrong += [(name, error.message) for error in validator.iter_errors(content["example"])]
    assert not wrong, "give one in api/openapi/requests.py, or a value in api/openapi/values.py"


def test_calls_say_how_they_refuse() -> None:
    statuses = {
        operation["operationId"]: set(operation["responses"])
        for _, _, operation in operations(schema())
    }
    assert statuses["get_healthz"] == {"200"}
    assert statuses["get_readyz"] == {"200", "503"}
    assert statuses["get_me"] == {"200", "401", "403", "503"}
    assert statuses["post_generate"] == {
        *("200", "400", "401", "403", "404", "413", "415", "422", "429", "503")
    }
    assert statuses["get_run"] == {"200", "401", "403", "404", "410", "422", "503"}


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("get", "/api/v1/runs", "get_runs"),
        ("get", "/api/v1/runs/{run_id}", "get_run"),
        ("get", "/api/v1/feedback/{feedback_id}", "get_feedback_by_id"),
        ("post", "/v1/chat/completions", "post_openai_chat_completions"),
        ("put", "/api/v1/limits/users/{user_id}/{task}", "put_limits_user_task"),
    ],
)
def test_an_operation_is_named_by_its_path(method: str, path: str, name: str) -> None:
    assert operation_id(method, path) == name


@pytest.mark.parametrize(
    ("said", "first"),
    [
        ("Stop it; what is\nwritten is kept. More.", "Stop it"),
        ("See `a.b` first. Then.", "See `a.b` first"),
        ("Only this", "Only this"),
    ],
)
def test_a_summary_is_the_first_thing_said(said: str, first: str) -> None:
    assert summary(said) == first
