"""The running program over the API: looked at, its models sent away and called back, the notice."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from core.clock import now
from core.config import Settings
from core.inference.registry import ModelRegistry
from core.permissions import Role
from core.workbench import Workbench
from tests.api.conftest import People, bench_over, error_of


@pytest.fixture
def small(bench: Workbench, api_settings: Settings, tmp_path: Path) -> Iterator[Workbench]:
    """A workbench with models of its own, so that they may come and go."""
    file = tmp_path / "models.toml"
    file.write_text(
        "[[detector]]\nid = 'a'\nsource = 'builtin:fake'\n"
        "[[generator]]\nid = 'a'\nsource = 'builtin:fake?tokens_per_second=0'\n"
        "[[generator]]\nid = 'b'\nsource = 'builtin:fake'\n"
    )
    models = ModelRegistry.from_file(api_settings.model_copy(update={"models_file": file}))
    models.load_all()
    opened = bench_over(bench.database, models, api_settings)
    yield opened
    opened.generation.close()
    opened.waiting.close()
    models.close()


@pytest.fixture
def root(small: Workbench, people: People, client: TestClient) -> TestClient:
    key = people.key("root", Role.ADMIN)
    made = TestClient(create_app(lambda: small), headers={"Authorization": f"Bearer {key}"})
    made.portal = client.portal
    return made


def state(root: TestClient, model: str, kind: str) -> str:
    found = root.get("/api/v1/models").json()["models"]
    return str(next(each["state"] for each in found if (each["id"], each["kind"]) == (model, kind)))


def test_the_whole_state_is_one_answer(admin: TestClient) -> None:
    told = admin.get("/api/v1/system")
    assert told.status_code == 200, told.text
    body = told.json()
    shapes = next(each for each in body["models"] if each["id"] == "shapes")
    assert (shapes["state"], shapes["default"], shapes["dtype"]) == ("ready", True, "float32")
    assert shapes["memory_bytes"] == pytest.approx(4 * shapes["parameters"], rel=0.1)
    gone = next(each for each in body["models"] if each["id"] == "gone")
    assert (gone["available"], gone["engine"]) == (False, None)
    assert body["database"]["schema_is_newest"]
    assert body["process"]["pid"] > 0
    secret = next(each for each in body["settings"] if each["name"] == "GLIMPSE_METRICS_TOKEN")
    assert secret == {"name": "GLIMPSE_METRICS_TOKEN", "value": "set", "given": True}


def test_a_model_is_sent_away_and_called_back(root: TestClient, small: Workbench) -> None:
    asked = {"prompt": "say", "model": "b", "max_new_tokens": 1}
    assert root.post("/api/v1/models/b/unload").status_code == 202
    refused = root.post("/api/v1/generate", json=asked)
    assert refused.status_code == 503
    assert "unloaded" in error_of(refused)["message"]
    assert int(refused.headers["Retry-After"]) > 0
    end = time.monotonic() + 10
    while state(root, "b", "generator") != "unloaded":
        assert time.monotonic() < end
        time.sleep(0.05)
    assert root.get("/readyz").status_code == 200

    warmed = root.post("/api/v1/models/b/warm")
    assert warmed.status_code == 503
    assert root.post("/api/v1/models/b/load").status_code == 202
    while state(root, "b", "generator") != "ready":
        assert time.monotonic() < end
        time.sleep(0.05)
    assert root.post("/api/v1/models/b/warm").json()["ms"] > 0
    assert root.post("/api/v1/generate", json=asked).status_code == 200


def test_what_is_known_is_answered_without_the_model(root: TestClient, picture: bytes) -> None:
    def detect(phrase: str) -> int:
        asked = {"prompt": phrase, "model": "a"}
        files = {"image": picture}
        return root.post("/api/v1/detect", files=files, data=asked).status_code

    assert detect("red circle") == 200
    assert root.post("/api/v1/models/a/unload", params={"kind": "detector"}).status_code == 202
    assert (detect("red circle"), detect("blue bolt")) == (200, 503)


def test_of_two_with_one_id_the_kind_says_which(root: TestClient) -> None:
    asked = root.post("/api/v1/models/a/warm")
    assert asked.status_code == 422
    assert "?kind=detector" in error_of(asked)["message"]
    assert root.post("/api/v1/models/a/warm", params={"kind": "generator"}).status_code == 200
    assert root.post("/api/v1/models/zebra/load").status_code == 404
    assert root.post("/api/v1/models/b/load", params={"kind": "detector"}).status_code == 404


def test_everybody_reads_the_notice(admin: TestClient, client: TestClient) -> None:
    assert client.get("/api/v1/notice").json() == {"notice": None}
    until = (now() + timedelta(hours=1)).isoformat()
    put = admin.put("/api/v1/notice", json={"text": "Back at noon.", "until": until})
    assert put.status_code == 200, put.text
    assert client.get("/api/v1/notice").json() == put.json()
    assert put.json()["notice"]["text"] == "Back at noon."
    assert admin.delete("/api/v1/notice").json() == put.json()
    assert client.get("/api/v1/notice").json() == {"notice": None}


@pytest.mark.parametrize(
    "wrong",
    [{"text": ""}, {"text": "x", "until": "2026-01-01T10:00"}, {"text": "x", "until": 4102444800}],
)
def test_a_notice_that_cannot_be_is_refused(admin: TestClient, wrong: dict[str, object]) -> None:
    assert admin.put("/api/v1/notice", json=wrong).status_code == 422
