"""What a report says of the boxes, checked when it ends and kept with it."""

import json
from collections.abc import Callable, Iterator, Sequence
from uuid import UUID

import pytest

from core.config import Settings
from core.generation.claims import ClaimKind
from core.generation.service import GenerationService
from core.generation.types import (
    ClaimCount,
    Described,
    FinishReason,
    GenerationRun,
    Lead,
    Origin,
    SamplingParams,
)
from core.permissions import Actor
from core.runs.types import Relation, RunStatus
from db.models import Run
from db.session import Database
from tests.conftest import captured_logs
from tests.core.feedback.detections import detection
from tests.core.generation.conftest import Writer
from tests.core.generation.scripted import ScriptedWriter
from tests.core.generation.test_recorder import away
from tests.core.inference.textengine.support import PATIENCE_S
from tests.core.review import rows

LABELS = ("red circle", "blue star", "red circle", "cat", "red circle")
ALL = tuple(range(len(LABELS)))
PROMPT = "Findings: 3 red circle; 1 blue star; 1 cat. Report:"

Reported = Callable[..., GenerationRun]


@pytest.fixture
def scripted() -> ScriptedWriter:
    return ScriptedWriter()


@pytest.fixture
def service(
    database: Database, scripted: ScriptedWriter, settings: Settings
) -> Iterator[GenerationService]:
    service = GenerationService(database, scripted, settings)
    yield service
    service.close()


@pytest.fixture
def found(database: Database, ana: Actor) -> UUID:
    """Three red circles, a blue star and a cat, each scored 0.9."""
    return detection(database, ana, rows.model(database, "detection", "shapes"), *LABELS)


@pytest.fixture
def reported(
    service: GenerationService, scripted: ScriptedWriter, ana: Actor, found: UUID
) -> Reported:
    """Has a report of that text written on the boxes, and waits for its end."""

    def report(
        written: str,
        boxes: Sequence[int] = ALL,
        *,
        origin: Origin | None = None,
        prompt: str = PROMPT,
        lead: Lead | None = None,
        n: int = 1,
    ) -> GenerationRun:
        scripted.text = written
        described = Origin(found, Relation.DESCRIBED, boxes=tuple(boxes))
        run = service.start(
            ana, prompt, SamplingParams(n=n, seed=1), origin=origin or described, lead=lead
        )
        return service.wait(ana, run.id, PATIENCE_S)

    return report


def said(run: GenerationRun, output: int = 0) -> list[tuple[str, ClaimKind, bool]]:
    """Each claim of an output as it stands in lead and text, its kind, and whether it is so."""
    lead, one = run.lead.text if run.lead else "", run.outputs[output]
    assert one.claims is not None
    whole = lead + one.text
    return [(whole[slice(*claim.span)], claim.kind, claim.supported) for claim in one.claims]


