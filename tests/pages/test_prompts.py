"""The page of prompts: the list, a prompt with its versions, and all that is done with them."""

import pytest
from streamlit.testing.v1 import AppTest

from core.feedback.service import FeedbackService
from core.ids import new_id
from core.permissions import Actor, Role
from core.prompts.shipped import REPORT
from core.prompts.types import Prompt
from tests.core.review import rows
from tests.pages.conftest import Visitor, texts

LETTER = "Write to {{name}}.\n{{text}}"
REVISED = "Write a letter to {{name}}.\n{{text}}"


@pytest.fixture
def ann(visitor: Visitor) -> Visitor:
    return visitor.sign_in(Role.ANALYST, "ann")


def who(visitor: Visitor) -> Actor:
    assert visitor.actor is not None
    return visitor.actor


@pytest.fixture
def letter(ann: Visitor) -> Prompt:
    return ann.bench.prompts.create(who(ann), "Letter", LETTER, "To *whom*")


def opened(visitor: Visitor, prompt: Prompt, **query: str) -> AppTest:
    return visitor.open("prompts", prompt=str(prompt.id), **query)


def kept(visitor: Visitor, prompt: Prompt) -> Prompt:
    return visitor.bench.prompts.get(who(visitor), prompt.id)


def press(app: AppTest, name: str) -> AppTest:
    return app.button(key=f"prompts-{name}").click().run()


def offered(app: AppTest) -> set[str]:
    """What the buttons of the opened prompt do."""
    wanted = {"use", "edit", "copy", "archive", "restore"}
    keys = {(button.key or "").removeprefix("prompts-") for button in app.button}
    return keys & wanted


def rated(ann: Visitor, prompt: Prompt, ratings: list[int], unrated: int) -> None:
    """Runs made from the newest version of the prompt."""
    database, version = ann.bench.database, prompt.newest.id
    model = rows.model(database, "generation", f"model {version}")
    for rating in ratings + [0] * unrated:
        run_id = rows.run(database, who(ann), model, prompt_version_id=version)
        if rating:
            FeedbackService(database).rate(who(ann), run_id, rating)


def test_the_library_is_listed_with_whose_it_is_and_how_it_did(
    ann: Visitor, letter: Prompt
) -> None:
    bob = rows.person(ann.bench.database, "bob")
    ann.bench.prompts.create(bob, "Note", "Hi.", shared=True)
    ann.bench.prompts.create(bob, "Private", "Hi.")
    rated(ann, letter, [2, 5], unrated=1)
    rated(ann, ann.bench.prompts.revise(who(ann), letter.id, REVISED), [5], unrated=0)
    app = ann.open("prompts")
    assert not app.exception
    assert not app.error
    table = app.dataframe[0].value.set_index("Name")
    assert list(table.index[:2]) == ["Letter", "Note"]
    assert "Private" not in table.index
    assert list(table["Whose"][["Letter", "Note", REPORT]]) == ["you", "bob", "built in"]
    row = table.loc["Letter"]
    assert (row["Version"], row["Uses"], row["Rating"], row["Ratings"]) == (2, 4, 4.0, 3)


def test_without_a_prompt_of_ones_own_it_says_what_to_do(ann: Visitor) -> None:
    app = ann.open("prompts")
    assert "none of them yours yet: make one, or copy one" in texts(app)


def test_guests_are_told_that_it_is_not_for_them(visitor: Visitor) -> None:
    app = visitor.sign_in(Role.GUEST).open("prompts")
    assert "not allowed for your role" in app.warning[0].value


def test_an_opened_prompt_shows_each_version_with_how_it_did(ann: Visitor, letter: Prompt) -> None:
    rated(ann, letter, [2, 5], unrated=1)
    revised = ann.bench.prompts.revise(who(ann), letter.id, REVISED)
    app = opened(ann, letter)
    assert r"To \*whom\*" in texts(app)
    assert "you · 2 versions" in texts(app)
    choice = app.selectbox(key=f"prompts-version-{revised.newest.id}")
    newest, oldest = choice.options
    assert newest.endswith(": 0 uses")
    assert oldest.endswith(": 3 uses, 3.5 ★ (2 ratings)")
    assert app.code[0].value == REVISED
    assert app.code[1].value == "-Write to {{name}}.\n+Write a letter to {{name}}.\n {{text}}"
    choice.set_value(1).run()
    assert [code.value for code in app.code] == [LETTER]


