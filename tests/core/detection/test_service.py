"""Detection end to end: the bundled model, a real database, what is recorded and who may see it."""

import dataclasses
import io
from typing import Any
from uuid import UUID

import pytest
import torch
from PIL import Image
from prometheus_client import REGISTRY
from sqlalchemy import func, select

from core.config import Settings
from core.detection.service import DetectionService
from core.detection.types import DetectionParams, above
from core.errors import GlimpseError, Invalid, NotAllowed, NotAnImage, NotFound, Unavailable
from core.ids import new_id
from core.inference.detector import TorchDetector
from core.inference.registry import ModelRegistry
from core.permissions import Actor, Face, Permission, Role, Scope
from core.runs.types import RunStatus
from core.trace import trace
from db.models import ApiKey, Model, Run, Session
from db.models import Image as ImageRow
from db.session import Database
from tests.core.detection.pictures import PROMPT, as_file, scene
from tests.core.detection.test_images import exif, turned
from tests.core.exemplars import traces
from tests.core.review import rows

PICTURE = as_file(scene())


@pytest.fixture
def detection(database: Database, detectors: ModelRegistry, settings: Settings) -> DetectionService:
    return DetectionService(database, detectors, settings)


def count(database: Database, table: type[Any]) -> int:
    with database.unit_of_work() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def row(database: Database, run_id: UUID) -> Run:
    with database.unit_of_work() as session:
        return session.get_one(Run, run_id)


def calls() -> float:
    samples = (s for metric in REGISTRY.collect() for s in metric.samples)
    return sum(s.value for s in samples if s.name == "glimpse_model_calls_total")


def test_finds_the_objects_and_records_what_it_says(
    detection: DetectionService, database: Database, ann: Actor
) -> None:
    with trace("a-trace-id"):
        run = detection.detect(ann, PICTURE, PROMPT)
    assert {d.label for d in run.detections} == {"red circle", "blue square"}
    assert (run.image.width, run.image.height, run.image.mime) == (400, 300, "image/png")
    assert run.status is RunStatus.DONE
    assert not run.cached
    assert detection.get(ann, run.id) == run
    kept = row(database, run.id)
    assert (kept.user_id, kept.face, kept.trace_id) == (ann.user_id, "ui", "a-trace-id")
    assert kept.prompt == PROMPT
    assert kept.params == {"box_threshold": 0.35, "text_threshold": 0.25}
    assert kept.latency_ms == round(run.timings_ms["total"])
    assert kept.output is not None
    assert kept.output["phrases"] == ["red circle", "blue square"]
    assert len(kept.output["detections"]) == len(run.raw)
    assert {"decode", "preprocess", "forward", "postprocess", "total"} == set(run.timings_ms)


def test_a_picture_and_a_model_are_kept_once(
    detection: DetectionService, database: Database, ann: Actor
) -> None:
    runs = {detection.detect(ann, PICTURE, PROMPT).id for _ in range(2)}
    assert len(runs) == 2
    assert (count(database, ImageRow), count(database, Model), count(database, Run)) == (1, 1, 2)
    with database.unit_of_work() as session:
        assert session.scalars(select(ImageRow.content)).one() == PICTURE


def test_the_session_and_the_key_are_recorded(
    detection: DetectionService, database: Database, ann: Actor
) -> None:
    session_id, key_id = new_id(), new_id()
    with database.unit_of_work() as session:
        session.add(
            Session(id=session_id, user_id=ann.user_id, epoch=0, expires_at=rows.NOON),
        )
        session.add(
            ApiKey(id=key_id, user_id=ann.user_id, label="x", prefix="x", key_hash=bytes(32))
        )
    keyed = dataclasses.replace(ann, session_id=session_id, key_id=key_id, face=Face.API)
    kept = row(database, detection.detect(keyed, PICTURE, PROMPT).id)
    assert (kept.session_id, kept.key_id, kept.face) == (session_id, key_id, "api")


def test_thresholds_are_pure_functions_over_the_raw_boxes(
    detection: DetectionService, ann: Actor
) -> None:
    run = detection.detect(ann, PICTURE, PROMPT, DetectionParams(0.85), "rule")
    before = calls()
    for threshold in (0.05, 0.2, 0.5, 0.9, 1.0):
        moved = dataclasses.replace(run, box_threshold=threshold, text_threshold=0.0)
        assert moved.detections == above(run.raw, threshold)
    assert calls() == before
    again = detection.detect(ann, PICTURE, PROMPT, DetectionParams(box_threshold=0.06), "rule")
    assert again.raw == run.raw
    assert again.detections == above(run.raw, 0.06)
    assert len(again.detections) > len(run.detections)


def test_a_text_threshold_that_is_given_drops_boxes_too(
    detection: DetectionService, ann: Actor
) -> None:
    run = detection.detect(ann, PICTURE, PROMPT, DetectionParams(0.1, 0.99))
    assert (run.box_threshold, run.text_threshold) == (0.1, 0.99)
    assert run.detections == ()
    assert run.raw


