"""System: what is told of the program, and what an administrator does about it."""

import time
from collections.abc import Iterator

import pytest

from core.clock import now
from core.generation.types import SamplingParams
from core.inference.types import ModelState
from core.permissions import Role
from core.problems import PROBLEMS, Problem
from core.runs.types import RunStatus, Task
from tests.pages.conftest import Visitor, texts

CATALOG = """
[[detector]]
id = "rule"
source = "builtin:fake"

[[detector]]
id = "gone"
source = "./nowhere"

[[generator]]
id = "pace"
source = "builtin:fake?tokens_per_second=20"
"""


@pytest.fixture(autouse=True)
def _own_models(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path_factory.mktemp("models") / "models.toml"
    file.write_text(CATALOG, encoding="utf-8")
    monkeypatch.setenv("GLIMPSE_MODELS_FILE", str(file))


@pytest.fixture
def admin(_own_models: None, visitor: Visitor) -> Iterator[Visitor]:
    PROBLEMS.clear()
    visitor.bench.models.load_all()
    yield visitor.sign_in(Role.ADMIN)
    PROBLEMS.clear()


def until(admin: Visitor, state: ModelState) -> None:
    end = time.monotonic() + 10
    while admin.bench.models.info(Task.DETECTION, "rule").state is not state:
        assert time.monotonic() < end
        time.sleep(0.02)


def test_an_idle_program_says_so(admin: Visitor) -> None:
    app = admin.open("system")
    assert not app.exception
    assert not app.error
    said = texts(app)
    assert "**rule** detection :green-badge[ready] :gray-badge[default]" in said
    assert "the folder “./nowhere” is not there" in said
    assert "None at the moment" in said
    assert "None since the process started" in said
    assert "**pdf** :green-badge[in use]" in said
    assert [button.key for button in app.button if "gone" in str(button.key)] == []
    cells = "\n".join(str(table.value.to_csv()) for table in app.table)
    for name in ("Disk free", "Connections", "Items to do", "Waiting for the database", "Memory"):
        assert name in cells


def test_a_model_is_unloaded_and_loaded(admin: Visitor) -> None:
    app = admin.open("system")
    app.button(key="system-unload-detection-rule").click().run()
    until(admin, ModelState.UNLOADED)
    app.run()
    assert "**rule** detection :gray-badge[unloaded]" in texts(app)
    assert "an administrator can load it again" in texts(app)
    app.button(key="system-load-detection-rule").click().run()
    until(admin, ModelState.READY)
    app.run()
    app.button(key="system-warm-detection-rule").click().run()
    assert any(each.value.startswith("rule answered in") for each in app.info)


def test_a_text_of_somebody_is_stopped(admin: Visitor) -> None:
    assert admin.actor is not None
    params = SamplingParams(max_new_tokens=500)
    run = admin.bench.generation.start(admin.actor, "write", params, "pace")
    app = admin.open("system")
    assert "at most 500 tokens" in texts(app)
    app.button(key=f"system-stop-{run.id}").click().run()
    assert admin.bench.generation.wait(admin.actor, run.id, 20).status is RunStatus.STOPPED


def test_the_last_problems_are_listed_with_a_way_to_the_audit_log(admin: Visitor) -> None:
    PROBLEMS.add(Problem(now(), "error", "job_failed", None, "shapes", None, "trace-1", 3))
    app = admin.open("system")
    (table,) = [each for each in app.dataframe if "Times" in each.value]
    row = table.value.iloc[0]
    assert (row["What"], row["Times"], row["Where"]) == ("job_failed", 3, "shapes")
    assert row["Trace id"] == "/audit?trace=trace-1"


def test_everybody_is_told_and_it_can_be_put_back(admin: Visitor) -> None:
    app = admin.open("system")
    app.text_input(key="system-notice-text").input("Back *soon*.")
    submit = next(each for each in app.button if each.label == "Show it")
    submit.click().run()
    assert [each.value for each in app.warning] == ["Back \\*soon\\*."]

    other = Visitor(admin.bench)
    assert [each.value for each in other.open("detection").warning] == ["Back \\*soon\\*."]

    app.button(key="system-notice-clear").click().run()
    assert not app.warning
    app.button(key="system-notice-undo").click().run()
    assert [each.value for each in app.warning] == ["Back \\*soon\\*."]


def test_settings_show_no_secret(admin: Visitor) -> None:
    app = admin.open("system")
    (table,) = [each for each in app.dataframe if "Setting" in each.value]
    by_name = table.value.set_index("Setting")["Value"]
    assert by_name["GLIMPSE_SECRET_KEY"] == "set"
    assert by_name["GLIMPSE_DATABASE_URL"] == "set"
    assert "0123456789abcdef" not in table.value.to_csv()
