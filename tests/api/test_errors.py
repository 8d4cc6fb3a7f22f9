"""One shape for every failure, an id on every answer."""

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from core.errors import Unavailable
from core.workbench import Workbench
from tests.api.conftest import error_of


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/nothing", 404, "not_found"),
        ("GET", "/api", 404, "not_found"),
        ("GET", "/hf", 404, "not_found"),
        ("GET", "/api/v1/models/", 404, "not_found"),
        ("POST", "/api/v1/nothing", 404, "not_found"),
        ("POST", "/v1/nothing", 404, "not_found"),
        ("DELETE", "/api/v1/models", 405, "method_not_allowed"),
        ("GET", "/api/v1/detect", 405, "method_not_allowed"),
    ],
)
def test_paths_and_methods_that_are_not_there(
    client: TestClient, method: str, path: str, status: int, code: str
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    assert error_of(answer)["code"] == code


def test_405_names_the_methods_that_are_allowed(client: TestClient) -> None:
    assert client.delete("/api/v1/models").headers["Allow"] == "GET"


@pytest.mark.parametrize("sent", ["abcdef12", "A-b-3" * 12, "x" * 64])
def test_a_sane_request_id_is_kept(client: TestClient, sent: str) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": sent})
    assert answer.headers["X-Request-ID"] == sent


@pytest.mark.parametrize("sent", ["short", "x" * 65, "with space", "quote'--", "ümlautümlaut"])
def test_any_other_request_id_is_replaced(client: TestClient, sent: str) -> None:
    answer = client.get("/api/nothing", headers={b"X-Request-ID": sent.encode("latin-1")})
    assert answer.headers["X-Request-ID"] != sent
    assert error_of(answer)


def test_each_request_has_an_id_of_its_own(client: TestClient) -> None:
    ids = {client.get("/healthz").headers["X-Request-ID"] for _ in range(5)}
    assert len(ids) == 5


def test_the_run_is_recorded_under_the_request_id(
    analyst: TestClient, picture: bytes, bench: Workbench
) -> None:
    headers = {"X-Request-ID": "a-request-to-find-again"}
    form = {"files": {"image": picture}, "data": {"prompt": "a"}}
    assert analyst.post("/api/v1/detect", headers=headers, **form).status_code == 200  # type: ignore[arg-type]
    body = {"prompt": "a", "max_new_tokens": 1}
    assert analyst.post("/api/v1/generate", headers=headers, json=body).status_code == 200
    with bench.database.engine.connect() as connection:
        found = connection.exec_driver_sql("select trace_id from runs").scalars().all()
    assert found == ["a-request-to-find-again"] * 2


def test_a_bug_is_500_without_its_trace(bench: Workbench, analyst: TestClient) -> None:
    with bench.database.engine.begin() as connection:
        connection.exec_driver_sql("alter table feedback rename to feedback_moved")
    try:
        answer = analyst.get("/api/v1/feedback/export")
    finally:
        with bench.database.engine.begin() as connection:
            connection.exec_driver_sql("alter table feedback_moved rename to feedback")
    assert answer.status_code == 500
    error = error_of(answer)
    assert error["code"] == "internal"
    assert "feedback_moved" not in answer.text
    assert "Traceback" not in answer.text


def test_a_workbench_that_cannot_be_opened_is_503() -> None:
    def away() -> Workbench:
        raise Unavailable("The database does not answer.", retry_after=7)

    client = TestClient(create_app(away))
    for answer in (client.get("/readyz"), client.post("/api/v1/detect", content=b"x")):
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "7"
        assert error_of(answer)["code"] == "unavailable"
    assert client.get("/healthz").status_code == 200


def test_answers_are_not_kept_by_caches(client: TestClient) -> None:
    assert client.get("/healthz").headers["Cache-Control"] == "no-store"


def test_abbreviations_stay_as_they_are(analyst: TestClient) -> None:
    answer = analyst.post("/api/v1/feedback", json={"run_id": 5, "rating": 3})
    assert error_of(answer)["message"].startswith("run_id: UUID input")
