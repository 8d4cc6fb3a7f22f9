"""Runs after they began: state, stream from any event, picture, files, cancel."""

import csv
import io
import json
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from PIL import Image
from starlette.testclient import TestClient

from core.detection.types import Detection, ImageInfo
from core.generation.types import SamplingParams
from core.permissions import Actor, Role, Scope
from core.plugins.registry import PluginRegistry
from core.plugins.types import Loaded
from core.workbench import Workbench
from tests.api.conftest import error_of
from tests.api.sse import events_in

UNKNOWN = "01a1fbc9-9c82-71c7-b313-43958faaf6be"


@pytest.fixture
def actor(bench: Workbench, analyst: TestClient) -> Actor:
    found = bench.accounts.actor_for_key(analyst.headers["Authorization"].split()[1])
    assert found is not None
    return found


@pytest.fixture
def slow_run(bench: Workbench, actor: Actor) -> str:
    """A run that writes 50 tokens a second, for 20 seconds if nobody stops it."""
    run = bench.generation.start(actor, "Write", SamplingParams(max_new_tokens=1000), model="pace")
    return str(run.id)


def written(client: TestClient, **fields: Any) -> dict[str, Any]:
    body = {"prompt": "Write", "max_new_tokens": 6, "temperature": 0, **fields}
    run: dict[str, Any] = client.post("/api/v1/generate", json=body).json()
    return run


def test_a_detection_is_told_as_it_was_answered(analyst: TestClient, detected: str) -> None:
    run = analyst.get(f"/api/v1/runs/{detected}").json()
    assert run["task"] == "detection"
    assert run["run_id"] == detected
    assert run["prompt"] == "red circle"
    assert run["status"] == "done"
    assert run["caption"] is False
    assert run["image"]["width"] == 160
    assert run["created_at"].endswith("Z")


def test_a_generation_is_told_with_its_parameters(analyst: TestClient) -> None:
    made = written(analyst, seed=4)
    run = analyst.get(f"/api/v1/runs/{made['run_id']}").json()
    assert run["task"] == "generation"
    assert run["params"]["seed"] == 4
    assert run["params"]["temperature"] == 0
    assert run["outputs"] == made["outputs"]


@pytest.mark.parametrize("path", ["", "/stream", "/image", "/export?format=json"])
def test_an_unknown_run_is_not_found(analyst: TestClient, path: str) -> None:
    answer = analyst.get(f"/api/v1/runs/{UNKNOWN}{path}")
    assert answer.status_code == 404
    assert error_of(answer)["code"] == "not_found"


def test_an_id_that_is_none_is_refused(analyst: TestClient) -> None:
    answer = analyst.get("/api/v1/runs/seven")
    assert answer.status_code == 422
    assert "run_id" in error_of(answer)["message"]


def test_a_finished_stream_can_be_read_again(analyst: TestClient) -> None:
    run = written(analyst)
    events = events_in(analyst.get(f"/api/v1/runs/{run['run_id']}/stream").text)
    assert [event.id for event in events[:-1]] == [str(n) for n in range(len(events) - 1)]
    assert events[-1].kind == "done"
    assert "".join(event.data["text"] for event in events[:-1]) == run["outputs"][0]["text"]


def test_a_stream_goes_on_after_the_last_event_seen(analyst: TestClient) -> None:
    run = written(analyst)
    path = f"/api/v1/runs/{run['run_id']}/stream"
    whole = events_in(analyst.get(path).text)
    rest = events_in(analyst.get(path, headers={"Last-Event-ID": "1"}).text)
    assert rest == whole[2:]
    past_the_end = events_in(analyst.get(path, headers={"Last-Event-ID": "999"}).text)
    assert past_the_end == whole[-1:]


@pytest.mark.parametrize("sent", ["x", "-1", "1.5", "9" * 30])
def test_an_event_id_that_is_none_is_refused(analyst: TestClient, sent: str) -> None:
    run = written(analyst)
    path = f"/api/v1/runs/{run['run_id']}/stream"
    answer = analyst.get(path, headers={"Last-Event-ID": sent})
    assert answer.status_code == 422
    assert "Last-Event-ID" in error_of(answer)["message"]


