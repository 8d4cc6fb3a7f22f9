"""A text as it should have been, beside what the model wrote."""

from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest

from core.errors import Conflict, Invalid
from core.feedback.checks import MAX_CORRECTED_CHARS, editable
from core.feedback.service import FeedbackService
from core.feedback.types import Said
from core.feedback.writing import request_hash
from core.permissions import Actor
from db.models import Run
from db.session import Database
from tests.core.feedback.detections import detection
from tests.core.review import rows

WRITTEN = "Three red cats.\nOne dog."


@pytest.fixture
def feedback(database: Database) -> FeedbackService:
    return FeedbackService(database)


@pytest.fixture
def run_id(database: Database, ann: Actor) -> UUID:
    return rows.run(database, ann, rows.model(database, "generation", "writer"), text=WRITTEN)


def changed(database: Database, run_id: UUID, *texts: str, **params: Any) -> None:
    with database.unit_of_work() as session:
        row = session.get_one(Run, run_id)
        row.params = {**row.params, **params}
        row.output = {"outputs": [{"text": text, "finish_reason": "stop"} for text in texts]}


def test_a_correction_is_kept_exactly_as_written(
    feedback: FeedbackService, ann: Actor, run_id: UUID
) -> None:
    corrected = "  Two red cats.\n\tOne 狗 🐕 <b>.\n"
    assert feedback.rate(ann, run_id, 2, corrected_text=corrected).feedback.corrected_text == (
        corrected
    )
    kept = feedback.own(ann, run_id)
    assert kept is not None
    assert kept.corrected_text == corrected


def test_a_rating_without_one_takes_it_back(
    feedback: FeedbackService, ann: Actor, run_id: UUID
) -> None:
    feedback.rate(ann, run_id, 2, corrected_text="Two.")
    assert feedback.rate(ann, run_id, 2).feedback.corrected_text is None


@pytest.mark.parametrize(
    "same", [WRITTEN, WRITTEN.replace("\n", "\r\n"), "", " \n\t"], ids=["as is", "crlf", "", " "]
)
def test_what_corrects_nothing_is_none(
    feedback: FeedbackService, ann: Actor, run_id: UUID, same: str
) -> None:
    rated = feedback.rate(ann, run_id, 2, corrected_text=same)
    assert rated.feedback.corrected_text is None
    assert not feedback.rate(ann, run_id, 2).created
    assert len(feedback.own_history(ann, run_id)) == 1


def test_each_of_several_outputs_can_be_corrected(
    feedback: FeedbackService, database: Database, ann: Actor, run_id: UUID
) -> None:
    changed(database, run_id, "One.", "Two.", n=2)
    for same in ("One.", "Two."):
        assert feedback.rate(ann, run_id, 2, corrected_text=same).feedback.corrected_text is None
    rated = feedback.rate(ann, run_id, 2, corrected_text="Two, really.")
    assert rated.feedback.corrected_text == "Two, really."


def test_a_continued_text_is_corrected_whole(
    feedback: FeedbackService, database: Database, ann: Actor, run_id: UUID
) -> None:
    changed(database, run_id, " and a dog.", lead={"text": "A cat", "ids": []})
    whole = "A cat and a dog."
    assert feedback.rate(ann, run_id, 2, corrected_text=whole).feedback.corrected_text is None
    rated = feedback.rate(ann, run_id, 2, corrected_text=" and a dog.")
    assert rated.feedback.corrected_text == " and a dog."


def test_signs_that_cannot_be_seen_are_no_change(
    feedback: FeedbackService, database: Database, ann: Actor, run_id: UUID
) -> None:
    changed(database, run_id, "One\x0b cat\x1b.")
    given = editable("One\x0b cat\x1b.")
    assert given == "One cat."
    assert feedback.rate(ann, run_id, 2, corrected_text=given).feedback.corrected_text is None


def test_a_run_that_wrote_nothing_can_be_told_what_to_write(
    feedback: FeedbackService, database: Database, ann: Actor
) -> None:
    run_id = rows.run(database, ann, rows.model(database, "generation", "w"), status="failed")
    changed(database, run_id)
    assert feedback.rate(ann, run_id, 1, corrected_text="A cat.").feedback.corrected_text


@pytest.mark.parametrize(
    "wrong", ["a\x00b", "a\x1bb", "half a pair \ud800", "x" * (MAX_CORRECTED_CHARS + 1)]
)
def test_what_cannot_be_kept_is_refused_by_name(
    feedback: FeedbackService, ann: Actor, run_id: UUID, wrong: str
) -> None:
    with pytest.raises(Invalid) as refused:
        feedback.rate(ann, run_id, 2, corrected_text=wrong)
    assert refused.value.facts["field"] == "corrected_text"
    assert feedback.own(ann, run_id) is None


def test_the_longest_is_allowed(feedback: FeedbackService, ann: Actor, run_id: UUID) -> None:
    longest = "x" * MAX_CORRECTED_CHARS
    assert feedback.rate(ann, run_id, 2, corrected_text=longest).feedback.corrected_text == longest


def test_a_detection_has_no_text_to_correct(
    feedback: FeedbackService, database: Database, ann: Actor
) -> None:
    run_id = detection(database, ann, rows.model(database, "detection", "shapes"), "cat")
    with pytest.raises(Invalid, match="no text"):
        feedback.rate(ann, run_id, 2, corrected_text="dog")
    assert feedback.rate(ann, run_id, 2).created


def test_a_correction_is_part_of_the_request_that_a_key_stands_for(
    feedback: FeedbackService, ann: Actor, run_id: UUID
) -> None:
    first = feedback.rate(ann, run_id, 2, key="k", corrected_text=WRITTEN)
    repeat = feedback.rate(ann, run_id, 2, key="k", corrected_text=WRITTEN)
    assert repeat == replace(first, created=False)
    with pytest.raises(Conflict):
        feedback.rate(ann, run_id, 2, key="k")


def test_a_request_without_one_has_the_hash_that_it_always_had() -> None:
    """Keys used before corrections could be given stay known."""
    run_id = UUID("01a1fbc9-9c82-71c7-b313-43958faaf6be")
    before = f'["{run_id}", 2, ["a", "b"], "no"]'
    given = Said(run_id, 2, ("a", "b"), "no")
    assert request_hash(given) == sha256(before.encode()).digest()
    assert request_hash(replace(given, corrected_text="x")) != request_hash(given)
