"""Over HTTP: from a detection to a report whose claims are checked, and to its rating."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from core.ids import new_id
from core.workbench import Workbench
from tests.api.conftest import error_of
from tests.api.sse import read


@pytest.fixture(autouse=True)
def _shipped(bench: Workbench) -> None:
    bench.prompts.ensure_shipped()


def described(client: TestClient, run_id: str, **asked: Any) -> dict[str, Any]:
    """The report once it has ended."""
    begun = client.post(f"/api/v1/runs/{run_id}/describe", json={"temperature": 0, **asked})
    assert begun.status_code == 202, begun.text
    assert begun.headers["X-Run-ID"] == begun.json()["run_id"]
    with client.stream("GET", f"/api/v1/runs/{begun.json()['run_id']}/stream") as stream:
        stream.read()
    ended: dict[str, Any] = client.get(f"/api/v1/runs/{begun.json()['run_id']}").json()
    return ended