@pytest.mark.parametrize("name", ["box_threshold", "text_threshold"])
@pytest.mark.parametrize("value", [-0.01, 1.01, float("nan"), float("inf")])
def test_thresholds_outside_0_to_1_are_refused(
    detection: DetectionService, ann: Actor, name: str, value: float
) -> None:
    given: dict[str, Any] = {name: value}
    with pytest.raises(Invalid, match=f"{name} is .* from 0 to 1"):
        detection.detect(ann, PICTURE, PROMPT, DetectionParams(**given))


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_turned_photo_gives_the_boxes_of_the_upright_one(
    detection: DetectionService, ann: Actor, orientation: int
) -> None:
    upright = detection.detect(ann, PICTURE, PROMPT)
    content = as_file(turned(scene(), orientation), exif=exif(orientation))
    run = detection.detect(ann, content, PROMPT)
    assert run.raw == upright.raw
    assert (run.image.width, run.image.height) == (400, 300)


@pytest.mark.parametrize(
    ("content", "prompt", "error"),
    [
        (None, PROMPT, Invalid),
        (b"", PROMPT, NotAnImage),
        (b"text", PROMPT, NotAnImage),
        (PICTURE[:500], PROMPT, NotAnImage),
        (PICTURE, "", Invalid),
        (PICTURE, "cat\x00", Invalid),
        (PICTURE, "x" * 101, Invalid),
        (PICTURE, "красный", Invalid),
    ],
)
def test_bad_input_is_refused_before_the_model_and_leaves_nothing(
    detection: DetectionService,
    database: Database,
    ann: Actor,
    content: bytes | None,
    prompt: str,
    error: type[GlimpseError],
) -> None:
    before = calls()
    with pytest.raises(error):
        detection.detect(ann, content, prompt)
    assert calls() == before
    assert (count(database, Run), count(database, ImageRow)) == (0, 0)


@pytest.mark.parametrize(
    "picture",
    [
        scene().convert("CMYK"),
        scene().convert("P"),
        scene().convert("L"),
        scene().convert("1"),
        scene().convert("RGBA"),
        scene().convert("LA"),
        Image.new("I;16", (30, 20), 9),
        Image.new("RGB", (1, 1)),
        Image.new("RGB", (1, 3000)),
    ],
    ids=lambda picture: f"{picture.mode}-{picture.width}",
)
def test_unusual_pictures_are_answered(
    detection: DetectionService, ann: Actor, picture: Image.Image
) -> None:
    run = detection.detect(ann, as_file(picture, "TIFF"), PROMPT)
    assert (run.image.width, run.image.height) == picture.size


