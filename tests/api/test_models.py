"""Which models there are, and what the generators among them can do."""

from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from api.app import create_app
from core.config import Settings
from core.inference.registry import ModelRegistry
from core.workbench import Workbench
from tests.api.conftest import bench_over

PATH = "/api/v1/models"
REMOTE = """
[[generator]]
id = "far"
source = "http://127.0.0.1:1/v1?key=s3cret"
supports = ["seed"]
"""


def named(client: TestClient) -> dict[str, dict[str, Any]]:
    return {model["id"]: model for model in client.get(PATH).json()["models"]}


def test_generators_say_what_they_can_do_once_that_is_known(
    analyst: TestClient, models: ModelRegistry
) -> None:
    models.generator("pace")
    listed = named(analyst)
    for name in ("reporter", "pace"):
        abilities = listed[name]["abilities"]
        assert {"seed", "top_k", "repetition_penalty", "logprobs", "leads"} <= set(abilities)
        assert all(abilities[ability] is True for ability in ("seed", "logprobs", "leads"))
    assert "abilities" not in listed["shapes"]


def test_a_remote_generator_is_listed_without_being_asked_and_leaves_the_start_ready(
    bench: Workbench, analyst: TestClient, api_settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "models.toml"
    file.write_text(REMOTE)
    models = ModelRegistry.from_file(api_settings.model_copy(update={"models_file": file}))
    models.load_all()
    with TestClient(
        create_app(lambda: bench_over(bench.database, models, api_settings)),
        headers=dict(analyst.headers),
    ) as client:
        assert client.get("/readyz").status_code == 200
        far = named(client)["far"]
    models.close()
    assert (far["state"], far["available"], far["device"]) == ("waiting", True, "remote")
    assert far["source"] == "http://127.0.0.1:1/v1"
    assert far["abilities"] == {
        "seed": True,
        "top_k": False,
        "repetition_penalty": False,
        "logprobs": False,
        "leads": True,
        "batched": True,
    }
