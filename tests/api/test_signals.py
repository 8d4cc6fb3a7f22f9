"""What people do with runs in the browser leaves signals; what programs do leaves none."""

import io
from typing import Any

import pytest
from PIL import Image
from starlette.testclient import TestClient

from core.workbench import Workbench
from db.repositories.signals import SignalRepository
from tests.api.conftest import error_of
from tests.api.sse import events_in
from tests.api.test_runs import UNKNOWN, written


@pytest.fixture
def page(browser: TestClient) -> TestClient:
    """Scripts of our own pages."""
    browser.headers["Origin"] = "http://testserver"
    return browser


def of(bench: Workbench, run_id: str) -> dict[str, Any]:
    with bench.database.unit_of_work() as session:
        return {each.kind: each.detail for each in SignalRepository(session).of(run_id)}  # type: ignore[arg-type]


def tell(client: TestClient, run_id: str, **body: Any) -> int:
    return client.post(f"/api/v1/runs/{run_id}/signals", json=body).status_code


def test_a_copied_and_a_saved_text_are_told(page: TestClient, bench: Workbench) -> None:
    run_id = written(page)["run_id"]
    assert tell(page, run_id, kind="copied", what="output 1") == 204
    assert tell(page, run_id, kind="copied", what="output 2") == 204
    assert tell(page, run_id, kind="downloaded", what="md") == 204
    assert of(bench, run_id) == {"copied": {"what": "output 1"}, "downloaded": {"what": "md"}}


@pytest.mark.parametrize(
    "body",
    [{"kind": "stopped"}, {"kind": "abandoned"}, {}, {"kind": "copied", "what": "x" * 41}],
)
def test_what_the_server_sees_itself_cannot_be_told(
    page: TestClient, bench: Workbench, body: dict[str, str]
) -> None:
    run_id = written(page)["run_id"]
    assert tell(page, run_id, **body) == 422
    assert of(bench, run_id) == {}


def test_nothing_is_told_of_a_run_of_somebody_else(
    page: TestClient, analyst: TestClient, admin: TestClient, bench: Workbench
) -> None:
    run_id = written(page)["run_id"]
    answer = analyst.post(f"/api/v1/runs/{run_id}/signals", json={"kind": "copied"})
    assert answer.status_code == 404
    assert error_of(answer)["code"] == "not_found"
    assert tell(page, UNKNOWN, kind="copied") == 404
    assert tell(admin, run_id, kind="copied") == 204
    assert of(bench, run_id) == {}


def test_a_stopped_run_says_after_how_many_tokens(page: TestClient, bench: Workbench) -> None:
    body = {"prompt": "Write", "model": "pace", "max_new_tokens": 500, "stream": True}
    with page.stream("POST", "/api/v1/generate", json=body) as answer:
        run_id = answer.headers["X-Run-ID"]
    stopped = page.post(f"/api/v1/runs/{run_id}/cancel").json()
    assert stopped["status"] == "stopped"
    tokens = stopped["usage"]["completion_tokens"]
    assert of(bench, run_id) == {"stopped": {"tokens": tokens}}


def test_a_run_that_ends_by_itself_was_not_stopped(page: TestClient, bench: Workbench) -> None:
    run_id = written(page)["run_id"]
    page.post(f"/api/v1/runs/{run_id}/cancel")
    assert of(bench, run_id) == {}


def test_again_and_going_on_to_something_else(page: TestClient, bench: Workbench) -> None:
    first = written(page)["run_id"]
    second = page.post(f"/api/v1/runs/{first}/again").json()["run_id"]
    assert of(bench, first) == {"regenerated": {"run": second, "relation": "again"}}
    assert events_in(page.get(f"/api/v1/runs/{second}/stream").text)[-1].kind == "done"
    third = written(page, prompt="Something else")["run_id"]
    assert of(bench, second) == {"abandoned": {"next": third}}


def test_detections_are_downloaded(page: TestClient, bench: Workbench, picture: bytes) -> None:
    def detect(content: bytes) -> str:
        answer = page.post("/api/v1/detect", files={"image": content}, data={"prompt": "circle"})
        run_id: str = answer.json()["run_id"]
        return run_id

    file = io.BytesIO()
    Image.new("RGB", (64, 64)).save(file, "PNG")
    first, second = detect(picture), detect(file.getvalue())
    for path in (f"/{first}/export?format=png", f"/export?format=csv&id={second}"):
        assert page.get(f"/api/v1/runs{path}").status_code == 200
    assert of(bench, first)["downloaded"] == {"what": "png"}
    assert of(bench, second)["downloaded"] == {"what": "csv"}


def test_programs_give_no_signals(analyst: TestClient, bench: Workbench, picture: bytes) -> None:
    first = written(analyst)["run_id"]
    analyst.post(f"/api/v1/runs/{first}/again")
    assert tell(analyst, first, kind="copied") == 204
    assert of(bench, first) == {}
