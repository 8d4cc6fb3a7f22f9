"""Nothing is computed twice, whoever asks, and nobody learns who asked before."""

import dataclasses
from typing import Any
from uuid import UUID

import pytest
from PIL import Image as Picture
from prometheus_client import REGISTRY
from sqlalchemy import event, select, update

from core.config import Settings
from core.detection import images
from core.detection.reuse import request_hash
from core.detection.service import DetectionService
from core.detection.types import Box, Detection, DetectionParams, PhraseScore
from core.errors import NotAllowed, NotFound, TooLarge, Unavailable
from core.inference.catalog import starting_info
from core.inference.types import DetectorRequest, ModelEntry, ModelInfo
from core.permissions import Actor, Scope
from core.runs.types import RunStatus, Task
from db.models import Image, Model, Run
from db.session import Database
from tests.core.detection.pictures import as_file, scene
from tests.core.detection.scripted import ScriptedModels
from tests.core.review import rows

PICTURE = as_file(scene())


@pytest.fixture
def bob(database: Database) -> Actor:
    return rows.person(database, "bob")


def kept(database: Database, run_id: UUID) -> Run:
    with database.unit_of_work() as session:
        return session.get_one(Run, run_id)


def statements(database: Database) -> list[str]:
    """Filled with what is sent from now on."""
    sent: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *told: sent.append(str(told[2])))
    return sent


def hits() -> float:
    return REGISTRY.get_sample_value("glimpse_cache_hits_total", {"task": "detection"}) or 0.0


def test_an_equal_request_of_anybody_is_answered_without_the_model(
    detection: DetectionService, models: ScriptedModels, ann: Actor, bob: Actor
) -> None:
    before = hits()
    first = detection.detect(ann, PICTURE, "cat. dog")
    again = detection.detect(bob, PICTURE, "cat, dog")
    assert len(models.asked) == 1
    assert hits() == before + 1
    assert (first.cached, again.cached) == (False, True)
    assert again.raw == first.raw
    assert again.image == first.image
    assert (again.id == first.id, again.user_id) == (False, bob.user_id)
    assert detection.get(bob, again.id) == again
    assert set(again.timings_ms) == {"total"}


def test_an_answer_taken_over_shows_nothing_of_whom_it_was_made_for(
    detection: DetectionService,
    models: ScriptedModels,
    database: Database,
    ann: Actor,
    bob: Actor,
) -> None:
    def answer(request: DetectorRequest) -> tuple[Detection, ...]:
        light, bus = request.phrases
        half, whole = Box(0, 0, 9, 9), Box(9, 0, 20, 9)
        part = light.split()[0]
        return (
            Detection(light, 0.9, half, (PhraseScore(bus, 0.3),), part),
            Detection(bus, 0.8, whole, (PhraseScore(light, 0.2),)),
        )

    models.answer = answer
    theirs = detection.detect(ann, PICTURE, "TRAFFIC Light. bus")
    own = detection.detect(bob, PICTURE, "traffic LIGHT\n\nBus")
    assert len(models.asked) == 1
    light, bus = own.raw
    assert (light.label, bus.label) == ("traffic LIGHT", "Bus")
    assert (light.others, bus.others) == (
        (PhraseScore("Bus", 0.3),),
        (PhraseScore("traffic LIGHT", 0.2),),
    )
    assert light.piece == "traffic"
    row = kept(database, own.id)
    assert (row.user_id, row.prompt) == (bob.user_id, "traffic LIGHT\n\nBus")
    told = repr([own, {c.key: getattr(row, c.key) for c in Run.__table__.columns}])
    for secret in ("TRAFFIC", str(theirs.id), str(ann.user_id)):
        assert secret not in told
    with pytest.raises(NotFound):
        detection.get(bob, theirs.id)


def test_thresholds_are_the_askers_own(
    detection: DetectionService, models: ScriptedModels, ann: Actor, bob: Actor
) -> None:
    detection.detect(ann, PICTURE, "cat. dog", DetectionParams(0.1, 0.1))
    again = detection.detect(bob, PICTURE, "cat. dog", DetectionParams(0.85))
    assert len(models.asked) == 1
    assert (again.box_threshold, again.text_threshold) == (0.85, 0.25)
    assert [d.label for d in again.detections] == ["cat"]
    assert [d.label for d in again.raw] == ["cat", "dog"]


@pytest.mark.parametrize(
    "other",
    [
        {"content": as_file(scene(), "BMP")},
        {"prompt": "dog. cat"},
        {"prompt": "cat. dogs"},
        {"prompt": "cat. dog. bus"},
        {"model": "another"},
    ],
    ids=lambda other: " ".join(other),
)
def test_another_request_is_computed(
    detection: DetectionService, models: ScriptedModels, ann: Actor, other: dict[str, Any]
) -> None:
    asked: dict[str, Any] = {"content": PICTURE, "prompt": "cat. dog"}
    detection.detect(ann, **asked)
    assert not detection.detect(ann, **asked | other).cached
    assert len(models.asked) == 2


def test_another_revision_is_computed(
    detection: DetectionService, models: ScriptedModels, ann: Actor
) -> None:
    for revision in ("r1", "r2", "r1"):
        models.revision = revision
        run = detection.detect(ann, PICTURE, "cat")
        assert run.revision == revision
    assert run.cached
    assert len(models.asked) == 2


def test_a_model_of_unknown_revision_is_asked_every_time(
    detection: DetectionService, models: ScriptedModels, database: Database, ann: Actor
) -> None:
    models.revision = ""
    runs = [detection.detect(ann, PICTURE, "cat") for _ in range(2)]
    assert [run.cached for run in runs] == [False, False]
    assert len(models.asked) == 2
    assert kept(database, runs[0].id).request_hash is None


