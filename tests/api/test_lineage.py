"""Runs made from runs, over HTTP: again, continued, branched, edited; their tokens, their use."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from core.permissions import Role
from tests.api.conftest import error_of
from tests.api.sse import events_in
from tests.api.test_runs import UNKNOWN, written

PROMPT = "Findings: 3 red circle; 1 blue star. Report:"


def path(run: dict[str, Any], call: str) -> str:
    return f"/api/v1/runs/{run['run_id']}{call}"


def started(client: TestClient, run: dict[str, Any], call: str, **body: Any) -> dict[str, Any]:
    """The new run as it is answered at once, and with its end."""
    answer = client.post(path(run, f"/{call}"), json=body)
    assert answer.status_code == 202, answer.text
    made = answer.json()
    assert answer.headers["X-Run-ID"] == made["run_id"]
    assert made["status"] == "running"
    assert events_in(client.get(path(made, "/stream")).text)[-1].kind == "done"
    ended: dict[str, Any] = client.get(path(made, "")).json()
    return ended


def origin(run: dict[str, Any], relation: str, output: int | None = None) -> dict[str, Any]:
    return {"run_id": run["run_id"], "relation": relation, "output": output, "boxes": []}


def test_again_is_a_new_run_of_the_same_prompt(analyst: TestClient) -> None:
    first = written(analyst, seed=4)
    second = started(analyst, first, "again")
    assert second["prompt"] == "Write"
    assert second["params"]["seed"] != 4
    assert second["origin"] == origin(first, "again")
    assert second["lead"] == ""


def test_a_continued_text_begins_where_the_other_ended(analyst: TestClient) -> None:
    first = written(analyst, prompt=PROMPT, max_new_tokens=5)
    rest = started(analyst, first, "continue", max_new_tokens=20)
    whole = written(analyst, prompt=PROMPT, max_new_tokens=25)
    assert rest["lead"] == first["outputs"][0]["text"]
    assert rest["lead"] + rest["outputs"][0]["text"] == whole["outputs"][0]["text"]
    assert rest["origin"] == origin(first, "continued", 0)
    answer = analyst.post(path(rest, "/continue"), json={})
    assert answer.status_code == 422
    assert "ended by itself" in error_of(answer)["message"]


def test_a_branch_begins_with_another_token(analyst: TestClient) -> None:
    first = written(analyst, prompt=PROMPT, max_new_tokens=25, top_logprobs=3)
    told = analyst.get(path(first, "/tokens")).json()["tokens"]
    assert "".join(token["text"] for token in told) == first["outputs"][0]["text"]
    assert told[4]["top"][0]["token_id"] == told[4]["token_id"]
    assert told[4]["logprob"] <= 0
    assert told[4]["entropy"] >= 0
    other = told[4]["top"][1]
    branch = started(analyst, first, "branch", index=4, token_id=other["token_id"])
    assert branch["lead"] == "".join(token["text"] for token in told[:4])
    assert branch["outputs"][0]["text"].startswith(other["text"])
    assert branch["origin"] == origin(first, "branched", 0)
    answer = analyst.post(path(first, "/branch"), json={"index": 4, "token_id": -1})
    assert answer.status_code == 422
    assert "token_id" in error_of(answer)["message"]


def test_an_edited_prompt_names_the_run_it_was_edited_from(analyst: TestClient) -> None:
    first = written(analyst)
    edited = written(analyst, prompt="Write more", edited_from=first["run_id"])
    assert analyst.get(path(edited, "")).json()["origin"] == origin(first, "edited")
    relatives = analyst.get(path(edited, "/relatives")).json()
    assert relatives["parent"]["run_id"] == first["run_id"]
    assert relatives["parent"]["relation"] == "edited"
    (child,) = analyst.get(path(first, "/relatives")).json()["children"]
    assert child["run_id"] == edited["run_id"]
    assert [run["relation"] for run in analyst.get("/api/v1/runs").json()["runs"]] == [
        "edited",
        None,
    ]


def test_a_stream_asked_for_at_once_may_be_an_edited_one(analyst: TestClient) -> None:
    body = {"prompt": "a", "stream": True, "edited_from": UNKNOWN}
    answer = analyst.post("/api/v1/generate", json=body)
    assert answer.status_code == 404
    assert error_of(answer)["code"] == "not_found"


@pytest.mark.parametrize(
    ("call", "body"),
    [("again", None), ("continue", {}), ("branch", {"index": 0, "token_id": 0})],
)
def test_strangers_make_nothing_of_a_run(
    as_user: Callable[..., TestClient], analyst: TestClient, call: str, body: Any
) -> None:
    run = written(analyst)
    assert as_user("bob").post(path(run, f"/{call}"), json=body).status_code == 404


def test_tokens_of_an_output_that_is_not_there_are_refused(analyst: TestClient) -> None:
    run = written(analyst)
    answer = analyst.get(path(run, "/tokens"), params={"output": 1})
    assert answer.status_code == 422
    assert "output" in error_of(answer)["message"]


def test_guests_go_on_from_own_runs(as_user: Callable[..., TestClient]) -> None:
    guest = as_user("gus", Role.GUEST)
    run = written(guest, prompt=PROMPT, max_new_tokens=3)
    assert started(guest, run, "continue")["lead"] == run["outputs"][0]["text"]
    assert guest.get(path(run, "/tokens")).status_code == 200


def test_a_waiting_run_tells_its_place_in_the_queue(analyst: TestClient) -> None:
    slow = {"prompt": "a", "model": "pace", "max_new_tokens": 1000, "n": 8}
    busy = [started_only(analyst, slow) for _ in range(2)]
    first, second = (started_only(analyst, {**slow, "n": 1}) for _ in range(2))
    places = [analyst.get(path(run, "")).json()["position"] for run in (busy[0], first, second)]
    assert places == [None, 1, 2]
    with analyst.stream("GET", path(second, "/stream")) as answer:
        lines = answer.iter_lines()
        assert [next(lines), next(lines)] == ["event: queue", 'data: {"position": 2}']
        analyst.post(path(first, "/cancel"))
    for run in (second, *busy):
        analyst.post(path(run, "/cancel"))


def started_only(client: TestClient, body: dict[str, Any]) -> dict[str, Any]:
    """A run that goes on by itself."""
    with client.stream("POST", "/api/v1/generate", json={**body, "stream": True}) as answer:
        return {"run_id": answer.headers["X-Run-ID"]}


def test_usage_is_told_by_model(analyst: TestClient, admin: TestClient) -> None:
    runs = [written(analyst, max_new_tokens=n) for n in (2, 3)]
    told = analyst.get("/api/v1/usage").json()
    (line,) = told["usage"]
    assert (line["user"], line["model"], line["runs"]) == ("ana", "reporter", 2)
    for name in ("prompt_tokens", "completion_tokens"):
        assert line[name] == told["total"][name] == sum(run["usage"][name] for run in runs)
    today = time.strftime("%Y-%m-%d", time.gmtime())
    assert told["until"] == today
    assert analyst.get("/api/v1/usage", params={"until": "2026-01-01"}).status_code == 422
    assert analyst.get("/api/v1/usage", params={"since": "1"}).status_code == 422
    assert analyst.get("/api/v1/usage", params={"everyone": "true"}).status_code == 403
    assert admin.get("/api/v1/usage").json()["usage"] == []
    assert admin.get("/api/v1/usage", params={"everyone": "true"}).json()["usage"] == [line]
    assert admin.get("/api/v1/usage", params={"user": "ana", "since": today}).json()["usage"] == [
        line
    ]
