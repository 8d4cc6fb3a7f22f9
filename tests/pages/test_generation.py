"""The generation page: what it says before, during and after a run."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from streamlit.testing.v1 import AppTest

from core.generation.types import GenerationRun, Message, Origin, SamplingParams
from core.permissions import Role
from core.runs.types import Relation, RunStatus
from tests.pages.conftest import Visitor, component_data, texts
from ui.components.generation_form import EXAMPLES
from ui.components.style_choice import PRESETS

REPORT = EXAMPLES["Report"]
SHORT = SamplingParams(max_new_tokens=8, temperature=0.0)


def stream_data(app: AppTest) -> dict[str, Any]:
    """What the page hands to the component that shows text."""
    return component_data(app, "tokenstream")


def press_run(app: AppTest, prompt: str) -> AppTest:
    app.text_area(key="generation-prompt").set_value(prompt).run()
    app.number_input(key="generation-max-new-tokens").set_value(8).run()
    return app.button(key="generation-run").click().run()


def run_of(visitor: Visitor, app: AppTest) -> GenerationRun:
    assert visitor.actor is not None
    return visitor.bench.generation.wait(visitor.actor, UUID(str(app.query_params["run"])), 30)


def finished(
    visitor: Visitor, params: SamplingParams = SHORT, prompt: str | Sequence[Message] = REPORT
) -> GenerationRun:
    assert visitor.actor is not None
    run = visitor.bench.generation.start(visitor.actor, prompt, params)
    return visitor.bench.generation.wait(visitor.actor, run.id, 30)


def test_says_what_to_do_while_there_is_no_text(visitor: Visitor) -> None:
    app = visitor.sign_in(Role.ANALYST).open("generation")
    assert not app.exception
    assert "No text yet" in texts(app)


def test_the_bundled_writer_says_what_it_is_for_and_where_to_name_a_larger_one(
    visitor: Visitor,
) -> None:
    app = visitor.sign_in(Role.ANALYST).open("generation")
    (line,) = [c.value for c in app.caption if "Bundled: " in c.value]
    assert "report" in line
    assert "For free text, add a larger model to `models.toml`." in line


def test_running_records_the_run_and_puts_it_in_the_address(visitor: Visitor) -> None:
    app = press_run(visitor.sign_in(Role.ANALYST).open("generation"), REPORT)
    assert not app.error, app.error
    run = run_of(visitor, app)
    assert run.prompt == REPORT
    assert run.params.max_new_tokens == 8
    assert stream_data(app)["stream"] == f"/api/v1/runs/{run.id}/stream"


def test_a_blank_prompt_is_refused_and_starts_nothing(visitor: Visitor) -> None:
    app = press_run(visitor.sign_in(Role.ANALYST).open("generation"), "   ")
    assert "blank" in app.error[0].value
    assert "run" not in app.query_params


def test_an_example_fills_the_prompt(visitor: Visitor) -> None:
    app = visitor.sign_in(Role.ANALYST).open("generation")
    app.pills(key="generation-example").set_value("Question").run()
    assert app.text_area(key="generation-prompt").value == EXAMPLES["Question"]


def test_a_preset_moves_the_fine_tuning_and_a_change_leaves_it(visitor: Visitor) -> None:
    app = visitor.sign_in(Role.ANALYST).open("generation")
    app.segmented_control(key="generation-preset").set_value("Creative").run()
    assert app.slider(key="generation-temperature").value == PRESETS["Creative"].temperature
    app.slider(key="generation-temperature").set_value(1.5).run()
    assert app.segmented_control(key="generation-preset").value is None


def test_a_seed_that_is_no_number_is_said_so_and_starts_nothing(visitor: Visitor) -> None:
    app = visitor.sign_in(Role.ANALYST).open("generation")
    app.text_input(key="generation-seed").set_value("lucky").run()
    press_run(app, REPORT)
    assert "lucky" in app.error[0].value
    assert "run" not in app.query_params
    assert app.number_input(key="generation-n").value == 1


def test_a_finished_run_is_shown_whole_with_its_seed_and_timings(visitor: Visitor) -> None:
    visitor.sign_in(Role.ANALYST)
    run = finished(visitor, replace(SHORT, seed=77))
    app = visitor.open("generation", run=str(run.id))
    assert stream_data(app)["final"]["texts"] == [run.outputs[0].text]
    assert "seed 77" in texts(app)
    assert f"{run.usage.prompt_tokens} prompt tokens" in texts(app)
    assert app.text_area(key="generation-prompt").value == REPORT
    assert len(app.feedback) == 1


def test_a_run_is_rated_only_when_it_has_ended(visitor: Visitor) -> None:
    visitor.sign_in(Role.ANALYST)
    assert visitor.actor is not None
    long = SamplingParams(max_new_tokens=900, temperature=2.0)
    run = visitor.bench.generation.start(visitor.actor, REPORT, long)
    app = visitor.open("generation", run=str(run.id))
    visitor.bench.generation.cancel(visitor.actor, run.id)
    ended = visitor.bench.generation.wait(visitor.actor, run.id, 30)
    if stream_data(app)["final"] is None:
        assert not app.feedback
    assert ended.status in {RunStatus.STOPPED, RunStatus.DONE}
    assert len(app.run().feedback) == 1


def test_again_starts_another_run_with_a_seed_of_its_own(visitor: Visitor) -> None:
    visitor.sign_in(Role.ANALYST)
    first = finished(visitor, replace(SHORT, seed=77))
    app = visitor.open("generation", run=str(first.id))
    app.button(key="generation-again").click().run()
    second = run_of(visitor, app)
    assert second.id != first.id
    assert second.prompt == first.prompt
    assert second.params.seed != 77


def test_another_users_run_is_as_unknown_as_none(visitor: Visitor) -> None:
    other = Visitor(visitor.bench).sign_in(Role.ANALYST, "other")
    theirs = finished(other)
    visitor.sign_in(Role.ANALYST)
    for id_ in (theirs.id, uuid4()):
        app = visitor.open("generation", run=str(id_))
        assert len(app.error) == 1
        assert "No text yet" in texts(app)


def test_signed_out_visitors_see_no_generation(visitor: Visitor) -> None:
    app = visitor.open("generation")
    assert not [area for area in app.text_area if area.key == "generation-prompt"]


def test_a_prompt_is_asked_through_the_chat_template_unless_told_otherwise(
    visitor: Visitor,
) -> None:
    app = press_run(visitor.sign_in(Role.ANALYST).open("generation"), REPORT)
    assert run_of(visitor, app).messages == (Message("user", REPORT),)
    assert "sent as a chat message" in texts(app)
    app.toggle(key="generation-as-chat").set_value(False).run()
    app.button(key="generation-run").click().run()
    assert run_of(visitor, app).messages == ()
    assert "sent as plain text" in texts(app)


def test_a_system_message_goes_before_the_prompt(visitor: Visitor) -> None:
    app = visitor.sign_in(Role.ANALYST).open("generation")
    app.text_area(key="generation-system").set_value("Be brief.").run()
    run = run_of(visitor, press_run(app, REPORT))
    assert run.messages == (Message("system", "Be brief."), Message("user", REPORT))


def test_an_opened_conversation_stands_in_the_fields_and_is_sent_whole(visitor: Visitor) -> None:
    visitor.sign_in(Role.ANALYST)
    said = tuple(
        Message(*one)
        for one in (
            ("system", "Be brief."),
            ("user", "Findings: none. Report:"),
            ("assistant", "Nothing was found."),
            ("user", REPORT),
        )
    )
    first = finished(visitor, prompt=said)
    app = visitor.open("generation", run=str(first.id))
    assert "sent as a chat of 4 messages" in texts(app)
    assert app.text_area(key="generation-prompt").value == REPORT
    assert app.text_area(key="generation-system").value == "Be brief."
    assert "Nothing was found." in [line.value for line in app.text]
    app.button(key="generation-run").click().run()
    assert run_of(visitor, app).messages == said
    app.button(key="generation-no-earlier").click().run()
    app.button(key="generation-run").click().run()
    assert run_of(visitor, app).messages == (said[0], said[-1])


def test_stop_strings_with_line_ends_survive_opening_and_running_again(visitor: Visitor) -> None:
    visitor.sign_in(Role.ANALYST)
    stops = ("\n\n", "a\\n", "End.")
    first = finished(visitor, replace(SHORT, stop=stops))
    app = visitor.open("generation", run=str(first.id))
    assert app.text_area(key="generation-stop").value == "\\n\\n\na\\\\n\nEnd."
    app.button(key="generation-run").click().run()
    assert run_of(visitor, app).params.stop == stops


def test_alternatives_are_asked_for_so_that_tokens_can_be_looked_into(visitor: Visitor) -> None:
    app = press_run(visitor.sign_in(Role.ANALYST).open("generation"), REPORT)
    assert run_of(visitor, app).params.top_logprobs == 5


def test_one_click_takes_the_seed_of_the_run_shown(visitor: Visitor) -> None:
    visitor.sign_in(Role.ANALYST)
    first = finished(visitor, replace(SHORT, seed=77, temperature=1.0))
    app = visitor.open("generation", run=str(first.id))
    assert app.text_input(key="generation-seed").value == ""
    app.button(key="generation-use-seed").click().run()
    app.button(key="generation-run").click().run()
    second = run_of(visitor, app)
    assert second.params.seed == 77
    assert second.id != first.id


def test_an_edited_run_links_to_the_one_it_was_made_from(visitor: Visitor) -> None:
    visitor.sign_in(Role.ANALYST)
    first = finished(visitor)
    app = visitor.open("generation", run=str(first.id))
    app.text_area(key="generation-prompt").set_value("lost when the fields are filled").run()
    app.button(key="generation-edit").click().run()
    assert app.text_area(key="generation-prompt").value == REPORT
    app.slider(key="generation-temperature").set_value(0.5).run()
    app.button(key="generation-run").click().run()
    second = run_of(visitor, app)
    assert second.origin == Origin(first.id, Relation.EDITED)
    app.button(key="generation-run").click().run()
    assert run_of(visitor, app).origin is None


def test_an_edit_that_changes_nothing_is_the_same_again(visitor: Visitor) -> None:
    visitor.sign_in(Role.ANALYST)
    first = finished(visitor)
    app = visitor.open("generation", run=str(first.id))
    app.button(key="generation-edit").click().run()
    app.button(key="generation-run").click().run()
    assert run_of(visitor, app).origin == Origin(first.id, Relation.AGAIN)


def test_an_edit_need_not_be_linked(visitor: Visitor) -> None:
    visitor.sign_in(Role.ANALYST)
    first = finished(visitor)
    app = visitor.open("generation", run=str(first.id))
    app.button(key="generation-edit").click().run()
    app.button(key="generation-not-edited").click().run()
    app.button(key="generation-run").click().run()
    assert run_of(visitor, app).origin is None
