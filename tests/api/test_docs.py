"""The API's own page and schema."""

import re

from starlette.testclient import TestClient

CALLS = {
    ("get", "/healthz"),
    ("get", "/readyz"),
    ("get", "/metrics"),
    ("get", "/api/v1/models"),
    ("post", "/api/v1/detect"),
    ("post", "/hf/{model}"),
    ("post", "/api/v1/generate"),
    ("get", "/api/v1/prompts"),
    ("post", "/api/v1/prompts"),
    ("get", "/api/v1/prompts/{prompt_id}"),
    ("patch", "/api/v1/prompts/{prompt_id}"),
    ("post", "/api/v1/prompts/{prompt_id}/versions"),
    ("get", "/api/v1/runs"),
    ("get", "/api/v1/runs/compare"),
    ("get", "/api/v1/runs/{run_id}"),
    ("get", "/api/v1/runs/{run_id}/stream"),
    ("get", "/api/v1/runs/{run_id}/image"),
    ("get", "/api/v1/runs/{run_id}/export"),
    ("get", "/api/v1/runs/export"),
    ("post", "/api/v1/runs/{run_id}/cancel"),
    ("post", "/api/v1/runs/{run_id}/signals"),
    ("post", "/api/v1/runs/{run_id}/again"),
    ("post", "/api/v1/runs/{run_id}/continue"),
    ("post", "/api/v1/runs/{run_id}/branch"),
    ("get", "/api/v1/runs/{run_id}/relatives"),
    ("get", "/api/v1/runs/{run_id}/tokens"),
    ("get", "/api/v1/usage"),
    ("post", "/api/v1/runs/{run_id}/describe"),
    ("post", "/api/v1/feedback"),
    ("get", "/api/v1/feedback"),
    ("post", "/api/v1/feedback/claim"),
    ("get", "/api/v1/feedback/{feedback_id}"),
    ("patch", "/api/v1/feedback/{feedback_id}"),
    ("get", "/api/v1/requests"),
    ("post", "/api/v1/runs/{run_id}/requests"),
    ("get", "/api/v1/views"),
    ("post", "/api/v1/views"),
    ("get", "/api/v1/views/{view_id}"),
    ("delete", "/api/v1/views/{view_id}"),
    ("get", "/api/v1/feedback/export"),
    ("get", "/api/v1/me/keys"),
    ("post", "/api/v1/me/keys"),
    ("delete", "/api/v1/me/keys/{key_id}"),
    ("post", "/api/v1/me/keys/{key_id}/restore"),
    ("get", "/api/v1/keys"),
    ("delete", "/api/v1/keys/{key_id}"),
    ("post", "/api/v1/keys/{key_id}/restore"),
    ("get", "/api/v1/users/{user_id}/erasure"),
    ("post", "/api/v1/users/{user_id}/erasure"),
    ("delete", "/api/v1/users/{user_id}/erasure"),
}


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