def test_cancelling_keeps_what_was_written(analyst: TestClient, slow_run: str) -> None:
    until = time.monotonic() + 5
    while not analyst.get(f"/api/v1/runs/{slow_run}").json()["outputs"][0]["text"]:
        assert time.monotonic() < until
        time.sleep(0.05)
    answer = analyst.post(f"/api/v1/runs/{slow_run}/cancel")
    assert answer.status_code == 200
    run = answer.json()
    assert run["status"] == "stopped"
    assert run["outputs"][0]["finish_reason"] == "cancelled"
    assert run["outputs"][0]["text"]
    rating = {"run_id": slow_run, "rating": 2}
    assert analyst.post("/api/v1/feedback", json=rating).status_code == 201


def test_cancelling_a_finished_run_changes_nothing(analyst: TestClient) -> None:
    run = written(analyst)
    answer = analyst.post(f"/api/v1/runs/{run['run_id']}/cancel")
    assert answer.status_code == 200
    assert answer.json()["status"] == "done"


def test_a_run_that_is_still_written_cannot_be_rated(analyst: TestClient, slow_run: str) -> None:
    answer = analyst.post("/api/v1/feedback", json={"run_id": slow_run, "rating": 2})
    assert answer.status_code == 409
    assert error_of(answer)["code"] == "conflict"
    analyst.post(f"/api/v1/runs/{slow_run}/cancel")


def test_the_picture_is_served_small_and_private(analyst: TestClient, detected: str) -> None:
    answer = analyst.get(f"/api/v1/runs/{detected}/image", params={"max_side": 80})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] in ("image/png", "image/jpeg")
    assert "private" in answer.headers["Cache-Control"]
    assert Image.open(io.BytesIO(answer.content)).size == (80, 60)


def test_the_picture_has_its_own_size_where_none_is_asked(
    analyst: TestClient, detected: str
) -> None:
    answer = analyst.get(f"/api/v1/runs/{detected}/image")
    assert Image.open(io.BytesIO(answer.content)).size == (160, 120)


@pytest.mark.parametrize("side", ["0", "-1", "x", "999999999"])
def test_a_side_that_cannot_be_is_refused(analyst: TestClient, detected: str, side: str) -> None:
    answer = analyst.get(f"/api/v1/runs/{detected}/image", params={"max_side": side})
    assert answer.status_code == 422
    assert "max_side" in error_of(answer)["message"]


def test_a_text_has_no_picture_and_a_picture_no_stream(analyst: TestClient, detected: str) -> None:
    run = written(analyst)
    assert analyst.get(f"/api/v1/runs/{run['run_id']}/image").status_code == 404
    assert analyst.get(f"/api/v1/runs/{detected}/stream").status_code == 404


def found_in(client: TestClient, run_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"/api/v1/runs/{run_id}").json()["detections"]
    assert found
    return found


def test_one_detection_is_a_file_of_each_kind(analyst: TestClient, detected: str) -> None:
    found = found_in(analyst, detected)
    files = {}
    for kind, extension, mime in (
        ("json", "json", "application/json"),
        ("csv", "csv", "text/csv; charset=utf-8"),
        ("coco", "coco.json", "application/json"),
        ("png", "png", "image/png"),
    ):
        answer = analyst.get(f"/api/v1/runs/{detected}/export", params={"format": kind})
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"] == mime
        name = f'attachment; filename="glimpse-{detected}.{extension}"'
        assert answer.headers["Content-Disposition"] == name
        assert answer.headers["Cache-Control"] == "no-store"
        files[kind] = answer.content
    (told,) = json.loads(files["json"])["runs"]
    assert [d["box"] for d in told["detections"]] == [d["box"] for d in found]
    assert len(json.loads(files["coco"])["annotations"]) == len(found)
    assert len(list(csv.DictReader(io.StringIO(files["csv"].decode())))) == len(found)
    assert Image.open(io.BytesIO(files["png"])).size == (160, 120)


