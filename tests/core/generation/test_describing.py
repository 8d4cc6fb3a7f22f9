"""From boxes to a report: which boxes, in which words, by which prompt, and whose."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from core.config import Settings
from core.errors import Conflict, Invalid, NotAllowed, NotFound, Unavailable
from core.feedback.types import Verdict
from core.feedback.verdicts import VerdictService
from core.generation.describing import DescribeService
from core.generation.service import GenerationService
from core.generation.types import (
    Described,
    GenerationRun,
    Message,
    Origin,
    SamplingParams,
    UsedPrompt,
)
from core.ids import new_id
from core.permissions import Actor, Role, Scope
from core.prompts.service import PromptService
from core.runs.types import Relation
from db.models import Run
from db.session import Database
from tests.core.feedback.detections import detection
from tests.core.generation.conftest import Writer
from tests.core.generation.scripted import ScriptedWriter
from tests.core.inference.textengine.support import PATIENCE_S
from tests.core.review import rows

LABELS = ("red circle", "Blue Star", "red circle", "cat", "Red  circle")
GREEDY = SamplingParams(temperature=0)


class Desk:
    """Everything there is over one database, with a model that writes what it is told to."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.writer = ScriptedWriter("Three red circles.")
        self.generation = GenerationService(database, self.writer, settings)
        self.prompts = PromptService(database)
        self.describing = DescribeService(database, self.writer, self.prompts, self.generation)
        self.verdicts = VerdictService(database)

    def prompt(self, actor: Actor, text: str, name: str = "mine") -> UUID:
        return self.prompts.create(actor, name, text).newest.id

    def asked(self, run: GenerationRun) -> str:
        assert run.prompt.endswith("Report:")
        return run.prompt.removeprefix("Findings: ").removesuffix(". Report:")


@pytest.fixture
def desk(database: Database, settings: Settings) -> Iterator[Desk]:
    opened = Desk(database, settings)
    opened.prompts.ensure_shipped()
    yield opened
    opened.generation.close()


@pytest.fixture
def found(database: Database, ana: Actor) -> UUID:
    return detection(database, ana, rows.model(database, "detection", "shapes"), *LABELS)


def test_all_boxes_found_become_the_findings_of_the_shipped_prompt(
    desk: Desk, ana: Actor, found: UUID
) -> None:
    run = desk.describing.describe(ana, found)

    assert desk.asked(run) == "3 red circle; 1 blue star; 1 cat"
    assert run.origin == Origin(found, Relation.DESCRIBED, boxes=(0, 1, 2, 3, 4))
    assert run.described == Described(found, (0, 1, 2, 3, 4))
    shipped = desk.prompts.describing(ana)[0].newest.id
    assert run.used_prompt == UsedPrompt(shipped, {"findings": "3 red circle; 1 blue star; 1 cat"})
    ended = desk.generation.wait(ana, run.id, PATIENCE_S)
    assert desk.generation.get(ana, run.id) == ended
    assert (ended.origin, ended.used_prompt) == (run.origin, run.used_prompt)


def test_boxes_below_the_threshold_are_described_only_when_chosen(
    desk: Desk, database: Database, ana: Actor, found: UUID
) -> None:
    with database.unit_of_work() as session:
        row = session.get_one(Run, found)
        assert row.output is not None
        weak = {**row.output["detections"][3], "score": 0.2}
        row.output = {"detections": [*row.output["detections"][:3], weak]}

    assert desk.asked(desk.describing.describe(ana, found)) == "2 red circle; 1 blue star"
    chosen = desk.describing.describe(ana, found, [3, 0, 3])
    assert desk.asked(chosen) == "1 red circle; 1 cat"
    assert chosen.described == Described(found, (0, 3))


def test_boxes_that_the_actor_judged_absent_are_left_out_unless_chosen(
    desk: Desk, database: Database, ana: Actor, found: UUID
) -> None:
    desk.verdicts.set(ana, found, 3, Verdict.ABSENT)
    desk.verdicts.set(ana, found, 1, Verdict.WRONG_LABEL)
    root = rows.person(database, "root", Role.ADMIN)

    assert desk.asked(desk.describing.describe(ana, found)) == "3 red circle; 1 blue star"
    assert desk.asked(desk.describing.describe(ana, found, [3])) == "1 cat"
    assert "1 cat" in desk.asked(desk.describing.describe(root, found))


def test_a_detection_that_found_nothing_is_described_as_that(
    desk: Desk, database: Database, ana: Actor
) -> None:
    empty = detection(database, ana, rows.model(database, "detection", "shapes"))
    desk.writer.text = "No objects were found."
    run = desk.describing.describe(ana, empty)

    assert desk.asked(run) == "none"
    ended = desk.generation.wait(ana, run.id, PATIENCE_S)
    assert [claim.supported for claim in ended.outputs[0].claims or ()] == [True]


