"""Asked to rate: exactly that run, to look at and judge, and nothing said of why."""

from collections.abc import Callable
from dataclasses import fields
from uuid import UUID

import pytest

from core.config import Settings
from core.detection.downloads import DownloadFormat, DownloadService
from core.detection.service import DetectionService
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.feedback.service import FeedbackService
from core.feedback.types import Verdict
from core.feedback.verdicts import VerdictService
from core.generation.describing import DescribeService
from core.generation.service import GenerationService
from core.ids import new_id
from core.inference.registry import ModelRegistry
from core.permissions import Actor, Role
from core.prompts.service import PromptService
from core.raters.requests import RequestService
from core.raters.types import AskedRun
from core.runs.service import RunService
from core.runs.types import Task
from db.models import User
from db.session import Database
from tests.core.feedback.detections import detection
from tests.core.review import rows


@pytest.fixture
def requests(database: Database) -> RequestService:
    return RequestService(database)


@pytest.fixture
def root(database: Database) -> Actor:
    return rows.person(database, "root", Role.ADMIN)


@pytest.fixture
def bob(database: Database) -> Actor:
    return rows.person(database, "bob")


@pytest.fixture
def text_id(database: Database, ann: Actor) -> UUID:
    return rows.run(database, ann, rows.model(database, "generation", "writer"), prompt="Say it")


@pytest.fixture
def boxes_id(database: Database, ann: Actor) -> UUID:
    return detection(database, ann, rows.model(database, "detection", "shapes"), "cat", "dog")


def test_an_asked_run_waits_until_it_is_rated(
    requests: RequestService, database: Database, root: Actor, bob: Actor, text_id: UUID
) -> None:
    feedback = FeedbackService(database)
    with pytest.raises(NotFound):
        feedback.rate(bob, text_id, 4)
    (made,) = requests.ask(root, text_id, [bob.user_id])
    assert (made.username, made.asked_by, made.reference, made.rating) == (
        "bob",
        "root",
        None,
        None,
    )
    (asked,) = requests.waiting(bob)
    assert (asked.run_id, asked.task, asked.prompt) == (text_id, Task.GENERATION, "Say it")
    rated = feedback.rate(bob, text_id, 4, ["style"])
    assert requests.waiting(bob) == ()
    assert [each.rating for each in requests.rated(bob)] == [4]
    (seen,) = requests.of_run(root, text_id)
    assert (seen.rating, seen.feedback_id) == (4, rated.feedback.id)
    feedback.withdraw(bob, text_id)
    assert [each.run_id for each in requests.waiting(bob)] == [text_id]


def test_an_anchor_looks_like_any_other_request(
    requests: RequestService, database: Database, root: Actor, ann: Actor, bob: Actor, text_id: UUID
) -> None:
    other = rows.run(database, ann, rows.model(database, "generation", "other"))
    requests.ask(root, text_id, [bob.user_id], reference=2)
    requests.ask(root, other, [bob.user_id])
    assert {each.run_id for each in requests.waiting(bob)} == {text_id, other}
    assert [field.name for field in fields(AskedRun)] == [
        *("run_id", "task", "prompt", "asked_at", "rating")
    ]
    assert [each.reference for each in requests.anchors(root)] == [2]
    requests.ask(root, text_id, [bob.user_id], reference=5)
    assert [each.reference for each in requests.anchors(root)] == [5]
    requests.ask(root, text_id, [bob.user_id])
    assert requests.anchors(root) == ()
    assert len(requests.waiting(bob)) == 2


