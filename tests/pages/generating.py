"""Steps on the generation page."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from streamlit.testing.v1 import AppTest

from core.generation.types import GenerationRun, Message, SamplingParams
from core.permissions import Actor
from tests.pages.conftest import Visitor, component_data
from ui.components.generation_form import EXAMPLES

REPORT = EXAMPLES["Report"]
SHORT = SamplingParams(max_new_tokens=8, temperature=0.0)
WHOLE = SamplingParams(max_new_tokens=64, temperature=0.0)
"""Enough for the model to end its report by itself."""


def stream_data(app: AppTest) -> dict[str, Any]:
    """What the page hands to the component that shows text."""
    return component_data(app, "tokenstream")


def press_run(app: AppTest, prompt: str) -> AppTest:
    app.text_area(key="generation-prompt").set_value(prompt).run()
    app.number_input(key="generation-max-new-tokens").set_value(8).run()
    return app.button(key="generation-run").click().run()


def run_of(visitor: Visitor, app: AppTest) -> GenerationRun:
    """The run in the address, once it has ended."""
    return visitor.bench.generation.wait(who(visitor), UUID(str(app.query_params["run"])), 30)


def finished(
    visitor: Visitor, params: SamplingParams = SHORT, prompt: str | Sequence[Message] = REPORT
) -> GenerationRun:
    run = visitor.bench.generation.start(who(visitor), prompt, params)
    return visitor.bench.generation.wait(who(visitor), run.id, 30)


def who(visitor: Visitor) -> Actor:
    assert visitor.actor is not None
    return visitor.actor
