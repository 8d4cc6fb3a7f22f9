"""Models of other servers: what they cannot do stands on the page as not available."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.config import ROOT
from core.permissions import Role
from tests.pages.conftest import Visitor, texts
from tests.pages.generating import REPORT, finished, press_run, run_of

pytestmark = pytest.mark.usefixtures("two_models")

MODELS = f"""
[[generator]]
id = "reporter"
source = "{ROOT / "models" / "reporter"}"

[[generator]]
id = "far"
source = "http://127.0.0.1:9/v1"
supports = ["top_k"]
"""
"""Nobody listens on port 9; the page says what its models can do without asking them."""


@pytest.fixture
def two_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "models.toml"
    file.write_text(MODELS, encoding="utf-8")
    monkeypatch.setenv("GLIMPSE_MODELS_FILE", str(file))


def choose(app: AppTest, model: str) -> AppTest:
    return app.selectbox(key="generation-model").set_value(model).run()


def unavailable(app: AppTest) -> set[str]:
    return {field.label for field in app.text_input if field.disabled}


def test_what_a_server_cannot_do_is_shown_as_not_available(visitor: Visitor) -> None:
    app = visitor.sign_in(Role.ANALYST).open("generation")
    app.number_input(key="generation-top_k").set_value(7)
    app.slider(key="generation-repetition_penalty").set_value(1.3).run()
    assert not unavailable(app)
    choose(app, "far")
    assert unavailable(app) == {"Repetition penalty", "Seed"}
    assert {one.placeholder for one in app.text_input if one.disabled} == {
        "not available on this server"
    }
    assert app.number_input(key="generation-top_k").value == 7
    assert "Sent as plain text; this model has no chat template." in texts(app)
    choose(app, "reporter")
    assert app.slider(key="generation-repetition_penalty").value == 1.3


def test_presets_leave_off_what_a_server_cannot_do(visitor: Visitor) -> None:
    app = choose(visitor.sign_in(Role.ANALYST).open("generation"), "far")
    app.segmented_control(key="generation-preset").set_value("Creative").run()
    assert app.segmented_control(key="generation-preset").value == "Creative"
    run = run_of(visitor, press_run(app, REPORT))
    assert (run.params.temperature, run.params.repetition_penalty) == (1.0, 1.0)
    assert (run.params.seed, run.params.top_logprobs) == (None, 0)
    assert run.messages == ()


def test_a_run_that_never_began_says_why_and_offers_no_seed(visitor: Visitor) -> None:
    app = choose(visitor.sign_in(Role.ANALYST).open("generation"), "far")
    run = run_of(visitor, press_run(app, REPORT))
    app.run()
    assert "cannot be reached" in (run.error or "")
    assert "seed" not in texts(app)
    assert app.button(key="generation-continue").disabled
    assert app.text_area(key="generation-prompt").value == REPORT


def test_a_model_is_loaded_before_its_chat_template_is_judged(visitor: Visitor) -> None:
    app = visitor.sign_in(Role.ANALYST).open("generation")
    assert visitor.bench.models.infos()[0].abilities is None
    run = run_of(visitor, press_run(app, REPORT))
    assert [message.role for message in run.messages] == ["user"]


def test_a_run_of_a_model_not_on_offer_any_more_cannot_be_written_on(
    visitor: Visitor, two_models: None, tmp_path: Path
) -> None:
    visitor.sign_in(Role.ANALYST)
    run = finished(visitor)
    bench = visitor.bench
    bench.models._generators = bench.models._generators[1:]
    app = visitor.open("generation", run=str(run.id))
    assert app.button(key="generation-continue").disabled
    assert "reporter" in texts(app)
