"""Writing over HTTP: whole answers, streams, and what is refused."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.api.conftest import error_of
from tests.api.sse import Event, events_in

PATH = "/api/v1/generate"


def streamed(client: TestClient, **fields: Any) -> list[Event]:
    answer = client.post(PATH, json={"prompt": "Write", "stream": True, **fields})
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    return events_in(answer.text)


def test_the_answer_has_the_contracts_fields(analyst: TestClient) -> None:
    answer = analyst.post(PATH, json={"prompt": "Write", "max_new_tokens": 5, "temperature": 0})
    assert answer.status_code == 200, answer.text
    run = answer.json()
    assert run["model"] == "reporter"
    assert run["revision"]
    assert run["run_id"] == answer.headers["X-Run-ID"]
    assert len(run["outputs"]) == 1
    assert set(run["outputs"][0]) == {"text", "finish_reason"}
    assert run["usage"]["completion_tokens"] <= 5
    assert run["usage"]["prompt_tokens"] > 0
    assert run["timings_ms"]["total"] > 0


def test_messages_serve_as_well_as_a_prompt(analyst: TestClient) -> None:
    messages = [{"role": "user", "content": "Write"}]
    answer = analyst.post(PATH, json={"messages": messages, "max_new_tokens": 3})
    assert answer.status_code == 200, answer.text


def test_a_stream_gives_each_token_once_and_in_order_then_the_summary(
    analyst: TestClient,
) -> None:
    events = streamed(analyst, max_new_tokens=6, temperature=0)
    tokens, last = events[:-1], events[-1]
    assert [event.kind for event in tokens] == ["token"] * len(tokens)
    assert [event.id for event in tokens] == [str(n) for n in range(len(tokens))]
    assert [event.data["index"] for event in tokens] == list(range(len(tokens)))
    assert last.kind == "done"
    assert last.id is None
    summary = last.data
    assert "".join(event.data["text"] for event in tokens) == summary["outputs"][0]["text"]
    assert summary["usage"]["completion_tokens"] == len(tokens)
    assert analyst.get(f"/api/v1/runs/{summary['run_id']}").json()["outputs"] == summary["outputs"]


def test_alternatives_come_only_when_asked_for(analyst: TestClient) -> None:
    plain = streamed(analyst, max_new_tokens=2)[0].data
    assert "top" not in plain
    wide = streamed(analyst, max_new_tokens=2, top_logprobs=3)[0].data
    assert len(wide["top"]) == 3
    assert set(wide["top"][0]) == {"text", "logprob", "token_id"}


def test_several_outputs_are_told_apart(analyst: TestClient) -> None:
    events = streamed(analyst, max_new_tokens=3, n=2, seed=1)
    assert {event.data["output"] for event in events[:-1]} == {0, 1}
    assert len(events[-1].data["outputs"]) == 2


def test_greedy_writing_repeats_itself(analyst: TestClient) -> None:
    body = {"prompt": "Write", "max_new_tokens": 8, "temperature": 0}
    first, second = (analyst.post(PATH, json=body).json()["outputs"] for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "prompt"),
        ({"prompt": "a", "messages": []}, "exactly one"),
        ({"prompt": ""}, ""),
        ({"prompt": "a", "temprature": 1}, "“temprature”"),
        ({"prompt": "a", "body": {"deep": 1}}, "“body”"),
        ({"prompt": "a", "temperature": -1}, "temperature"),
        ({"prompt": "a", "temperature": "0.5"}, "temperature"),
        ({"prompt": "a", "max_new_tokens": 0}, "max_new_tokens"),
        ({"prompt": "a", "max_new_tokens": 1.5}, "max_new_tokens"),
        ({"prompt": "a", "max_new_tokens": True}, "max_new_tokens"),
        ({"prompt": "a", "top_p": 0}, "top_p"),
        ({"prompt": "a", "n": 10_000}, "n"),
        ({"prompt": "a", "seed": 2**70}, "seed"),
        ({"prompt": "a", "stop": [1]}, "stop"),
        ({"prompt": "a\x00"}, ""),
        ({"prompt": "a" * 20_001}, "20"),
        ({"messages": [{"role": "robot", "content": "a"}]}, "role"),
        ({"messages": [{"role": "user", "content": "a", "name": "x"}]}, "messages.0.name"),
        ({"messages": []}, ""),
    ],
)
def test_values_that_cannot_be_are_refused_by_name(
    analyst: TestClient, fields: dict[str, Any], said: str
) -> None:
    answer = analyst.post(PATH, json=fields)
    assert answer.status_code == 422, answer.text
    assert said in error_of(answer)["message"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_numbers_must_be_finite(analyst: TestClient, number: str) -> None:
    body = f'{{"prompt": "a", "temperature": {number}}}'
    answer = analyst.post(PATH, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert "temperature" in error_of(answer)["message"]


@pytest.mark.parametrize("body", [b"{", b"", b"\xff", b"[" * 100_000, b'{"seed": ' + b"1" * 5000])
def test_a_body_that_is_no_json_is_malformed(analyst: TestClient, body: bytes) -> None:
    answer = analyst.post(PATH, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422), answer.text
    assert error_of(answer)["code"] in ("malformed", "invalid")


def test_a_body_of_another_kind_is_refused(analyst: TestClient) -> None:
    body = json.dumps({"prompt": "a"})
    answer = analyst.post(PATH, content=body, headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415
    assert error_of(answer)["code"] == "unsupported_media_type"


def test_a_stream_is_refused_like_any_other_call(analyst: TestClient) -> None:
    answer = analyst.post(PATH, json={"prompt": "a", "stream": True, "model": "nobody"})
    assert answer.status_code == 404
    assert "reporter" in error_of(answer)["message"]
