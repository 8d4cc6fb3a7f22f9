"""Detections and the limits of who asks for them."""

import pytest

from core.detection.service import DetectionService
from core.errors import Invalid, LimitReached
from core.inference.types import DetectorRequest
from core.permissions import Actor, Role
from core.runs.types import Task
from db.session import Database
from tests.core.detection.scripted import ScriptedModels
from tests.core.detection.test_reuse import PICTURE
from tests.core.limits.conftest import ask, used
from tests.core.review import rows


@pytest.fixture
def gus(database: Database) -> Actor:
    return rows.person(database, "gus", Role.GUEST)


def pictures(database: Database, actor: Actor) -> int:
    return used(database, actor.user_id, Task.DETECTION)


def test_the_pictures_a_model_looks_at_are_counted(
    detection: DetectionService, database: Database, gus: Actor
) -> None:
    run = detection.detect(gus, PICTURE, "cat")
    assert pictures(database, gus) == 1
    assert detection.detect(gus, PICTURE, "cat").cached
    assert detection.detect_again(gus, run.id, "Cat").cached
    assert pictures(database, gus) == 1


def test_an_answer_that_is_known_costs_a_request_and_no_picture(
    detection: DetectionService, database: Database, gus: Actor
) -> None:
    detection.detect(gus, PICTURE, "cat")
    ask(database, gus, amount=99)
    assert detection.detect(gus, PICTURE, "cat").cached
    with pytest.raises(LimitReached, match="You have used today's 100 pictures"):
        detection.detect(gus, PICTURE, "dog")


def test_more_requests_than_a_minute_has_are_refused(
    detection: DetectionService, models: ScriptedModels, database: Database, gus: Actor
) -> None:
    ask(database, gus, requests=10)
    with pytest.raises(LimitReached, match="You have used this minute's 10 requests"):
        detection.detect(gus, PICTURE, "cat")
    assert models.asked == []


def test_each_phrase_alone_is_one_request_and_a_picture_each(
    detection: DetectionService, database: Database, gus: Actor
) -> None:
    run = detection.detect(gus, PICTURE, ". ".join(f"cat {n}" for n in range(12)))
    assert len(detection.detect_each(gus, run.id)) == 12
    assert pictures(database, gus) == 13
    ask(database, gus, requests=8)


def test_a_picture_without_an_answer_is_given_back(
    detection: DetectionService, models: ScriptedModels, database: Database, gus: Actor
) -> None:
    def fail(request: DetectorRequest) -> tuple[()]:
        raise Invalid("no") if request.phrases == ("cat",) else RuntimeError("broken")

    models.answer = fail
    for prompt, error in (("cat", Invalid), ("dog", RuntimeError)):
        with pytest.raises(error):
            detection.detect(gus, PICTURE, prompt)
    assert pictures(database, gus) == 0