def test_being_asked_opens_that_run_for_judging_only(
    requests: RequestService,
    database: Database,
    settings: Settings,
    detectors: ModelRegistry,
    root: Actor,
    ann: Actor,
    bob: Actor,
    boxes_id: UUID,
    text_id: UUID,
) -> None:
    generation = GenerationService(database, detectors, settings)
    detections = DetectionService(database, detectors, settings)
    describing = DescribeService(database, detectors, PromptService(database), generation)
    downloads, runs = DownloadService(database, settings), RunService(database)
    verdicts = VerdictService(database)
    looks: tuple[Callable[[], object], ...] = (
        lambda: detections.get(bob, boxes_id),
        lambda: generation.get(bob, text_id),
        lambda: generation.tokens(bob, text_id),
        lambda: runs.task_of(bob, text_id),
        lambda: runs.relatives(bob, text_id),
        lambda: verdicts.of(bob, boxes_id),
        lambda: verdicts.set(bob, boxes_id, 0, Verdict.RIGHT),
        lambda: FeedbackService(database).rate(bob, boxes_id, 3),
    )
    closed: tuple[Callable[[], object], ...] = (
        lambda: detections.detect_again(bob, boxes_id, "cat"),
        lambda: detections.detect_each(bob, boxes_id),
        lambda: describing.describe(bob, boxes_id),
        lambda: downloads.of_run(bob, boxes_id, DownloadFormat.JSON),
        lambda: runs.compare(bob, boxes_id, new_id()),
        lambda: generation.again(bob, text_id),
        lambda: generation.carry_on(bob, text_id),
        lambda: generation.branch(bob, text_id, 0, 0, 0),
        lambda: generation.cancel(bob, text_id),
    )
    for call in (*looks, *closed):
        with pytest.raises(NotFound):
            call()
    other = detection(database, ann, rows.model(database, "detection", "two"), "cat")
    requests.ask(root, boxes_id, [bob.user_id])
    requests.ask(root, text_id, [bob.user_id])
    for call in looks:
        call()
    for call in closed:
        with pytest.raises(NotFound):
            call()
    with pytest.raises(NotFound):
        detections.get(bob, other)
    assert runs.history(bob).runs == ()
    requests.take_back(root, boxes_id, bob.user_id)
    requests.take_back(root, text_id, bob.user_id)
    for call in (*looks, *closed):
        with pytest.raises(NotFound):
            call()
    with pytest.raises(NotFound):
        requests.take_back(root, text_id, bob.user_id)


def test_only_those_who_may_rate_can_be_asked(
    requests: RequestService, database: Database, root: Actor, bob: Actor, text_id: UUID
) -> None:
    guest = rows.person(database, "guest", Role.GUEST)
    gone = rows.person(database, "gone")
    with database.unit_of_work() as session:
        session.get_one(User, gone.user_id).active = False
    assert [each.username for each in requests.candidates(root, text_id)] == ["ann", "bob", "root"]
    for named in ([guest.user_id], [gone.user_id], [new_id()], [bob.user_id, guest.user_id], []):
        with pytest.raises(Invalid):
            requests.ask(root, text_id, named)
    for reference in (0, 6):
        with pytest.raises(Invalid):
            requests.ask(root, text_id, [bob.user_id], reference)
    with pytest.raises(NotFound):
        requests.ask(root, new_id(), [bob.user_id])
    assert requests.of_run(root, text_id) == ()
    requests.ask(root, text_id, [bob.user_id])
    FeedbackService(database).rate(bob, text_id, 1)
    with pytest.raises(Conflict, match="bob"):
        requests.ask(root, text_id, [bob.user_id])
    assert [
        (each.username, each.asked, each.rating) for each in requests.candidates(root, text_id)
    ] == [("ann", False, None), ("bob", True, 1), ("root", False, None)]


def test_a_run_that_is_being_written_is_not_asked_about(
    requests: RequestService, database: Database, root: Actor, ann: Actor, bob: Actor
) -> None:
    model_id = rows.model(database, "generation", "writer")
    running = rows.run(database, ann, model_id, status="running")
    with pytest.raises(Conflict):
        requests.ask(root, running, [bob.user_id])


def test_only_reviewers_ask_and_see_who_was_asked(
    requests: RequestService, database: Database, root: Actor, ann: Actor, bob: Actor, text_id: UUID
) -> None:
    requests.ask(root, text_id, [bob.user_id], 3)
    for call in (
        lambda: requests.ask(ann, text_id, [bob.user_id]),
        lambda: requests.take_back(bob, text_id, bob.user_id),
        lambda: requests.of_run(bob, text_id),
        lambda: requests.candidates(ann, text_id),
        lambda: requests.anchors(bob),
        lambda: requests.waiting(rows.person(database, "guest", Role.GUEST)),
    ):
        with pytest.raises(NotAllowed):
            call()