def test_a_revision_known_only_once_loaded_counts_too(
    detection: DetectionService, models: ScriptedModels, ann: Actor
) -> None:
    first = detection.detect(ann, PICTURE, "cat")
    models.revision, models.loads_as = "", "r1"
    again = detection.detect(ann, PICTURE, "cat")
    assert (again.cached, again.revision, again.raw) == (True, "r1", first.raw)
    assert len(models.asked) == 1


def test_a_failed_run_answers_nobody(
    detection: DetectionService, models: ScriptedModels, ann: Actor
) -> None:
    def fails(_: DetectorRequest) -> tuple[Detection, ...]:
        raise Unavailable("The engine is away.")

    works, models.answer = models.answer, fails
    with pytest.raises(Unavailable):
        detection.detect(ann, PICTURE, "cat")
    models.answer = works
    run = detection.detect(ann, PICTURE, "cat")
    assert (run.cached, run.status, len(run.raw)) == (False, RunStatus.DONE, 1)


def test_what_was_found_is_given_while_the_model_is_away(
    detection: DetectionService, models: ScriptedModels, ann: Actor
) -> None:
    first = detection.detect(ann, PICTURE, "cat")
    models.away = True
    assert detection.detect(ann, PICTURE, "CAT").raw[0].box == first.raw[0].box
    with pytest.raises(Unavailable):
        detection.detect(ann, PICTURE, "dog")


def test_a_known_answer_costs_one_statement_and_no_decoding(
    detection: DetectionService,
    database: Database,
    ann: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    detection.detect(ann, PICTURE, "cat")
    monkeypatch.setattr(images, "_opened", None)
    sent = statements(database)
    assert detection.detect(ann, PICTURE, "cat").cached
    assert len(sent) == 1
    assert "images.content" not in sent[0]


def test_an_answer_of_the_model_is_written_in_one_statement(
    detection: DetectionService, database: Database, ann: Actor
) -> None:
    detection.detect(ann, as_file(scene().rotate(90)), "cat")
    sent = statements(database)
    detection.detect(ann, PICTURE, "cat")
    assert ["INTO images" in each for each in sent] == [False, False, True]
    assert "limit_take" in sent[1]


@pytest.mark.parametrize("side", [40, 400], ids=["small", "large"])
def test_a_file_is_kept_once_and_a_large_one_is_not_sent_again(
    detection: DetectionService, database: Database, ann: Actor, side: int
) -> None:
    file = as_file(Picture.effect_noise((side, side), 90).convert("RGB"), compress_level=0)
    runs = [detection.detect(ann, file, "cat")]
    sent = statements(database)
    runs += [detection.detect(ann, file, phrase) for phrase in ("dog", "bird")]
    assert any("INTO images" in each for each in sent) is (side == 40)
    assert [detection.get(ann, run.id) for run in runs] == runs
    with database.unit_of_work() as session:
        assert session.scalars(select(Image.content)).all() == [file]


def test_the_newest_equal_run_is_taken_also_one_that_was_answered_so(
    detection: DetectionService, models: ScriptedModels, database: Database, ann: Actor
) -> None:
    first, second = (detection.detect(ann, PICTURE, "cat") for _ in range(2))
    with database.unit_of_work() as session:
        session.execute(update(Run).where(Run.id == first.id).values(output={"phrases": ["x"]}))
    third = detection.detect(ann, PICTURE, "cat")
    assert third.raw == second.raw
    assert len(models.asked) == 1
    with database.unit_of_work() as session:
        assert len(session.scalars(select(Image.sha256)).all()) == 1
        assert len(session.scalars(select(Model.id)).all()) == 1


def test_a_picture_over_todays_limit_is_refused_though_it_was_answered_before(
    detection: DetectionService,
    models: ScriptedModels,
    database: Database,
    settings: Settings,
    ann: Actor,
) -> None:
    detection.detect(ann, PICTURE, "cat")
    strict = settings.model_copy(update={"max_image_pixels": 400 * 300 - 1})
    with pytest.raises(TooLarge, match="400 × 300"):
        DetectionService(database, models, strict).detect(ann, PICTURE, "cat")


def test_a_key_for_something_else_gets_no_known_answer(
    detection: DetectionService, ann: Actor
) -> None:
    detection.detect(ann, PICTURE, "cat")
    keyed = dataclasses.replace(ann, scopes=frozenset({Scope.EXPORT}))
    with pytest.raises(NotAllowed):
        detection.detect(keyed, PICTURE, "cat")


def test_a_hash_tells_apart_what_could_be_answered_otherwise() -> None:
    image, two = "ab" * 32, ("a", "b")
    model = _model()
    requests: list[tuple[str, ModelInfo, tuple[str, ...], str | None]] = [
        (image, model, two, None),
        (image, model, ("b", "a"), None),
        (image, model, ("a b",), None),
        (image, model, ('a","b',), None),
        (image, model, (), "a b"),
        (image, model, (), "A b"),
        (image, _model(revision="s"), two, None),
        (image, _model(id="n"), two, None),
        (image, _model(text_threshold=0.1), two, None),
        ("cd" * 32, model, two, None),
    ]
    hashes = {request_hash(*request) for request in requests}
    assert len(hashes) == len(requests)
    assert request_hash(image, model, ("A", "b"), None) in hashes
    assert request_hash(image, _model(revision=""), two, None) is None


def _model(**changed: Any) -> ModelInfo:
    entry = ModelEntry("m", Task.DETECTION, "somewhere", revision="r")
    return dataclasses.replace(starting_info(entry), **changed)
