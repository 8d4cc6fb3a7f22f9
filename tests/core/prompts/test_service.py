"""The library of prompts: versions that never change, and who may see and change what."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.feedback.service import FeedbackService
from core.ids import new_id
from core.permissions import Actor, Role
from core.prompts import shipped as shipped_file
from core.prompts.service import PromptService
from core.prompts.shipped import REPORT, ShippedPrompt
from core.prompts.types import Prompt
from db.session import Database
from tests.core.review import rows

LETTER = "Write to {{name}} about {{subject}}. Greet {{name}}."


@pytest.fixture
def prompts(database: Database) -> PromptService:
    return PromptService(database)


@pytest.fixture
def bob(database: Database) -> Actor:
    return rows.person(database, "bob")


@pytest.fixture
def admin(database: Database) -> Actor:
    return rows.person(database, "root", Role.ADMIN)


@pytest.fixture
def letter(prompts: PromptService, ann: Actor) -> Prompt:
    return prompts.create(ann, "Letter", LETTER, "To whom it concerns")


def names(found: tuple[Prompt, ...]) -> list[str]:
    return [each.name for each in found]


def test_a_prompt_is_kept_as_given(prompts: PromptService, ann: Actor) -> None:
    made = prompts.create(ann, "  My \n letter ", LETTER + "\r\n", " to  whom ")
    assert prompts.get(ann, made.id) == made
    assert (made.name, made.description, made.owner) == ("My letter", "to whom", "ann")
    assert (made.own, made.shared, made.archived) == (True, False, False)
    (version,) = made.versions
    assert (version.number, version.text, version.author) == (1, LETTER + "\n", "ann")
    assert version.variables == ("name", "subject")
    assert (version.uses, version.rating, version.ratings) == (0, None, 0)
    assert version.created_at.utcoffset() is not None


def test_a_revision_is_a_new_version_and_changes_no_earlier_one(
    prompts: PromptService, ann: Actor, letter: Prompt
) -> None:
    revised = prompts.revise(ann, letter.id, "Write to {{name}}.")
    assert [each.number for each in revised.versions] == [2, 1]
    assert revised.versions[1] == letter.newest
    assert revised.newest.variables == ("name",)
    assert prompts.written(ann, letter.newest.id, {"name": "Bo", "subject": "tea"})


def test_an_equal_text_makes_no_version(prompts: PromptService, ann: Actor, letter: Prompt) -> None:
    assert prompts.revise(ann, letter.id, LETTER) == letter


def test_revisions_at_once_never_share_a_number(
    prompts: PromptService, ann: Actor, letter: Prompt
) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: prompts.revise(ann, letter.id, f"{LETTER} {n}"), range(16)))
    versions = prompts.get(ann, letter.id).versions
    assert [each.number for each in versions] == list(range(17, 0, -1))
    assert len({each.text for each in versions}) == 17


def test_of_ten_prompts_of_one_name_made_at_once_one_is_kept(
    prompts: PromptService, ann: Actor
) -> None:
    def make(number: int) -> bool:
        try:
            prompts.create(ann, "letter" if number % 2 else "Letter", LETTER)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(make, range(10))) == 1
    assert len(prompts.visible(ann)) == 1


def test_a_name_is_taken_in_any_case_but_only_for_its_owner(
    prompts: PromptService, ann: Actor, bob: Actor, letter: Prompt
) -> None:
    with pytest.raises(Conflict, match="“Letter”"):
        prompts.create(ann, "LETTER", LETTER)
    other = prompts.create(ann, "Other", LETTER)
    with pytest.raises(Conflict, match="“Letter”"):
        prompts.change(ann, other.id, name="letter")
    assert prompts.change(ann, letter.id, name="letter").name == "letter"
    assert prompts.create(bob, "Letter", LETTER).owner == "bob"


def test_others_see_a_prompt_only_while_it_is_shared(
    prompts: PromptService, ann: Actor, bob: Actor, letter: Prompt
) -> None:
    values = {"name": "Bo", "subject": "tea"}
    for call in (
        lambda: prompts.get(bob, letter.id),
        lambda: prompts.written(bob, letter.newest.id, values),
        lambda: prompts.revise(bob, letter.id, "Mine"),
        lambda: prompts.change(bob, letter.id, shared=True),
        lambda: prompts.get(bob, new_id()),
        lambda: prompts.written(bob, new_id(), values),
    ):
        with pytest.raises(NotFound):
            call()
    assert prompts.visible(bob) == ()
    assert prompts.change(ann, letter.id, shared=True).shared
    (seen,) = prompts.visible(bob)
    assert (seen.id, seen.own, seen.owner) == (letter.id, False, "ann")
    assert prompts.written(bob, letter.newest.id, values) == "Write to Bo about tea. Greet Bo."
    prompts.change(ann, letter.id, shared=False)
    assert prompts.visible(bob) == ()


def test_only_the_owner_edits_a_shared_prompt(
    prompts: PromptService, ann: Actor, bob: Actor, admin: Actor, letter: Prompt
) -> None:
    shared = prompts.change(ann, letter.id, shared=True)
    changes: tuple[dict[str, Any], ...] = (
        {"name": "Mine"},
        {"description": "Mine"},
        {"shared": False},
    )
    for actor in (bob, admin):
        with pytest.raises(NotAllowed, match="ann's"):
            prompts.revise(actor, letter.id, "Mine")
        for change in changes:
            with pytest.raises(NotAllowed, match="ann's"):
                prompts.change(actor, letter.id, **change)
    with pytest.raises(NotAllowed, match="ann's"):
        prompts.change(bob, letter.id, archived=True)
    with pytest.raises(NotAllowed, match="ann's"):
        prompts.change(admin, letter.id, archived=True, name="Mine")
    assert prompts.get(ann, letter.id) == shared


def test_archiving_hides_a_prompt_and_restoring_brings_it_back(
    prompts: PromptService, ann: Actor, bob: Actor, letter: Prompt
) -> None:
    shared = prompts.change(ann, letter.id, shared=True)
    assert prompts.change(ann, letter.id, archived=True).archived
    assert prompts.visible(ann) == prompts.visible(bob) == prompts.archived(bob) == ()
    assert names(prompts.archived(ann)) == ["Letter"]
    with pytest.raises(NotFound):
        prompts.get(bob, letter.id)
    assert prompts.change(ann, letter.id, archived=False) == shared
    assert prompts.visible(ann) == (shared,)
    assert prompts.archived(ann) == ()


def test_a_prompt_comes_back_only_under_a_name_that_is_free(
    prompts: PromptService, ann: Actor, letter: Prompt
) -> None:
    prompts.change(ann, letter.id, archived=True)
    prompts.create(ann, "letter", "Another")
    with pytest.raises(Conflict):
        prompts.change(ann, letter.id, archived=False)
    restored = prompts.change(ann, letter.id, archived=False, name="Old letter")
    assert not restored.archived
    assert names(prompts.visible(ann)) == ["letter", "Old letter"]


def test_an_admin_archives_and_restores_what_is_shared_and_nothing_else(
    prompts: PromptService, ann: Actor, admin: Actor, letter: Prompt
) -> None:
    with pytest.raises(NotFound):
        prompts.change(admin, letter.id, archived=True)
    prompts.change(ann, letter.id, shared=True)
    prompts.change(admin, letter.id, archived=True)
    assert prompts.visible(ann) == ()
    assert names(prompts.archived(admin)) == ["Letter"]
    assert not prompts.change(admin, letter.id, archived=False).archived


def test_guests_use_prompts_and_make_none(
    prompts: PromptService, database: Database, ann: Actor
) -> None:
    guest = rows.person(database, "guest", Role.GUEST)
    shared = prompts.create(ann, "Shared", "Say {{word}}.", shared=True)
    assert prompts.written(guest, shared.newest.id, {"word": "yes"}) == "Say yes."
    for call in (
        lambda: prompts.create(guest, "Mine", "Text"),
        lambda: prompts.revise(guest, shared.id, "Text"),
        lambda: prompts.change(guest, shared.id, archived=True),
        lambda: prompts.archived(guest),
    ):
        with pytest.raises(NotAllowed):
            call()


def test_uses_and_ratings_are_those_of_the_version_itself(
    prompts: PromptService, database: Database, ann: Actor, bob: Actor, admin: Actor
) -> None:
    first = prompts.create(ann, "Letter", LETTER).newest
    model = rows.model(database, "generation", "writer")
    runs = [rows.run(database, ann, model, prompt_version_id=first.id) for _ in range(3)]
    rows.run(database, ann, model)
    feedback = FeedbackService(database)
    for actor, run_id, rating in ((ann, runs[0], 2), (admin, runs[0], 5), (ann, runs[1], 4)):
        feedback.rate(actor, run_id, rating)
    revised = prompts.revise(ann, prompts.visible(ann)[0].id, "Other {{text}}")
    rows.run(database, ann, model, prompt_version_id=revised.newest.id)
    newest, oldest = prompts.get(ann, revised.id).versions
    assert (newest.uses, newest.rating, newest.ratings) == (1, None, 0)
    assert (oldest.uses, oldest.ratings) == (3, 3)
    assert oldest.rating == pytest.approx(11 / 3)
    (uncounted,) = prompts.visible(ann, counted=False)
    assert {each.uses for each in uncounted.versions} == {None}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"description": "x" * 301}, "description"),
        ({"description": "half a pair \ud800"}, "description"),
        ({"text": " \n "}, "text"),
        ({"text": "x" * 20_001}, "text"),
        ({"text": "a\x1bb"}, "text"),
        ({"text": "Say {{word"}, "text"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_name(
    prompts: PromptService, ann: Actor, letter: Prompt, values: dict[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        prompts.create(ann, **({"name": "New", "text": "Say it."} | values))  # type: ignore[arg-type]
    assert refused.value.facts["field"] == field
    assert field in refused.value.message
    change: Any = prompts.revise if "text" in values else prompts.change
    with pytest.raises(Invalid):
        change(ann, letter.id, **values)
    assert prompts.visible(ann) == (letter,)


def test_limits_themselves_are_allowed(prompts: PromptService, ann: Actor) -> None:
    made = prompts.create(ann, "x" * 80, "x" * 20_000, "x" * 300)
    assert made == prompts.get(ann, made.id)


def test_own_prompts_come_before_shared_and_shipped_ones(
    prompts: PromptService, ann: Actor, bob: Actor
) -> None:
    prompts.ensure_shipped()
    prompts.create(bob, "Aardvark", "Text", shared=True)
    prompts.create(ann, "zebra", "Text")
    prompts.create(ann, "Yak", "Text")
    found = prompts.visible(ann)
    assert names(found)[:3] == ["Yak", "zebra", "Aardvark"]
    assert [each.owner for each in found[3:]] == [None] * len(shipped_file.shipped())


def test_prompts_that_describe_are_those_with_findings_the_shipped_report_first(
    prompts: PromptService, ann: Actor
) -> None:
    prompts.ensure_shipped()
    mine = prompts.create(ann, "A terse report", "In one line: {{findings}}")
    once = prompts.create(ann, "No longer", "{{findings}}")
    prompts.revise(ann, once.id, "{{text}}")
    found = prompts.describing(ann)
    assert names(found) == [REPORT, mine.name, "Question about detections"]


@pytest.fixture
def shipping(monkeypatch: pytest.MonkeyPatch) -> list[ShippedPrompt]:
    """What the file of shipped prompts holds; to be changed."""
    held = [ShippedPrompt("One", "First", "Say {{word}}."), ShippedPrompt("Two", "Second", "Hi.")]
    monkeypatch.setattr("core.prompts.service.shipped", lambda: tuple(held))
    return held


def test_a_changed_shipped_text_becomes_a_new_version(
    prompts: PromptService, ann: Actor, shipping: list[ShippedPrompt]
) -> None:
    prompts.ensure_shipped()
    before = prompts.visible(ann)
    prompts.ensure_shipped()
    assert prompts.visible(ann) == before
    shipping[0] = ShippedPrompt("One", "The first", "Say {{word}} twice.")
    prompts.ensure_shipped()
    one, two = prompts.visible(ann)
    assert [each.text for each in one.versions] == ["Say {{word}} twice.", "Say {{word}}."]
    assert (one.id, one.description, one.versions[1]) == (
        before[0].id,
        "The first",
        before[0].newest,
    )
    assert two == before[1]


def test_processes_that_start_at_once_ship_each_prompt_once(
    prompts: PromptService, ann: Actor
) -> None:
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: prompts.ensure_shipped(), range(6)))
    found = prompts.visible(ann)
    assert sorted(names(found)) == sorted(each.name for each in shipped_file.shipped())
    assert {len(each.versions) for each in found} == {1}


def test_nobody_changes_a_shipped_prompt(prompts: PromptService, ann: Actor, admin: Actor) -> None:
    prompts.ensure_shipped()
    shipped = prompts.visible(ann)[0]
    for actor in (ann, admin):
        with pytest.raises(NotAllowed, match="comes with the product"):
            prompts.revise(actor, shipped.id, "Mine")
        with pytest.raises(NotAllowed, match="comes with the product"):
            prompts.change(actor, shipped.id, archived=True)
    assert prompts.get(ann, shipped.id) == shipped
