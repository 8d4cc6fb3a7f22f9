"""The picker of prompts, as the generation page draws it: fields, preview, what is handed on."""

from typing import Any
from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest

from core.generation.types import SamplingParams, UsedPrompt
from core.permissions import Actor, Role
from core.prompts.shipped import REPORT
from core.prompts.types import Prompt
from tests.core.review import rows
from tests.pages.conftest import Visitor, texts

LETTER = "Write to {{name}}.\n\n{{text}}"
START = "generation-start-from"


def page() -> None:
    """A page that starts what is picked, as the generation page does, and shows what it sent."""
    import streamlit as st

    from core.permissions import Permission
    from ui.components.prompt_form import save_as_prompt
    from ui.components.prompt_picker import fill_picker, prompt_picker
    from ui.errors import shown
    from ui.guard import require
    from ui.resources import workbench

    actor = require(Permission.GENERATE)
    st.session_state.setdefault("sent", None)
    if run_id := st.session_state.pop("to-open", None):
        fill_picker(workbench().generation.get(actor, run_id))
    picked = prompt_picker(actor)
    free = "" if picked else st.text_area("Prompt", key="free")
    if not picked:
        save_as_prompt(actor, free or "")
    if st.button("Run", key="run"):
        with shown():
            st.session_state["sent"] = picked.written(actor) if picked else (free, None)


@pytest.fixture
def ann(visitor: Visitor) -> Visitor:
    visitor.app = AppTest.from_function(page, default_timeout=60)
    return visitor.sign_in(Role.ANALYST, "ann")


def who(visitor: Visitor) -> Actor:
    assert visitor.actor is not None
    return visitor.actor


@pytest.fixture
def letter(ann: Visitor) -> Prompt:
    return ann.bench.prompts.create(who(ann), "Letter", LETTER, "To *whom*")


def pick(app: AppTest, prompt: Prompt) -> AppTest:
    return app.selectbox(key=START).set_value(str(prompt.id)).run()


def fill(app: AppTest, **values: str) -> AppTest:
    for name, value in values.items():
        key = f"generation-variable-{name}"
        field: Any = app.text_area(key=key) if name == "text" else app.text_input(key=key)
        field.set_value(value)
    return app.run()


def sent(app: AppTest) -> Any:
    app.button(key="run").click().run()
    return app.session_state["sent"]


def test_it_starts_with_free_text_and_offers_what_is_visible(ann: Visitor, letter: Prompt) -> None:
    bob = rows.person(ann.bench.database, "bob")
    ann.bench.prompts.create(bob, "Note", "Hi {{name}}.", shared=True)
    ann.bench.prompts.create(bob, "Private", "Hi.")
    app = ann.app.run()
    assert not app.exception
    options = app.selectbox(key=START).options
    assert options[:3] == ["Free text", "Letter", "Note · bob"]
    assert f"{REPORT} · built in" in options
    assert not [option for option in options if "Private" in option]
    app.text_area(key="free").set_value("As typed.").run()
    assert sent(app) == ("As typed.", None)


def test_a_picked_prompt_has_a_field_for_each_variable_and_shows_its_text(
    ann: Visitor, letter: Prompt
) -> None:
    app = pick(ann.app.run(), letter)
    assert [field.label for field in app.text_input] == ["Name"]
    assert [field.label for field in app.text_area] == ["Text"]
    assert app.code[0].value == LETTER
    assert r"Version 1. To \*whom\*" in texts(app)
    fill(app, name="{{text}}", text="Soon.")
    assert app.code[0].value == "Write to {{text}}.\n\nSoon."
    values = {"name": "{{text}}", "text": "Soon."}
    assert sent(app) == (app.code[0].value, UsedPrompt(letter.newest.id, values))


def test_blank_fields_are_named_when_the_text_is_wanted_and_not_before(
    ann: Visitor, letter: Prompt
) -> None:
    app = fill(pick(ann.app.run(), letter), name="Bo", text=" ")
    assert not app.error
    assert sent(app) is None
    assert "“text”" in app.error[0].value


