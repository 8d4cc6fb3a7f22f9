"""Asked to rate: a link where one starts, the run to look at, and nothing of what others think."""

from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest

from core.permissions import Actor, Role
from tests.core.feedback.detections import detection
from tests.core.review import rows
from tests.pages.conftest import Visitor, component_data, texts


@pytest.fixture
def root(visitor: Visitor) -> Actor:
    return rows.person(visitor.bench.database, "root", Role.ADMIN)


@pytest.fixture
def bob(visitor: Visitor) -> Visitor:
    return visitor.sign_in(Role.ANALYST, "bob")


@pytest.fixture
def text_id(visitor: Visitor) -> UUID:
    database = visitor.bench.database
    ann = rows.person(database, "ann")
    run_id = rows.run(
        database, ann, rows.model(database, "generation", "writer"), prompt="Say it", text="Said."
    )
    visitor.bench.feedback.rate(ann, run_id, 1, ["style"], "nobody else may read this")
    return run_id


def links(app: AppTest) -> list[str]:
    return [each.proto.label for each in app.main if each.type == "page_link"]


def ask(bob: Visitor, root: Actor, run_id: UUID, reference: int | None = None) -> None:
    assert bob.actor is not None
    bob.bench.requests.ask(root, run_id, [bob.actor.user_id], reference)


def test_what_waits_is_told_at_home_and_in_the_history(
    bob: Visitor, root: Actor, text_id: UUID
) -> None:
    assert not any("Asked to rate" in label for label in links(bob.open("home")))
    assert "Nobody has asked you" in texts(bob.open("asked"))
    ask(bob, root, text_id)
    for page in ("home", "history"):
        assert "Asked to rate: 1 run" in links(bob.open(page))


def test_an_asked_run_is_rated_on_its_page_without_what_others_say(
    bob: Visitor, root: Actor, text_id: UUID
) -> None:
    ask(bob, root, text_id, reference=2)
    app = bob.open("asked")
    app.button(key=f"asked-{text_id}").click().run()
    assert not app.exception
    assert not app.error
    assert app.query_params["run"] == str(text_id)
    assert [each.value for each in app.code] == ["Say it", "Said."]
    told = texts(app)
    assert "nobody else may read this" not in told
    assert "reference" not in told.lower()
    assert "anchor" not in told.lower()
    app.feedback(key=f"asked-stars-{text_id}").set_value(3).run()
    app.button(key=f"asked-save-{text_id}").click().run()
    assert not app.exception
    assert [each.rating for each in bob.bench.requests.of_run(root, text_id)] == [4]
    assert "Nothing waits" in texts(bob.open("asked"))
    assert not any("Asked to rate" in label for label in links(bob.open("home")))


def test_the_boxes_of_an_asked_detection_can_be_judged(bob: Visitor, root: Actor) -> None:
    database = bob.bench.database
    ann = rows.person(database, "ann")
    run_id = detection(database, ann, rows.model(database, "detection", "shapes"), "cat")
    ask(bob, root, run_id)
    app = bob.open("asked", run=str(run_id))
    assert not app.exception
    assert component_data(app, "boxview")["judge"]["verdicts"] == {}
    assert not any("describe" in str(button.key) for button in app.button)


def test_the_working_pages_stay_closed(bob: Visitor, root: Actor, text_id: UUID) -> None:
    for asked in (False, True):
        if asked:
            ask(bob, root, text_id)
        app = bob.open("generation", run=str(text_id))
        assert not app.exception
        assert len(app.error) == 1
        assert not app.code
        assert not any("again" in str(button.key) for button in app.button)


def test_a_run_one_is_not_asked_about_is_not_shown(bob: Visitor, text_id: UUID) -> None:
    app = bob.open("asked", run=str(text_id))
    assert "There is no such run" in texts(app)
    assert not app.code


def test_guests_are_refused(visitor: Visitor) -> None:
    assert "not allowed for your role" in texts(visitor.sign_in(Role.GUEST).open("asked"))
