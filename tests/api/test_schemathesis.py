"""The product against its checked-in schema, with what Schemathesis makes of it.

More than 10,000 cases, which takes ten minutes.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette

from api.app import create_app
from core.config import ROOT, Settings
from core.inference.registry import ModelRegistry
from core.limits.types import Quota
from core.permissions import Role
from core.runs.types import Task
from core.workbench import Workbench
from db.session import Database
from tests.api.conftest import People, bench_over
from tests.api.test_served import served
from ui.routes import beside_pages

pytestmark = pytest.mark.slow
MOST_EACH = 5
"""Made-up cases for each call, beside those that walk through its limits one by one."""
CASES_EACH = 3400
MODELS = """
[[detector]]
id = "shapes"
source = "builtin:fake"

[[generator]]
id = "reporter"
source = "builtin:fake?tokens_per_second=5000"

[[generator]]
id = "spare"
source = "builtin:fake"
"""
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_headers_conformance,response_schema_conformance,unsupported_method,"
    "allow_header_conformance,missing_required_header,ignored_auth,use_after_free"
)


@pytest.fixture
def bench(api_settings: Settings, tmp_path: Path, database: Database) -> Iterator[Workbench]:
    models_file = tmp_path / "models.toml"
    models_file.write_text(MODELS)
    settings = api_settings.model_copy(update={"models_file": models_file})
    models = ModelRegistry.from_file(settings)
    models.load_all()
    opened = bench_over(database, models, settings)
    opened.prompts.ensure_shipped()
    for role in Role:
        for task in Task:
            nothing = Quota(None, None, None)
            opened.limits.change(opened.accounts.system_actor(), role, task, nothing)
    yield opened
    opened.generation.close()
    opened.waiting.close()
    opened.keeper.close()
    models.close()


@pytest.mark.parametrize("role", [Role.ADMIN, Role.ANALYST, None], ids=str)
def test_every_answer_is_as_the_schema_says(
    bench: Workbench, people: People, tmp_path: Path, role: Role | None
) -> None:
    owner = {"Authorization": f"Bearer {people.key('ana', role or Role.ANALYST)}"}
    people.add("other")
    with served(Starlette(routes=beside_pages(create_app(lambda: bench)))) as address:
        ran = subprocess.run(
            [
                *(sys.executable, "-c", "from schemathesis.cli import schemathesis as st; st()"),
                *("run", str(ROOT / "docs" / "openapi.json"), "--url", address, "--checks", CHECKS),
                *(f"-HAuthorization: {owner['Authorization']}" for _ in (role,) if role),
                *("--max-examples", str(MOST_EACH), "--seed", "1", "--workers", "1"),
                *("--suppress-health-check", "all", "--continue-on-failure", "--no-color"),
                *("--request-timeout", "30"),
            ],
            cwd=tmp_path,  # it keeps what it found beside it
            env=os.environ
            | {
                "PYTHONPATH": str(ROOT),
                "SCHEMATHESIS_HOOKS": "tests.api.schemathesis_hooks",
                "SCHEMATHESIS_KNOWN": json.dumps(_known(bench, address, owner)),
            },
            check=False,
            capture_output=True,
            text=True,
        )
    assert ran.returncode == 0, ran.stdout[-40_000:] + ran.stderr[-2000:]
    cases = re.search(r"(\d+) generated", ran.stdout)
    assert cases is not None
    assert int(cases[1]) > CASES_EACH


def _known(bench: Workbench, address: str, owner: dict[str, str]) -> dict[str, str]:
    """Ids of a finished text of the caller's, a user and a prompt, and a model."""
    with httpx2.Client(base_url=address, headers=owner, timeout=30) as client:
        text = client.post("/api/v1/generate", json={"prompt": "a", "max_new_tokens": 5}).json()
        prompts = client.get("/api/v1/prompts").json()["prompts"]
    other = bench.limits.named(bench.accounts.system_actor(), "other").user_id
    return {
        "run_id": text["run_id"],
        "user_id": str(other),
        "prompt_id": prompts[0]["id"],
        "model": "shapes",
    }