def test_a_prompt_is_made(ann: Visitor) -> None:
    app = press(ann.open("prompts"), "new")
    app.text_input(key="prompts-new-name").set_value("Letter")
    app.text_area(key="prompts-new-text").set_value(LETTER)
    app.toggle(key="prompts-new-shared").set_value(True).run()
    assert "Variables: name, text" in texts(app)
    press(app, "new-create")
    assert not app.error
    made = ann.bench.prompts.visible(who(ann))[0]
    assert (made.name, made.newest.text, made.shared) == ("Letter", LETTER, True)
    assert app.query_params["prompt"] == str(made.id)
    assert press(app, "new").text_area(key="prompts-new-text").value == ""


def test_a_refused_prompt_says_why_and_keeps_what_was_typed(ann: Visitor, letter: Prompt) -> None:
    app = press(ann.open("prompts"), "new")
    app.text_input(key="prompts-new-name").set_value("letter")
    app.text_area(key="prompts-new-text").set_value("Say {{word").run()
    assert "a variable that is not closed" in app.error[0].value
    app.text_area(key="prompts-new-text").set_value("Say {{word}}.").run()
    assert not app.error
    press(app, "new-create")
    assert "already a prompt “Letter”" in app.error[0].value
    assert app.text_area(key="prompts-new-text").value == "Say {{word}}."


def test_an_edit_shows_its_changes_and_becomes_a_new_version(ann: Visitor, letter: Prompt) -> None:
    app = press(opened(ann, letter), "edit")
    assert "The text is that of version 1." in texts(app)
    key = f"prompts-edit-{letter.id}"
    app.text_area(key=f"{key}-text").set_value(REVISED).run()
    assert "Changes since version 1, to be version 2:" in texts(app)
    assert app.code[0].value == "-Write to {{name}}.\n+Write a letter to {{name}}.\n {{text}}"
    app.text_input(key=f"{key}-name").set_value("Note")
    press(app, "save")
    assert not app.error
    revised = kept(ann, letter)
    assert (revised.name, revised.description) == ("Note", "To *whom*")
    assert [each.text for each in revised.versions] == [REVISED, LETTER]
    assert "show" not in app.query_params


def test_an_edit_of_the_name_alone_makes_no_version(ann: Visitor, letter: Prompt) -> None:
    app = press(opened(ann, letter), "edit")
    app.text_input(key=f"prompts-edit-{letter.id}-name").set_value("Note")
    press(app, "save")
    assert (kept(ann, letter).name, len(kept(ann, letter).versions)) == ("Note", 1)


def test_a_cancelled_edit_is_forgotten(ann: Visitor, letter: Prompt) -> None:
    app = press(opened(ann, letter), "edit")
    app.text_area(key=f"prompts-edit-{letter.id}-text").set_value(REVISED).run()
    press(app, "cancel")
    assert kept(ann, letter) == letter
    assert press(app, "edit").text_area(key=f"prompts-edit-{letter.id}-text").value == LETTER


def test_an_edit_goes_on_where_its_address_is_opened(ann: Visitor, letter: Prompt) -> None:
    app = opened(ann, letter, show="edit")
    assert app.text_area(key=f"prompts-edit-{letter.id}-text").value == LETTER


def test_a_copy_begins_with_the_version_shown(ann: Visitor, letter: Prompt) -> None:
    revised = ann.bench.prompts.revise(who(ann), letter.id, REVISED)
    app = opened(ann, letter)
    app.selectbox(key=f"prompts-version-{revised.newest.id}").set_value(1).run()
    press(app, "copy")
    assert app.text_input(key="prompts-new-name").value == "Letter (copy)"
    press(app, "new-create")
    copy = next(one for one in ann.bench.prompts.visible(who(ann)) if one.name == "Letter (copy)")
    assert (copy.newest.text, copy.description) == (LETTER, "To *whom*")