def test_values_stay_when_another_prompt_has_the_same_variable(
    ann: Visitor, letter: Prompt
) -> None:
    other = ann.bench.prompts.create(who(ann), "Note", "{{text}} and {{more}}")
    app = fill(pick(ann.app.run(), letter), name="Bo", text="Soon.")
    assert pick(app, other).text_area(key="generation-variable-text").value == "Soon."
    assert pick(app, letter).text_input(key="generation-variable-name").value == "Bo"


def made_from(ann: Visitor, prompt: Prompt, variables: dict[str, str]) -> UUID:
    version = prompt.newest.id
    bench, actor = ann.bench, who(ann)
    text = bench.prompts.written(actor, version, variables)
    params = SamplingParams(max_new_tokens=1)
    used = UsedPrompt(version, variables)
    run = bench.generation.start(actor, text, params, used_prompt=used)
    return bench.generation.wait(actor, run.id, 30).id


def opened(ann: Visitor, run_id: UUID) -> AppTest:
    ann.app.session_state["to-open"] = run_id
    return ann.app.run()


def test_an_opened_run_stands_in_the_fields_with_the_version_it_was_made_from(
    ann: Visitor, letter: Prompt
) -> None:
    run_id = made_from(ann, letter, {"name": "Bo", "text": "Soon."})
    revised = ann.bench.prompts.revise(who(ann), letter.id, LETTER + "\nYours")
    app = opened(ann, run_id)
    assert app.selectbox(key=START).value == str(letter.id)
    assert app.code[0].value == "Write to Bo.\n\nSoon."
    assert "Version 1." in texts(app)
    app.button(key="generation-newest-version").click().run()
    assert app.code[0].value == "Write to Bo.\n\nSoon.\nYours"
    assert sent(app)[1].version_id == revised.newest.id


def test_a_run_from_what_is_out_of_sight_opens_as_free_text(ann: Visitor, letter: Prompt) -> None:
    run_id = made_from(ann, letter, {"name": "Bo", "text": "Soon."})
    ann.bench.prompts.change(who(ann), letter.id, archived=True)
    app = opened(ann, run_id)
    assert not app.exception
    assert app.selectbox(key=START).value == "free text"


def test_a_prompt_archived_meanwhile_gives_way_to_free_text(ann: Visitor, letter: Prompt) -> None:
    app = pick(ann.app.run(), letter)
    ann.bench.prompts.change(who(ann), letter.id, archived=True)
    app.run()
    assert not app.exception
    assert app.selectbox(key=START).value == "free text"


def test_a_free_text_is_kept_as_a_prompt(ann: Visitor) -> None:
    app = ann.app.run()
    app.text_area(key="free").set_value("Say {{word}}.").run()
    assert "Variables: word" in texts(app)
    app.text_input(key="generation-save-name").set_value("Echo")
    app.toggle(key="generation-save-shared").set_value(True)
    app.button(key="generation-save-now").click().run()
    assert not app.error
    made = ann.bench.prompts.visible(who(ann))[0]
    assert (made.name, made.newest.text, made.shared) == ("Echo", "Say {{word}}.", True)
    assert app.text_input(key="generation-save-name").value == ""
    assert "Echo" in app.selectbox(key=START).options


def test_a_refused_prompt_says_why_and_keeps_what_was_typed(ann: Visitor, letter: Prompt) -> None:
    app = ann.app.run()
    app.text_area(key="free").set_value("Say it.").run()
    app.text_input(key="generation-save-name").set_value("LETTER")
    app.button(key="generation-save-now").click().run()
    assert "already a prompt “Letter”" in app.error[0].value
    assert app.text_input(key="generation-save-name").value == "LETTER"


def test_guests_use_prompts_and_save_none(visitor: Visitor) -> None:
    visitor.app = AppTest.from_function(page, default_timeout=60)
    app = visitor.sign_in(Role.GUEST).app.run()
    assert f"{REPORT} · built in" in app.selectbox(key=START).options
    assert not [button for button in app.button if button.key == "generation-save-now"]