def test_several_detections_are_one_file(
    analyst: TestClient, detected: str, picture: bytes
) -> None:
    sent: dict[str, Any] = {"files": {"image": picture}, "data": {"prompt": "blue star"}}
    second = analyst.post("/api/v1/detect", **sent).json()["run_id"]
    wanted = {"format": "json", "id": [second, detected]}
    answer = analyst.get("/api/v1/runs/export", params=wanted)
    assert answer.status_code == 200
    assert [run["run_id"] for run in answer.json()["runs"]] == [second, detected]
    assert 'filename="glimpse-detections-2' in answer.headers["Content-Disposition"]
    coco = analyst.get("/api/v1/runs/export", params=wanted | {"format": "coco"}).json()
    assert len(coco["images"]) == 1
    assert [category["name"] for category in coco["categories"]] == ["blue star", "red circle"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({}, "format"),
        ({"format": "xml"}, "format"),
        ({"format": "png"}, "format: input should be 'json', 'csv' or 'coco'"),
        ({"format": "json"}, "id"),
        ({"format": "json", "id": "seven"}, "id"),
        ({"format": "json", "id": [f"01a1fbc9-9c82-71c7-b313-{n:012}" for n in range(201)]}, "200"),
    ],
)
def test_files_that_cannot_be_are_refused(
    analyst: TestClient, query: dict[str, Any], said: str
) -> None:
    answer = analyst.get("/api/v1/runs/export", params=query)
    assert answer.status_code == 422
    assert said in error_of(answer)["message"]


def test_files_of_somebody_elses_runs_are_not_found(
    as_user: Callable[..., TestClient], detected: str
) -> None:
    other = as_user("bob")
    many = {"format": "csv", "id": [detected]}
    assert other.get("/api/v1/runs/export", params=many).status_code == 404
    path = f"/api/v1/runs/{detected}/export?format=png"
    assert other.get(path).status_code == 404
    assert as_user("root", Role.ADMIN).get(path).status_code == 200


def test_files_need_the_right_to_export(
    as_user: Callable[..., TestClient], analyst: TestClient, detected: str
) -> None:
    path = f"/api/v1/runs/{detected}/export?format=json"
    for refused in (
        as_user("gus", Role.GUEST),
        as_user("may", scopes={Scope.DETECT}),
    ):
        answer = refused.get(path)
        assert answer.status_code == 403
        assert error_of(answer)["code"] == "not_allowed"
    assert as_user("eve", scopes={Scope.EXPORT}).get(path).status_code == 404


def test_a_text_is_no_detection_to_take_away(analyst: TestClient) -> None:
    run = written(analyst)
    answer = analyst.get(f"/api/v1/runs/{run['run_id']}/export?format=json")
    assert answer.status_code == 404


def test_a_run_of_either_task_is_a_report_by_the_same_call(
    analyst: TestClient, detected: str
) -> None:
    for run_id in (detected, written(analyst)["run_id"]):
        answer = analyst.get(f"/api/v1/runs/{run_id}/export?format=pdf")
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"] == "application/pdf"
        assert f'filename="glimpse-{run_id}.pdf"' in answer.headers["Content-Disposition"]
        assert answer.content.startswith(b"%PDF-")


def test_a_format_that_nobody_makes_is_refused_with_what_there_is(
    analyst: TestClient, detected: str
) -> None:
    answer = analyst.get(f"/api/v1/runs/{detected}/export?format=docx")
    assert answer.status_code == 422
    assert "use one of: json, csv, coco, png, pdf" in error_of(answer)["message"]


def test_plugins_are_listed_for_admins(admin: TestClient) -> None:
    first = admin.get("/api/v1/plugins").json()["plugins"][0]
    assert first == {
        "name": "pdf",
        "group": "glimpse.exporters",
        "package": "Glimpse",
        "title": "PDF report",
        "takes": ["detection", "generation", "review"],
        "usable": True,
        "why": "",
    }


def test_boxes_after_a_plugin_are_answered_and_its_failure_has_a_reference(
    bench: Workbench, analyst: TestClient, detected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/api/v1/runs/{detected}/postprocessed?postprocess="
    answer = analyst.get(f"{path}apart")
    assert "none is installed" in error_of(answer)["message"]
    monkeypatch.setattr(
        PluginRegistry, "found", Loaded(postprocessors={"apart": Apart(), "bad": Bad()})
    )
    made = analyst.get(f"{path}apart").json()
    assert made["before"] == len(found_in(analyst, detected))
    assert [box["index"] for box in made["detections"]] == [0]
    answer = analyst.get(f"{path}bad")
    assert answer.status_code == 500
    assert error_of(answer)["code"] == "plugin_failed"


class Apart:
    protocol, title = 1, "Only the best"

    def process(self, detections: Sequence[Detection], image: ImageInfo) -> Sequence[Detection]:
        return detections[:1]


class Bad(Apart):
    def process(self, detections: Sequence[Detection], image: ImageInfo) -> Sequence[Detection]:
        raise ValueError("broken")