@pytest.mark.parametrize(
    ("kind", "sentence", "true", "false"),
    [
        (ClaimKind.COUNT, "There are {}.", "three red circles", "four red circles"),
        (ClaimKind.LABEL, "The image shows {}.", "cats", "dogs"),
        (ClaimKind.ABSENCE, "There are {}.", "no dogs", "no cats"),
        (ClaimKind.COLOUR, "{}.", "The star is blue", "The star is green"),
        (ClaimKind.SUPERLATIVE, "The {}.", "most common object is the red circle",
         "most common object is the blue star"),
        (ClaimKind.TOTAL, "There are {}.", "5 objects", "6 objects"),
        (ClaimKind.SCORE, "The cat has a score of {}.", "0.90", "0.77"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("start", ["", "👩‍👩‍👧 𝕬 report: "])
def test_each_kind_of_claim_is_found_where_it_stands(
    reported: Reported, kind: ClaimKind, sentence: str, true: str, false: str, start: str
) -> None:
    """Also behind characters that are two units in a browser, and behind an earlier run's text."""
    for claimed, supported in ((true, True), (false, False)):
        told = sentence.format(claimed)
        for run in (reported(start + told), reported(told, lead=Lead(start or " "))):
            assert (claimed, kind, supported) in said(run)


def test_a_planted_false_number_is_counted_and_kept(
    reported: Reported, service: GenerationService, database: Database, ana: Actor
) -> None:
    run = reported("Four red circles, one blue star and a cat.")

    assert [(what, supported) for what, _, supported in said(run)] == [
        ("Four red circles", False), ("one blue star", True), ("a cat", True),
    ]  # fmt: skip
    assert run.claim_count == ClaimCount(3, 2)
    assert service.get(ana, run.id) == run
    with database.unit_of_work() as session:
        row = session.get_one(Run, run.id)
    assert (row.claims, row.claims_supported) == (3, 2)


def test_every_output_is_checked(reported: Reported) -> None:
    run = reported("Four red circles.", n=3)

    assert [said(run, output) for output in range(3)] == [
        [("Four red circles", ClaimKind.COUNT, False)]
    ] * 3
    assert run.claim_count == ClaimCount(3, 0)


def test_only_the_boxes_chosen_count(reported: Reported) -> None:
    assert said(reported("Two red circles. There is no cat.", boxes=(0, 4))) == [
        ("Two red circles", ClaimKind.COUNT, True), ("no cat", ClaimKind.ABSENCE, True),
    ]  # fmt: skip
    assert said(reported("Nothing was detected.", boxes=())) == [
        ("Nothing", ClaimKind.ABSENCE, True)
    ]


def test_what_continues_a_report_is_checked_together_with_it(
    reported: Reported, found: UUID
) -> None:
    first = reported("There are four red ")
    on = reported(
        "circles and a cat.",
        origin=Origin(first.id, Relation.CONTINUED, output=0),
        lead=Lead("There are four red "),
    )
    again = reported("Three cats.", origin=Origin(on.id, Relation.AGAIN))

    assert said(on) == [
        ("four red circles", ClaimKind.COUNT, False), ("a cat", ClaimKind.COUNT, True),
    ]  # fmt: skip
    assert on.described == again.described == Described(found, ALL)
    assert said(again) == [("Three cats", ClaimKind.COUNT, False)]


def test_what_comes_of_an_edited_prompt_is_not_checked(
    reported: Reported, database: Database
) -> None:
    first = reported("Three red circles.")
    edited = reported(
        "Three cats.", origin=Origin(first.id, Relation.EDITED), prompt="A poem on cats:"
    )
    settings_only = reported("Three cats.", origin=Origin(first.id, Relation.EDITED))

    assert (edited.described, edited.claim_count) == (None, None)
    assert settings_only.claim_count == ClaimCount(1, 0)
    with database.unit_of_work() as session:
        row = session.get_one(Run, edited.id)
    assert (row.claims, row.claims_supported) == (None, None)


def test_a_text_that_was_cut_off_is_not_blamed_for_its_last_word(
    reported: Reported, scripted: ScriptedWriter
) -> None:
    scripted.ends = FinishReason.CANCELLED
    assert said(reported("Three red circles, one blue st")) == [
        ("Three red circles", ClaimKind.COUNT, True)
    ]
    scripted.ends = FinishReason.STOP
    assert said(reported("Three red circles, one blue st"))[-1][-1] is False


def test_without_the_detection_a_report_is_kept_unchecked(
    reported: Reported, database: Database, found: UUID, service: GenerationService, ana: Actor
) -> None:
    first = reported("Four red circles.")
    with database.unit_of_work() as session:
        session.delete(session.get_one(Run, found))
    again = reported("Four red circles.", origin=Origin(first.id, Relation.AGAIN))

    assert (again.status, again.claim_count) == (RunStatus.DONE, None)
    kept = service.get(ana, first.id)
    assert (kept.claim_count, kept.origin) == (ClaimCount(1, 0), None)


def test_a_check_that_fails_is_logged_and_costs_no_text(
    reported: Reported, service: GenerationService, ana: Actor
) -> None:
    with captured_logs("info") as written:
        run = reported("Four red circles.", boxes=(99,))
    line = next(json.loads(one) for one in written.getvalue().splitlines() if "claims" in one)

    assert (run.status, run.claim_count) == (RunStatus.DONE, None)
    assert service.get(ana, run.id) == run
    assert (line["event"], line["run_id"]) == ("claims_not_checked", str(run.id))
    assert line["exception"][0]["type"] == "builtins.IndexError"


def test_claims_are_checked_once_the_database_is_back(
    database: Database, writer: Writer, settings: Settings, ana: Actor, found: UUID
) -> None:
    service = GenerationService(database, writer, settings)
    writer.gate.clear()
    origin = Origin(found, Relation.DESCRIBED, boxes=ALL)
    run = service.start(ana, PROMPT, SamplingParams(temperature=0), origin=origin)
    live = service.follow(ana, run.id)
    with away(database):
        writer.gate.set()
        assert live.wait(1.0).status is RunStatus.RUNNING
    done = live.wait(PATIENCE_S)
    service.close()

    assert done.claim_count is not None
    assert done.claim_count.total == done.claim_count.supported >= 3


def test_a_run_that_reports_on_nothing_has_no_claims(
    service: GenerationService, scripted: ScriptedWriter, ana: Actor
) -> None:
    scripted.text = "Four red circles."
    run = service.wait(ana, service.start(ana, PROMPT).id, PATIENCE_S)

    assert (run.described, run.outputs[0].claims, run.claim_count) == (None, None, None)