def test_sharing_is_one_switch(ann: Visitor, letter: Prompt) -> None:
    app = opened(ann, letter)
    app.toggle(key=f"prompts-shared-{letter.id}").set_value(True).run()
    assert kept(ann, letter).shared
    assert "you, shared" in texts(app)
    app.toggle(key=f"prompts-shared-{letter.id}").set_value(False).run()
    assert not kept(ann, letter).shared


def test_archiving_can_be_undone_at_once(ann: Visitor, letter: Prompt) -> None:
    app = press(opened(ann, letter), "archive")
    assert "“Letter” is archived." in texts(app)
    assert "Letter" not in set(app.dataframe[0].value["Name"])
    press(app, "undo")
    assert app.dataframe[0].value["Name"][0] == "Letter"
    assert kept(ann, letter) == letter
    assert "is archived." not in texts(app)


def test_what_is_archived_is_listed_apart_and_restored(ann: Visitor, letter: Prompt) -> None:
    app = press(ann.open("prompts"), "other-list")
    assert "Nothing is archived" in app.info[0].value
    ann.bench.prompts.change(who(ann), letter.id, archived=True)
    assert list(app.run().dataframe[0].value["Name"]) == ["Letter"]
    app = opened(ann, letter, show="archived")
    assert offered(app) == {"restore"}
    press(app, "restore")
    assert not kept(ann, letter).archived


def test_a_refused_restoring_says_why(ann: Visitor, letter: Prompt) -> None:
    ann.bench.prompts.change(who(ann), letter.id, archived=True)
    ann.bench.prompts.create(who(ann), "letter", "Another")
    app = press(opened(ann, letter, show="archived"), "restore")
    assert "already a prompt “letter”" in app.error[0].value
    assert kept(ann, letter).archived


@pytest.mark.parametrize(
    ("role", "shipped", "may"),
    [
        (Role.ANALYST, True, {"use", "copy"}),
        (Role.ANALYST, False, {"use", "copy"}),
        (Role.ADMIN, True, {"use", "copy"}),
        (Role.ADMIN, False, {"use", "copy", "archive"}),
    ],
)
def test_others_prompts_offer_only_what_may_be_done(
    visitor: Visitor, role: Role, shipped: bool, may: set[str]
) -> None:
    bob = rows.person(visitor.bench.database, "bob")
    shared = visitor.bench.prompts.create(bob, "Note", "Hi.", shared=True)
    visitor.sign_in(role)
    found = visitor.bench.prompts.visible(who(visitor))
    prompt = next(each for each in found if (each.owner is None) is shipped)
    app = opened(visitor, prompt, show="edit")
    assert offered(app) == may
    assert not app.toggle
    assert visitor.bench.prompts.get(bob, shared.id).name == "Note"


def test_use_leads_to_the_generation_page_with_it_picked(ann: Visitor, letter: Prompt) -> None:
    revised = ann.bench.prompts.revise(who(ann), letter.id, REVISED)
    app = opened(ann, letter)
    app.selectbox(key=f"prompts-version-{revised.newest.id}").set_value(1).run()
    press(app, "use")
    assert not app.exception
    assert [title.value for title in app.title] == ["Generation"]
    assert app.session_state["generation-start-from"] == str(letter.id)
    assert app.session_state["glimpse"].prompt_version == letter.newest.id


def test_an_address_that_names_nothing_says_so(ann: Visitor) -> None:
    bob = rows.person(ann.bench.database, "bob")
    private = ann.bench.prompts.create(bob, "Private", "Hi.")
    for prompt in (str(private.id), str(new_id())):
        app = ann.open("prompts", prompt=prompt)
        assert "There is no such prompt" in app.error[0].value
        assert app.dataframe
    assert "names no prompt" in ann.open("prompts", prompt="newest").error[0].value
    assert "names no prompt" in ann.open("prompts", show="everything").error[0].value


def test_a_callback_of_somebody_demoted_changes_nothing(ann: Visitor, letter: Prompt) -> None:
    app = opened(ann, letter)
    accounts = ann.bench.accounts
    accounts.set_role(accounts.system_actor(), "ann", Role.GUEST)
    press(app, "archive")
    assert "does not allow" in app.error[0].value
    assert not kept(ann, letter).archived
