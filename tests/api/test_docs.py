"""The API's own page and schema."""

import re

from starlette.testclient import TestClient

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
