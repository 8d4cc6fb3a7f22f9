"""Over HTTP: from a detection to a report whose claims are checked, and to its rating."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from core.ids import new_id
from core.permissions import Scope
from core.workbench import Workbench
from tests.api.conftest import error_of
from tests.api.sse import events_in


@pytest.fixture(autouse=True)
def _shipped(bench: Workbench) -> None:
    bench.prompts.ensure_shipped()


def described(client: TestClient, run_id: str, **asked: Any) -> dict[str, Any]:
    """The report once it has ended."""
    begun = client.post(f"/api/v1/runs/{run_id}/describe", json={"temperature": 0, **asked})
    assert begun.status_code == 202, begun.text
    assert begun.headers["X-Run-ID"] == begun.json()["run_id"]
    report = f"/api/v1/runs/{begun.json()['run_id']}"
    assert client.get(f"{report}/stream").status_code == 200
    ended: dict[str, Any] = client.get(report).json()
    return ended


def test_a_report_is_begun_streamed_and_checked(analyst: TestClient, detected: str) -> None:
    run = described(analyst, detected)

    assert run["status"] == "done"
    assert run["prompt"] == "Findings: 1 red circle. Report:"
    (output,) = run["outputs"]
    (claim,) = output["claims"]
    assert output["text"][slice(*claim["span"])] == "one red circle"
    assert (claim["kind"], claim["supported"]) == ("count", True)
    assert claim["reason"] == "detected: 1 × red circle"
    assert run["claims"] == {"total": 1, "supported": 1}


def test_the_last_event_of_the_stream_has_the_claims_too(
    analyst: TestClient, detected: str
) -> None:
    run_id = analyst.post(f"/api/v1/runs/{detected}/describe", json={}).json()["run_id"]
    last = events_in(analyst.get(f"/api/v1/runs/{run_id}/stream").text)[-1]

    assert last.kind == "done"
    assert last.data["claims"]["total"] == len(last.data["outputs"][0]["claims"]) > 0


def test_box_prompt_model_and_sampling_can_be_chosen(
    analyst: TestClient, detected: str, bench: Workbench
) -> None:
    asked = {"name": "for whom", "text": "{{findings}} for {{reader}}:"}
    version = analyst.post("/api/v1/prompts", json=asked).json()["versions"][0]["id"]
    run = described(
        analyst,
        detected,
        boxes=[0],
        prompt_version=version,
        variables={"reader": "a child"},
        model="pace",
        max_new_tokens=3,
        n=2,
        seed=5,
    )

    assert run["model"] == "pace"
    assert run["messages"] == [{"role": "user", "content": "1 red circle for a child:"}]
    assert (run["params"]["max_new_tokens"], run["params"]["n"]) == (3, 2)
    assert run["claims"] == {"total": 0, "supported": 0}


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ({"boxes": [99]}, 422, "no box 99"),
        ({"boxes": ["0"]}, 422, "boxes"),
        ({"boxes": None}, 422, "boxes"),
        ({"prompt_version": str(new_id())}, 404, "version"),
        ({"prompt_version": "newest"}, 422, "prompt_version"),
        ({"variables": {"tone": "dry"}}, 422, "tone"),
        ({"model": "shapes"}, 404, "shapes"),
        ({"temperature": 9}, 422, "temperature"),
        ({"stream": True}, 422, "stream"),
    ],
)
def test_what_cannot_be_is_refused_by_name(
    analyst: TestClient, detected: str, asked: dict[str, Any], status: int, said: str
) -> None:
    answer = analyst.post(f"/api/v1/runs/{detected}/describe", json=asked)
    assert answer.status_code == status, answer.text
    assert said in error_of(answer)["message"]


def test_nobody_describes_anothers_detection(
    as_user: Callable[..., TestClient], analyst: TestClient, detected: str
) -> None:
    assert as_user("eve").post(f"/api/v1/runs/{detected}/describe", json={}).status_code == 404
    detecting = as_user("scoped", scopes={Scope.DETECT})
    assert detecting.post(f"/api/v1/runs/{detected}/describe", json={}).status_code == 403
    report = described(analyst, detected)["run_id"]
    assert analyst.post(f"/api/v1/runs/{report}/describe", json={}).status_code == 404


def test_a_bad_rating_of_a_report_names_the_step_that_failed(
    analyst: TestClient, detected: str
) -> None:
    rating = {"run_id": described(analyst, detected)["run_id"], "rating": 1}
    rated = analyst.post("/api/v1/feedback", json={**rating, "failed_step": "boxes"})
    assert (rated.status_code, rated.json()["failed_step"]) == (201, "boxes")
    plain = analyst.post("/api/v1/feedback", json={"run_id": detected, "rating": 1})
    assert plain.json()["failed_step"] is None
    exported = analyst.get("/api/v1/feedback/export?format=csv").text
    told = csv.DictReader(io.StringIO(exported.lstrip("\ufeff")))
    assert sorted(line["failed_step"] for line in told) == ["", "boxes"]


@pytest.mark.parametrize("step", ["model", "", 1])
def test_a_step_that_is_none_is_refused(analyst: TestClient, detected: str, step: object) -> None:
    asked = {"run_id": detected, "rating": 1, "failed_step": step}
    assert "failed_step" in error_of(analyst.post("/api/v1/feedback", json=asked))["message"]
    asked = {"run_id": detected, "rating": 1, "failed_step": "text"}
    refused = analyst.post("/api/v1/feedback", json=asked)
    assert (refused.status_code, "one step" in error_of(refused)["message"]) == (422, True)
