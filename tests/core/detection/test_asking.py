"""The ways to ask: a text, a list, a caption, a run's phrases one by one."""

import pytest

from core.detection.service import DetectionService
from core.detection.types import Box, Detection, DetectionParams
from core.errors import Invalid, LimitReached, NotAllowed, NotFound
from core.inference.types import DetectorRequest
from core.permissions import Actor, Role
from db.models import Run
from db.session import Database
from tests.core.detection.pictures import as_file, scene
from tests.core.detection.scripted import ScriptedModels
from tests.core.detection.test_service import count
from tests.core.review import rows

PICTURE = as_file(scene())
CAPTION = "A man, with a red hat. Beside a dog"
AS_CAPTION = DetectionParams(caption=True)


def hat(_: DetectorRequest) -> tuple[Detection, ...]:
    return (Detection("red hat", 0.8, Box(1, 2, 3, 4), span=(14, 21)),)


def test_the_items_of_a_list_are_phrases_as_they_are(
    detection: DetectionService, models: ScriptedModels, ann: Actor
) -> None:
    run = detection.detect(ann, PICTURE, ["U.S. flag", " red,  round ", "Flag", "flag"])
    assert run.phrases == ("U.S. flag", "red, round", "Flag")
    assert models.asked[0].phrases == run.phrases
    assert run.prompt == "U.S. flag. red, round. Flag"
    assert detection.detect(ann, PICTURE, ("cat", "dog")).phrases == ("cat", "dog")
    assert detection.detect(ann, PICTURE, "cat. dog").cached


@pytest.mark.parametrize(
    ("phrases", "told"),
    [
        ([], "No phrase"),
        ([" ", ""], "No phrase"),
        (["cat", "x" * 101], "101 characters"),
        (["cat", "?!"], "no letter"),
        (["cat\x00"], "control character"),
        (["x"] * 51, "51 phrases"),
    ],
)
def test_a_list_has_the_bounds_of_a_text(
    detection: DetectionService, ann: Actor, phrases: list[str], told: str
) -> None:
    with pytest.raises(Invalid, match=told):
        detection.detect(ann, PICTURE, phrases)


def test_a_caption_goes_to_the_model_as_it_is_and_comes_back_with_places(
    detection: DetectionService, models: ScriptedModels, database: Database, ann: Actor
) -> None:
    models.grounds_captions, models.answer = True, hat
    run = detection.detect(ann, PICTURE, CAPTION, AS_CAPTION)
    assert (models.asked[0].caption, models.asked[0].phrases) == (CAPTION, ())
    assert (run.caption, run.prompt, run.phrases) == (True, CAPTION, ())
    start, end = run.raw[0].span or (0, 0)
    assert CAPTION[start:end] == "red hat"
    assert detection.get(ann, run.id) == run
    with database.unit_of_work() as session:
        row = session.get_one(Run, run.id)
    assert row.params == {"box_threshold": 0.35, "text_threshold": 0.25, "caption": True}
    again = detection.detect(ann, PICTURE, CAPTION, DetectionParams(0.9, caption=True))
    assert (again.cached, again.raw, again.detections) == (True, run.raw, ())
    other = detection.detect(ann, PICTURE, CAPTION.upper(), AS_CAPTION)
    assert not other.cached


def test_the_same_words_as_a_caption_and_as_phrases_are_two_requests(
    detection: DetectionService, models: ScriptedModels, ann: Actor
) -> None:
    models.grounds_captions = True
    detection.detect(ann, PICTURE, "a dog", AS_CAPTION)
    run = detection.detect(ann, PICTURE, "a dog")
    assert (run.cached, run.caption, len(models.asked)) == (False, False, 2)


def test_a_model_that_grounds_no_captions_refuses_them(
    detection: DetectionService, models: ScriptedModels, database: Database, ann: Actor
) -> None:
    with pytest.raises(Invalid, match="“scripted” does not read captions"):
        detection.detect(ann, PICTURE, CAPTION, AS_CAPTION)
    assert models.asked == []
    assert count(database, Run) == 0


@pytest.mark.parametrize(
    ("caption", "told"),
    [
        ("", "No caption"),
        (" \n.", "No caption"),
        ("a" * 1001, "1001 characters; at most 1000"),
        ("a man\x07", "control character"),
        (["a man"], "one text"),
    ],
)
def test_a_caption_is_one_sentence(
    detection: DetectionService,
    models: ScriptedModels,
    ann: Actor,
    caption: str | list[str],
    told: str,
) -> None:
    models.grounds_captions = True
    with pytest.raises(Invalid, match=told):
        detection.detect(ann, PICTURE, caption, AS_CAPTION)


def test_each_phrase_of_a_run_is_asked_alone(
    detection: DetectionService, models: ScriptedModels, ann: Actor
) -> None:
    run = detection.detect(ann, PICTURE, "car. taxi. bus", DetectionParams(0.6, 0.3), "m")
    alone = detection.detect_each(ann, run.id)
    assert [asked.phrases for asked in models.asked[1:]] == [("car",), ("taxi",), ("bus",)]
    assert [each.phrases for each in alone] == [("car",), ("taxi",), ("bus",)]
    for each in alone:
        assert (each.model, each.box_threshold, each.text_threshold) == ("m", 0.6, 0.3)
        assert each.image == run.image
        assert detection.get(ann, each.id) == each
    again = detection.detect_each(ann, run.id)
    assert all(each.cached for each in again)
    assert len(models.asked) == 4


def test_phrases_are_asked_alone_only_where_there_are_some_to_see(
    detection: DetectionService, models: ScriptedModels, database: Database, ann: Actor
) -> None:
    run = detection.detect(ann, PICTURE, "car. taxi")
    with pytest.raises(NotFound):
        detection.detect_each(rows.person(database, "bob"), run.id)
    scopeless = Actor(ann.user_id, "ann", Role.ANALYST, ann.face, scopes=frozenset())
    with pytest.raises(NotAllowed):
        detection.detect_each(scopeless, run.id)
    models.grounds_captions, models.answer = True, hat
    caption = detection.detect(ann, PICTURE, CAPTION, AS_CAPTION)
    with pytest.raises(Invalid, match="no phrases"):
        detection.detect_each(ann, caption.id)


def test_a_request_the_model_has_no_room_for_leaves_no_run(
    detection: DetectionService, models: ScriptedModels, database: Database, ann: Actor
) -> None:
    def full(_: DetectorRequest) -> tuple[Detection, ...]:
        raise LimitReached("64 detections wait already.", retry_after=2)

    models.answer = full
    with pytest.raises(LimitReached):
        detection.detect(ann, PICTURE, "cat")
    assert count(database, Run) == 0