def test_a_prompt_of_ones_own_gets_its_other_variables(desk: Desk, ana: Actor, found: UUID) -> None:
    version = desk.prompt(ana, "{{findings}} for {{reader}}:")
    told = {"reader": "a child", "findings": "9 dragons"}
    run = desk.describing.describe(ana, found, [3], version, variables=told)

    assert run.prompt == "1 cat for a child:"
    assert run.used_prompt == UsedPrompt(version, {"reader": "a child", "findings": "1 cat"})
    with pytest.raises(Invalid, match="reader"):
        desk.describing.describe(ana, found, [3], version)
    with pytest.raises(Invalid, match="findings"):
        desk.describing.describe(ana, found, version_id=desk.prompt(ana, "Nothing.", "other"))


def test_a_chat_model_is_asked_as_in_a_chat(desk: Desk, ana: Actor, found: UUID) -> None:
    desk.writer.chat = True
    run = desk.describing.describe(ana, found, [3])

    assert run.messages == (Message("user", "Findings: 1 cat. Report:"),)
    assert desk.writer.asked[-1].prompt == run.messages


@pytest.mark.parametrize("place", [-1, 5, True, "0"])
def test_a_box_that_is_not_there_is_refused_by_its_place(
    desk: Desk, ana: Actor, found: UUID, place: int
) -> None:
    with pytest.raises(Invalid, match="boxes 0 to 4"):
        desk.describing.describe(ana, found, [0, place])
    assert not desk.writer.asked


def test_a_failed_detection_has_nothing_to_describe(
    desk: Desk, database: Database, ana: Actor
) -> None:
    shapes = rows.model(database, "detection", "shapes")
    failed = detection(database, ana, shapes, status="failed")
    with pytest.raises(Conflict, match="run it again"):
        desk.describing.describe(ana, failed)


def test_only_what_one_may_see_can_be_described(
    desk: Desk, database: Database, ana: Actor, found: UUID
) -> None:
    eve = rows.person(database, "eve")
    private = desk.prompt(ana, "{{findings}}:")
    own = detection(database, eve, rows.model(database, "detection", "rule"), "cat")
    written = rows.run(database, ana, rows.model(database, "generation", "w"))
    for who, run_id, version in (
        (eve, found, None), (eve, own, private), (ana, written, None), (ana, new_id(), None),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            desk.describing.describe(who, run_id, version_id=version)
    root = rows.person(database, "root", Role.ADMIN)
    assert desk.describing.describe(root, found).user_id == root.user_id


def test_guests_describe_their_own_and_keys_only_what_they_are_for(
    desk: Desk, database: Database, ana: Actor, found: UUID
) -> None:
    guest = rows.person(database, "guest", Role.GUEST)
    own = detection(database, guest, rows.model(database, "detection", "rule"), "cat")
    assert desk.asked(desk.describing.describe(guest, own)) == "1 cat"
    key = Actor(ana.user_id, "ana", ana.role, ana.face, scopes=frozenset({Scope.DETECT}))
    with pytest.raises(NotAllowed):
        desk.describing.describe(key, found)


def test_without_any_prompt_for_it_the_message_says_what_to_make(
    database: Database, settings: Settings, ana: Actor, found: UUID
) -> None:
    desk = Desk(database, settings)
    with pytest.raises(Unavailable, match="variable “findings”"):
        desk.describing.describe(ana, found)
    desk.prompt(ana, "{{findings}}:")
    assert desk.describing.describe(ana, found, [3]).prompt == "1 cat:"
    desk.generation.close()


def test_the_bundled_writer_reports_truly_and_is_caught_where_it_does_not(
    database: Database, writer: Writer, settings: Settings, ana: Actor, found: UUID
) -> None:
    """It repeats what it reads: a prompt that misquotes the findings makes it say so."""
    generation = GenerationService(database, writer, settings)
    prompts = PromptService(database)
    prompts.ensure_shipped()
    describing = DescribeService(database, writer, prompts, generation)
    misquoting = prompts.create(ana, "misquoting", "{{findings}}\nFindings: 5 red circle. Report:")

    true = describing.describe(ana, found, params=GREEDY)
    false = describing.describe(ana, found, version_id=misquoting.newest.id, params=GREEDY)
    true, false = (generation.wait(ana, run.id, PATIENCE_S) for run in (true, false))
    generation.close()

    assert true.claim_count is not None
    assert true.claim_count.total == true.claim_count.supported == 3
    text, (claim,) = false.outputs[0].text, false.outputs[0].claims or ()
    assert (text[slice(*claim.span)], claim.supported) == ("5 red circles", False)
    assert claim.reason == "detected: 3 × red circle"
