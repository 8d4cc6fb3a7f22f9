"""One's own runs as a list, and two of them compared."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from core.permissions import Role, Scope
from tests.api.conftest import error_of
from tests.api.test_fuzz import ODD

UNKNOWN = "01a1fbc9-9c82-71c7-b313-43958faaf6be"


@pytest.fixture
def again(analyst: TestClient, detected: str, picture: bytes) -> str:
    """A later detection on the same picture, for two phrases and at another threshold."""
    form = {"prompt": "RED circle. blue star", "box_threshold": "0.2"}
    answer = analyst.post("/api/v1/detect", files={"image": picture}, data=form)
    run_id: str = answer.json()["run_id"]
    return run_id


@pytest.fixture
def written(analyst: TestClient, again: str) -> str:
    """The newest run: a text."""
    assert again
    body = {"prompt": "Write of 100% red", "max_new_tokens": 2}
    run_id: str = analyst.post("/api/v1/generate", json=body).json()["run_id"]
    return run_id


def listed(client: TestClient, **query: Any) -> list[str]:
    answer = client.get("/api/v1/runs", params=query)
    assert answer.status_code == 200, answer.text
    return [run["run_id"] for run in answer.json()["runs"]]


def test_lines_say_what_the_runs_are(
    analyst: TestClient, detected: str, again: str, written: str
) -> None:
    analyst.post("/api/v1/feedback", json={"run_id": detected, "rating": 4})
    answer = analyst.get("/api/v1/runs").json()
    assert answer["next"] is None
    text, second, first = answer["runs"]
    assert [text["run_id"], second["run_id"], first["run_id"]] == [written, again, detected]
    told = analyst.get(f"/api/v1/runs/{detected}").json()
    for field in ("task", "model", "revision", "prompt", "status", "created_at", "box_threshold"):
        assert first[field] == told[field], field
    assert first["image_sha256"] == told["image"]["sha256"]
    assert first["boxes"] == len(told["detections"]) > 0
    assert (first["rating"], second["rating"]) == (4, None)
    assert second["box_threshold"] == 0.2
    assert (text["task"], text["image_sha256"]) == ("generation", None)
    assert (text["box_threshold"], text["boxes"]) == (None, None)


def test_filters(analyst: TestClient, detected: str, again: str, written: str) -> None:
    analyst.post("/api/v1/feedback", json={"run_id": again, "rating": 1})
    everything = [written, again, detected]
    newest, second, first = analyst.get("/api/v1/runs").json()["runs"]
    for query, found in (
        ({"text": "red CIRCLE"}, [again, detected]),
        ({"text": "100%"}, [written]),
        ({"task": "generation"}, [written]),
        ({"model": "shapes"}, [again, detected]),
        ({"model": "other"}, []),
        ({"status": "done"}, everything),
        ({"status": "failed"}, []),
        ({"rated": "true"}, [again]),
        ({"rated": "false"}, [written, detected]),
        ({"since": second["created_at"]}, [written, again]),
        ({"until": second["created_at"]}, [detected]),
        ({"since": first["created_at"], "until": newest["created_at"]}, [again, detected]),
        ({"image_sha256": first["image_sha256"]}, [again, detected]),
        ({"image_sha256": "00" * 32}, []),
        ({"text": "", "model": "", "rated": "", "since": "", "limit": ""}, everything),
        ({"task": "detection", "text": "star"}, [again]),
    ):
        assert listed(analyst, **query) == found, query


def test_pages_lead_from_one_to_the_next(
    analyst: TestClient, detected: str, again: str, written: str
) -> None:
    assert written
    first = analyst.get("/api/v1/runs", params={"task": "detection", "limit": 1}).json()
    assert [run["run_id"] for run in first["runs"]] == [again]
    query = {"task": "detection", "limit": 1, "cursor": first["next"]}
    last = analyst.get("/api/v1/runs", params=query).json()
    assert [run["run_id"] for run in last["runs"]] == [detected]
    assert last["next"] is None


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"text": "a\x00b"}, "text"),
        ({"text": "x" * 201}, "text"),
        ({"task": "x"}, "task"),
        ({"model": "a\x00b"}, "model"),
        ({"status": "DONE"}, "status"),
        ({"rated": "maybe"}, "rated"),
        ({"since": "yesterday"}, "2026-01-31T12:00:00Z"),
        ({"since": "2026-01-31"}, "“since”: the time has no zone"),
        ({"since": "20260131"}, "no zone"),
        ({"since": "1769860800"}, "2026-01-31T12:00:00Z"),
        ({"since": "2026-01-31T12:00:00\x00"}, "since"),
        ({"until": "2026-01-31T12:00:00"}, "“until”: the time has no zone"),
        ({"since": "0001-01-01T00:00:00+14:00"}, "the year 1 is too far away"),
        ({"until": "9999-12-31T23:59:59-14:00"}, "use 2000 to 3000"),
        ({"since": "2026-02-01T00:00:00Z", "until": "2026-01-01T00:00:00Z"}, "swap"),
        ({"image_sha256": "abc"}, "64"),
        ({"image_sha256": "\x00" * 64}, "64"),
        ({"cursor": "garbage"}, "cursor"),
        ({"cursor": "é\x00"}, "cursor"),
        ({"limit": "0"}, "from 1 to 200"),
        ({"limit": "201"}, "from 1 to 200"),
        ({"limit": "9" * 5000}, "limit"),
        ({"limit": "x"}, "limit"),
        ({"page": "2"}, "unknown field “page”"),
    ],
)
def test_a_value_that_cannot_be_is_refused_and_told(
    analyst: TestClient, query: dict[str, str], said: str
) -> None:
    answer = analyst.get("/api/v1/runs", params=query)
    assert answer.status_code == 422
    error = error_of(answer)
    assert error["code"] == "invalid"
    assert said in error["message"]


def test_odd_queries_are_never_a_server_error(analyst: TestClient) -> None:
    draw = random.Random(1)  # noqa: S311 - the same each time
    names = ("text", "task", "model", "status", "rated", "since", "until", "image_sha256")
    for _ in range(60):
        chosen = draw.sample([*names, "cursor", "limit", "unknown"], draw.choice((1, 2)))
        query = {name: str(draw.choice(ODD)).encode("utf-8", "replace") for name in chosen}
        answer = analyst.get("/api/v1/runs", params=query)
        assert answer.status_code in (200, 422), query


def test_only_ones_own_runs_are_listed(
    as_user: Callable[..., TestClient], analyst: TestClient, detected: str
) -> None:
    assert listed(analyst) == [detected]
    for other in (as_user("bob"), as_user("root", Role.ADMIN)):
        assert listed(other) == []


def test_a_list_needs_a_key_and_the_right_to_a_history(
    as_user: Callable[..., TestClient], client: TestClient
) -> None:
    compare = f"/api/v1/runs/compare?a={UNKNOWN}&b={UNKNOWN}"
    exporter = as_user("eve", scopes={Scope.EXPORT})
    for path in ("/api/v1/runs", compare):
        assert client.get(path).status_code == 401
        for refused in (as_user(f"g{len(path)}", Role.GUEST), exporter):
            answer = refused.get(path)
            assert answer.status_code == 403
            assert error_of(answer)["code"] == "not_allowed"


def test_two_detections_are_compared_box_by_box(
    analyst: TestClient, detected: str, again: str
) -> None:
    answer = analyst.get("/api/v1/runs/compare", params={"a": detected, "b": again})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    for side, run_id in (("a", detected), ("b", again)):
        assert found[side] == analyst.get(f"/api/v1/runs/{run_id}").json()
    best = found["pairs"][0]
    assert best["a"] == found["a"]["detections"][0]
    assert best["b"]["label"] == "RED circle"
    assert best["iou"] > 0.9
    for side in ("a", "b"):
        parts = [pair[side] for pair in found["pairs"]] + found[f"only_{side}"]
        assert len(parts) == len(found[side]["detections"])


@pytest.mark.parametrize("query", [{}, {"a": UNKNOWN}, {"a": UNKNOWN, "b": "seven"}])
def test_a_comparison_is_of_two_runs(analyst: TestClient, query: dict[str, str]) -> None:
    answer = analyst.get("/api/v1/runs/compare", params=query)
    assert answer.status_code == 422
    assert "b: " in error_of(answer)["message"]


def test_runs_that_cannot_be_compared(
    as_user: Callable[..., TestClient], analyst: TestClient, detected: str, written: str
) -> None:
    path = f"/api/v1/runs/compare?a={detected}&b="
    same = analyst.get(path + detected)
    assert same.status_code == 422
    assert "same run twice" in error_of(same)["message"]
    for unknown in (written, UNKNOWN):
        assert analyst.get(path + unknown).status_code == 404
    assert as_user("root", Role.ADMIN).get(path + UNKNOWN).status_code == 404
