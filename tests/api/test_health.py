"""Alive, ready, and how busy."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from core.config import Settings
from core.database import database_away
from core.inference.registry import ModelRegistry
from core.permissions import Role
from core.workbench import Workbench
from db import embedded
from db.session import Database
from tests.api.conftest import METRICS_TOKEN, bench_over, error_of
from tests.core.exemplars import value


@pytest.fixture
def home(open_folder: Path) -> Iterator[Path]:
    """A database server of this test's own, to be stopped and started."""
    folder = open_folder / "db"
    yield folder
    embedded.stop(folder)


def test_alive_asks_nothing_of_the_database(client: TestClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_ready_follows_the_database_down_and_up(
    home: Path, models: ModelRegistry, api_settings: Settings
) -> None:
    database = Database(embedded.ensure(home), database_away)
    bench = bench_over(database, models, api_settings)
    client = TestClient(create_app(lambda: bench))
    assert client.get("/readyz").json() == {"status": "ready"}

    embedded.stop(home)
    away = client.get("/readyz")
    assert away.status_code == 503
    assert int(away.headers["Retry-After"]) > 0
    assert away.json()["missing"][0].startswith("database")
    assert client.get("/healthz").status_code == 200
    refused = client.get("/api/v1/models", headers={"Authorization": "Bearer gk_some"})
    assert refused.status_code == 503
    assert error_of(refused)["code"] == "unavailable"
    assert int(refused.headers["Retry-After"]) > 0

    embedded.ensure(home)
    assert client.get("/readyz").status_code == 200
    database.close()


def test_not_ready_while_a_default_model_is_not_loaded(
    bench: Workbench, api_settings: Settings
) -> None:
    waiting = ModelRegistry.from_file(api_settings)
    fresh = bench_over(bench.database, waiting, api_settings)
    answer = TestClient(create_app(lambda: fresh)).get("/readyz")
    assert answer.status_code == 503
    assert [missing.split(":")[0] for missing in answer.json()["missing"]] == [
        "model shapes",
        "model reporter",
    ]


def test_metrics_are_for_the_token_and_for_admins(
    client: TestClient, admin: TestClient, analyst: TestClient
) -> None:
    token = {"Authorization": f"Bearer {METRICS_TOKEN}"}
    answer = client.get("/metrics", headers=token)
    assert answer.status_code == 200
    assert "glimpse_requests_total" in answer.text
    assert admin.get("/metrics").status_code == 200
    assert analyst.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"Authorization": "Bearer x"}).status_code == 401
    assert client.get("/metrics").status_code == 401


def test_metrics_count_requests(
    client: TestClient, as_user: Callable[..., TestClient], picture: bytes
) -> None:
    def count() -> float:
        text = client.get("/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"}).text
        series = 'glimpse_requests_total{face="api",status="done",task="detection"}'
        return sum(float(x.split()[-1]) for x in text.splitlines() if x.startswith(series))

    before = count()
    guest = as_user("gus", Role.GUEST)
    guest.post("/api/v1/detect", files={"image": picture}, data={"prompt": "a"})
    assert count() == before + 1


def test_a_scraper_that_reads_openmetrics_gets_trace_ids(
    client: TestClient, analyst: TestClient, picture: bytes
) -> None:
    trace = {"X-Request-ID": "a-request-of-a-test"}
    analyst.post(
        "/api/v1/detect", headers=trace, files={"image": picture}, data={"prompt": "red circle"}
    )
    token = {"Authorization": f"Bearer {METRICS_TOKEN}"}
    wanted = {"Accept": "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"}
    told = client.get("/metrics", headers=token | wanted)
    assert told.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert told.text.endswith("# EOF\n")
    assert '# {trace_id="a-request-of-a-test"}' in told.text
    plain = client.get("/metrics", headers=token)
    assert plain.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "trace_id" not in plain.text


def test_answers_are_counted_by_route_also_where_no_service_was_asked(
    client: TestClient, analyst: TestClient
) -> None:
    def count(route: str, status: int) -> float:
        return value("glimpse_http_answers_total", route=route, status=str(status))

    before = count("/api/v1/detect", 401), count("(none)", 404)
    client.post("/api/v1/detect")
    analyst.get("/api/v1/no-such-path")
    assert (count("/api/v1/detect", 401), count("(none)", 404)) == (before[0] + 1, before[1] + 1)


def test_models_are_listed_with_what_is_wrong(analyst: TestClient) -> None:
    models = {each["id"]: each for each in analyst.get("/api/v1/models").json()["models"]}
    assert list(models) == ["shapes", "gone", "reporter", "pace"]
    assert models["shapes"]["kind"] == "detector"
    assert models["shapes"]["available"]
    assert "reason" not in models["shapes"]
    assert models["reporter"]["kind"] == "generator"
    assert models["reporter"]["device"] == "cpu"
    assert not models["gone"]["available"]
    assert "nowhere" in models["gone"]["reason"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_that_ask_for_the_head_only_are_answered(client: TestClient, path: str) -> None:
    assert client.head(path).status_code == client.get(path).status_code