def test_an_engine_that_fails_is_recorded_as_a_failed_run(
    detection: DetectionService, detectors: ModelRegistry, database: Database, ann: Actor
) -> None:
    _, engine = detectors.detector()
    assert isinstance(engine, TorchDetector)

    def out_of_memory(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    hook = engine.loaded.model.register_forward_pre_hook(out_of_memory)
    try:
        with pytest.raises(Unavailable, match="ran out of memory; try again") as caught:
            detection.detect(ann, PICTURE, PROMPT)
    finally:
        hook.remove()
    assert caught.value.retry_after
    with database.unit_of_work() as session:
        kept = session.scalars(select(Run)).one()
    assert (kept.status, kept.error_code) == ("failed", "unavailable")
    shown = detection.get(ann, kept.id)
    assert (shown.status, shown.raw) == (RunStatus.FAILED, ())
    assert detection.detect(ann, PICTURE, PROMPT).status is RunStatus.DONE


def test_without_the_database_the_model_is_not_asked(
    detectors: ModelRegistry, settings: Settings, ann: Actor
) -> None:
    nowhere = Database("postgresql://nobody@127.0.0.1:9/none", lambda: Unavailable("away"))
    before = calls()
    with pytest.raises(Unavailable, match="away"):
        DetectionService(nowhere, detectors, settings).detect(ann, PICTURE, PROMPT)
    assert calls() == before


@pytest.mark.parametrize("face", [Face.UI, Face.API, Face.JOB])
def test_requests_are_counted_by_face_and_how_they_end(
    detection: DetectionService, database: Database, ann: Actor, face: Face
) -> None:
    def value(name: str, **labels: str) -> float:
        return REGISTRY.get_sample_value(name, {"task": "detection", **labels}) or 0.0

    def counted(status: str) -> float:
        return value("glimpse_requests_total", face=face, status=status)

    ann = dataclasses.replace(ann, face=face)
    nobody = dataclasses.replace(ann, must_change_password=True)

    done, refused, failed = map(counted, ("done", "refused", "failed"))
    no_image = value("glimpse_errors_total", code="not_an_image")
    run = detection.detect(ann, PICTURE, PROMPT)
    with pytest.raises(NotAnImage):
        detection.detect(ann, b"text", PROMPT)
    with pytest.raises(NotAllowed):
        detection.detect(nobody, PICTURE, PROMPT)
    with pytest.raises(Unavailable):
        detection.detect(ann, PICTURE, PROMPT, model="gone")
    assert tuple(map(counted, ("done", "refused", "failed"))) == (done + 1, refused + 2, failed + 1)
    assert value("glimpse_errors_total", code="not_an_image") == no_image + 1
    with database.unit_of_work() as session:
        recorded = session.get_one(Run, run.id).trace_id
    assert recorded in traces("glimpse_request_seconds", task="detection", face=face)


def test_models_are_chosen_by_name(detection: DetectionService, ann: Actor) -> None:
    run = detection.detect(ann, PICTURE, PROMPT, model="rule")
    assert (run.model, run.revision, len(run.raw)) == ("rule", "builtin", 2)
    with pytest.raises(NotFound, match="choose one of"):
        detection.detect(ann, PICTURE, PROMPT, model="dino")
    with pytest.raises(Unavailable, match="“gone” is unavailable"):
        detection.detect(ann, PICTURE, PROMPT, model="gone")


def test_only_the_owner_and_a_reviewer_see_a_run(
    detection: DetectionService, database: Database, ann: Actor
) -> None:
    run = detection.detect(ann, PICTURE, PROMPT)
    other = rows.person(database, "bob")
    for look in (detection.get, detection.picture):
        with pytest.raises(NotFound, match="no such run"):
            look(other, run.id)
        with pytest.raises(NotFound, match="no such run"):
            look(ann, new_id())
        look(rows.person(database, f"admin {look.__name__}", Role.ADMIN), run.id)


def test_a_generation_is_no_detection(
    detection: DetectionService, database: Database, ann: Actor
) -> None:
    written = rows.run(database, ann, rows.model(database, "generation", "writer"))
    with pytest.raises(NotFound):
        detection.get(ann, written)


def test_the_picture_comes_back_upright_and_bounded(
    detection: DetectionService, ann: Actor
) -> None:
    content = as_file(turned(scene(), 6), "JPEG", exif=exif(6))
    run = detection.detect(ann, content, PROMPT)
    assert detection.picture(ann, run.id).mime == "image/jpeg"
    with pytest.raises(Invalid, match="at least 1"):
        detection.picture(ann, run.id, 0)
    plain, lined = (detection.picture(ann, run.id, 64, outlines=on) for on in (False, True))
    assert max(Image.open(io.BytesIO(lined.content)).size) == 64
    assert lined.content != plain.content


def test_a_key_for_something_else_may_not_detect(
    detection: DetectionService, database: Database, ann: Actor
) -> None:
    keyed = dataclasses.replace(ann, scopes=frozenset({Scope.EXPORT}))
    assert not keyed.may(Permission.DETECT)
    with pytest.raises(NotAllowed):
        detection.detect(keyed, PICTURE, PROMPT)
    assert count(database, Run) == 0


def test_detecting_again_takes_the_file_as_it_came(
    detection: DetectionService, database: Database, ann: Actor
) -> None:
    content = as_file(turned(scene(), 6), "JPEG", exif=exif(6))
    first = detection.detect(ann, content, PROMPT)
    again = detection.detect_again(ann, first.id, "blue square", DetectionParams(0.5), "rule")
    assert again.id != first.id
    assert again.image == first.image
    assert (again.prompt, again.model, again.box_threshold) == ("blue square", "rule", 0.5)
    assert (count(database, Run), count(database, ImageRow)) == (2, 1)


def test_detecting_again_is_for_those_who_see_the_run_and_may_detect(
    detection: DetectionService, database: Database, ann: Actor
) -> None:
    run = detection.detect(ann, PICTURE, PROMPT)
    with pytest.raises(NotFound, match="no such run"):
        detection.detect_again(rows.person(database, "bob"), run.id, PROMPT)
    keyed = dataclasses.replace(ann, scopes=frozenset({Scope.FEEDBACK}))
    with pytest.raises(NotAllowed):
        detection.detect_again(keyed, run.id, PROMPT)
    assert count(database, Run) == 1


def test_a_run_is_not_shown_to_a_key_for_exports_nor_under_a_temporary_password(
    detection: DetectionService, ann: Actor
) -> None:
    run = detection.detect(ann, PICTURE, PROMPT)
    for barred in (
        dataclasses.replace(ann, scopes=frozenset({Scope.EXPORT})),
        dataclasses.replace(ann, must_change_password=True),
    ):
        for look in (detection.get, detection.picture):
            with pytest.raises(NotAllowed):
                look(barred, run.id)
    guest = dataclasses.replace(ann, role=Role.GUEST)
    assert detection.get(guest, run.id).id == run.id
