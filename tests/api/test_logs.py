"""What the API writes into the log, and what it never does."""

import base64
import io
import json
from typing import Any
from uuid import UUID

import pytest
from starlette.testclient import TestClient

from core.workbench import Workbench
from db.models import Run
from tests.api.conftest import People

CANARY = "canary-5e1f"


def lines(logged: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in logged.getvalue().splitlines()]


def requests_in(logged: io.StringIO) -> list[dict[str, Any]]:
    return [line for line in lines(logged) if line["event"] == "request"]


def test_each_request_is_one_line(
    analyst: TestClient, detected: str, logged: io.StringIO, bench: Workbench
) -> None:
    logged.truncate(0)
    logged.seek(0)
    answer = analyst.get(f"/api/v1/runs/{detected}")
    (line,) = requests_in(logged)
    assert line["method"] == "GET"
    assert line["route"] == "/api/v1/runs/{run_id}"
    assert line["status"] == 200
    assert line["ms"] > 0
    assert line["trace_id"] == answer.headers["X-Request-ID"]
    users = bench.accounts.users(bench.accounts.system_actor())
    assert line["user_id"] == str(users[0].id)


def test_a_refusal_says_its_code(analyst: TestClient, logged: io.StringIO) -> None:
    analyst.post("/api/v1/generate", json={"prompt": ""})
    assert requests_in(logged)[-1]["code"] == "invalid"
    assert requests_in(logged)[-1]["status"] == 422


def test_one_id_leads_from_the_answer_to_the_log_and_the_row(
    bench: Workbench, analyst: TestClient, picture: bytes, logged: io.StringIO
) -> None:
    detected = analyst.post(
        "/api/v1/detect", files={"image": picture}, data={"prompt": "red circle"}
    )
    written = analyst.post("/api/v1/generate", json={"prompt": "a", "max_new_tokens": 1})
    for answer in (detected, written):
        reference = answer.headers["X-Request-ID"]
        with bench.database.unit_of_work() as session:
            run = session.get_one(Run, UUID(answer.json()["run_id"]))
            assert run.trace_id == reference
        assert [line["trace_id"] for line in requests_in(logged)].count(reference) == 1


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_are_written_at_debug_only(
    client: TestClient, logged: io.StringIO, path: str
) -> None:
    client.get(path)
    assert [line["level"] for line in requests_in(logged)] == ["debug"]


def test_a_bug_is_logged_with_its_place_under_the_callers_reference(
    bench: Workbench, analyst: TestClient, logged: io.StringIO
) -> None:
    answer = rated_without_its_table(bench, analyst, "")
    (line,) = [line for line in lines(logged) if line["event"] == "unexpected_error"]
    assert line["trace_id"] == answer.json()["error"]["request_id"]
    assert line["exception"][0]["type"].startswith("sqlalchemy.")
    assert any(place.startswith("core/feedback/") for place in line["exception"][0]["at"])


def rated_without_its_table(bench: Workbench, client: TestClient, text: str) -> Any:
    """Rate while the statement must fail with everything sent in its parameters."""
    with bench.database.engine.begin() as connection:
        connection.exec_driver_sql("alter table feedback rename to feedback_moved")
    try:
        run_id = client.post("/api/v1/generate", json={"prompt": "a", "max_new_tokens": 1}).json()[
            "run_id"
        ]
        answer = client.post(
            "/api/v1/feedback",
            json={"run_id": run_id, "rating": 5, "comment": text},
            headers={"Idempotency-Key": text or "key"},
        )
    finally:
        with bench.database.engine.begin() as connection:
            connection.exec_driver_sql("alter table feedback_moved rename to feedback")
    assert answer.status_code == 500
    return answer


def test_nothing_that_people_send_is_in_the_log(
    client: TestClient, people: People, picture: bytes, logged: io.StringIO
) -> None:
    key = people.key(CANARY)
    ana = TestClient(client.app, headers={"Authorization": f"Bearer {key}"})
    image = base64.b64encode(picture).decode()
    nasty = {"User-Agent": CANARY, "Referer": CANARY, "X-Forwarded-For": CANARY}

    found = ana.post(
        "/api/v1/detect",
        files={"image": (f"{CANARY}.png", picture)},
        data={"prompt": CANARY},
        headers=nasty,
    )
    run_id = found.json()["run_id"]
    ana.post("/api/v1/feedback", json={"run_id": run_id, "rating": 1, "comment": CANARY})
    ana.post("/api/v1/feedback", json={"run_id": run_id, "rating": 1, "tags": [CANARY * 9]})
    ana.post("/api/v1/detect", json={"image": image, "prompt": f"{CANARY}\x00"})
    ana.post("/api/v1/detect", json={"image": CANARY, "prompt": "a"})
    ana.post("/api/v1/detect", json={"image": image, "prompt": "a", CANARY: CANARY})
    ana.post("/api/v1/generate", json={"prompt": CANARY, "max_new_tokens": 1})
    ana.post("/api/v1/generate", json={"prompt": CANARY, "stop": [CANARY], "seed": -1})
    ana.post("/api/v1/generate", json={"prompt": "a", "model": CANARY})
    ana.post("/api/v1/generate", content=CANARY, headers={"Content-Type": "application/json"})
    ana.get("/api/v1/feedback/export", params={"text": CANARY})
    ana.get("/api/v1/feedback/export", params={CANARY: "1"})
    ana.get(f"/api/v1/runs/{CANARY}")
    ana.get(f"/{CANARY}")
    rated_without_its_table(people.bench, ana, CANARY)
    client.get("/api/v1/models", headers={"Authorization": f"Bearer {CANARY}"})
    client.get("/api/v1/models", headers={"Cookie": f"glimpse_session={CANARY}"})
    client.post("/auth/cookie", json={"ticket": CANARY}, headers={"Origin": "http://testserver"})
    client.get("/healthz", headers={"X-Request-ID": f"{CANARY} with a space"})

    assert len(requests_in(logged)) >= 19
    text = logged.getvalue()
    assert CANARY not in text
    assert key not in text
    assert image[:40] not in text
