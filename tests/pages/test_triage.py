"""Triage on the feedback page: one gesture each, and nothing is overwritten in silence."""

from datetime import timedelta
from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest

from core.clock import now
from core.feedback.types import Feedback, ReviewStatus
from core.permissions import Actor, Role
from core.review.triage_types import Changes
from core.review.types import FeedbackRow
from tests.core.review import rows
from tests.pages.conftest import Visitor, component_data, texts
from tests.pages.test_feedback import codes, rated, table


@pytest.fixture
def admin(visitor: Visitor) -> Visitor:
    return visitor.sign_in(Role.ADMIN, "grace")


@pytest.fixture
def ann(visitor: Visitor) -> Actor:
    return rows.person(visitor.bench.database, "ann")


@pytest.fixture
def hal(visitor: Visitor) -> Actor:
    return rows.person(visitor.bench.database, "hal", Role.ADMIN)


def kept(visitor: Visitor, id: UUID) -> FeedbackRow:
    assert visitor.actor is not None
    return visitor.bench.review.detail(visitor.actor, id).row


def say(visitor: Visitor, who: Actor, given: Feedback, changes: Changes) -> None:
    """What somebody else does to the rating meanwhile."""
    seen_at = visitor.bench.review.detail(who, given.id).row.feedback.updated_at
    visitor.bench.triage.review(who, given.id, seen_at, changes)


def type_note(app: AppTest, given: Feedback, note: str) -> None:
    app.text_area(key=f"review-note-{given.id}").set_value(note)


def test_note_answer_assignee_and_revision_are_kept(admin: Visitor, ann: Actor, hal: Actor) -> None:
    given = rated(admin, ann, 2)
    app = admin.open("feedback", row=str(given.id))
    app.selectbox(key=f"review-assignee-{given.id}").set_value("hal").run()
    app.button_group(key=f"review-status-{given.id}").set_value(ReviewStatus.FIXED).run()
    assert app.selectbox(key=f"review-fixed-in-{given.id}").options == ["r1"]
    app.selectbox(key=f"review-fixed-in-{given.id}").set_value("r1").run()
    type_note(app, given, "a known one")
    app.text_area(key=f"review-answer-{given.id}").set_value("Thank you, *ann*.").run()
    assert "not saved yet" in texts(app)
    app.button(key="review-save-notes").click().run()
    assert not app.exception
    assert not app.error
    row = kept(admin, given.id)
    assert (row.triage.assignee, row.triage.note) == ("hal", "a known one")
    assert (row.feedback.fixed_in, row.feedback.answer) == ("r1", "Thank you, *ann*.")
    said = texts(app)
    assert "not saved yet" not in said
    assert "answered just now" in said
    assert "Assignee: nobody → hal" in said
    assert "Answer: – → Thank you, \\*ann\\*." in said

    other = rated(admin, ann, 1)
    app = admin.open("feedback", row=str(other.id))
    app.button_group(key=f"review-status-{other.id}").set_value(ReviewStatus.FIXED).run()
    assert kept(admin, other.id).feedback.fixed_in == "r1"


def test_a_change_that_comes_too_late_shows_both_sides(
    admin: Visitor, ann: Actor, hal: Actor
) -> None:
    given = rated(admin, ann, 2)
    app = admin.open("feedback", row=str(given.id))
    say(admin, hal, given, Changes(ReviewStatus.WONT_FIX, note="theirs"))
    type_note(app, given, "mine")
    app.button(key="review-done").click().run()
    assert "Changed meanwhile by hal" in app.warning[0].value
    shown = app.table[0].value
    assert dict(
        zip(shown["Field"], zip(shown["Theirs"], shown["Yours"], strict=True), strict=True)
    ) == {
        "Status": ("won't fix", "triaged"),
        "Internal note": ("theirs", "mine"),
    }
    assert kept(admin, given.id).triage.note == "theirs"

    app.button(key="review-apply-mine").click().run()
    assert not app.warning
    assert kept(admin, given.id).triage.note == "mine"
    assert kept(admin, given.id).feedback.review_status is ReviewStatus.TRIAGED


def test_theirs_can_be_kept(admin: Visitor, ann: Actor, hal: Actor) -> None:
    given = rated(admin, ann, 2)
    app = admin.open("feedback", row=str(given.id))
    say(admin, hal, given, Changes(note="theirs"))
    type_note(app, given, "mine")
    app.button(key="review-save-notes").click().run()
    assert len(app.warning) == 1
    app.button(key="review-keep-theirs").click().run()
    assert not app.warning
    assert app.text_area(key=f"review-note-{given.id}").value == "theirs"
    assert kept(admin, given.id).triage.note == "theirs"


def test_a_draft_survives_what_others_do(admin: Visitor, ann: Actor, hal: Actor) -> None:
    given = rated(admin, ann, 2)
    app = admin.open("feedback", row=str(given.id))
    type_note(app, given, "half a")
    app.run()
    say(admin, hal, given, Changes(ReviewStatus.TRIAGED, answer="Seen."))
    app.run()
    assert app.text_area(key=f"review-note-{given.id}").value == "half a"
    assert app.text_area(key=f"review-answer-{given.id}").value == "Seen."


def test_the_queue_leads_through_what_is_new_and_ends(
    admin: Visitor, ann: Actor, hal: Actor
) -> None:
    given = [rated(admin, ann, rating, f"comment {rating}") for rating in (3, 1, 2, 5)]
    say(admin, hal, given[0], Changes(assignee="hal"))
    say(admin, hal, given[3], Changes(ReviewStatus.FIXED))
    app = admin.open("feedback", sort="worst")
    assert app.button(key="review-queue-start").label == "Triage 3 open"
    app.button(key="review-queue-start").click().run()
    assert app.query_params["row"] == str(given[1].id)
    assert app.query_params["queue"] == "3"
    assert not app.dataframe
    assert kept(admin, given[1].id).triage.assignee == "grace"
    assert app.get("progress")[0].proto.text == "1 of 3"
    app.button(key="review-done").click().run()
    assert kept(admin, given[1].id).feedback.review_status is ReviewStatus.TRIAGED
    assert app.query_params["row"] == str(given[2].id)
    assert app.get("progress")[0].proto.text == "2 of 3"
    app.button(key="review-queue-back").click().run()
    assert app.query_params["row"] == str(given[1].id)
    app.button(key="review-done").click().run()
    assert app.query_params["row"] == str(given[2].id)
    app.button_group(key=f"review-status-{given[2].id}").set_value(ReviewStatus.WONT_FIX).run()
    app.button(key="review-done").click().run()
    assert "row" not in app.query_params
    assert "Nothing is left in this queue; 1 new" in texts(app)
    assert kept(admin, given[2].id).feedback.review_status is ReviewStatus.WONT_FIX
    assert kept(admin, given[0].id).feedback.review_status is ReviewStatus.NEW


def test_what_is_skipped_is_given_back(admin: Visitor, ann: Actor) -> None:
    older, newer = rated(admin, ann, 3), rated(admin, ann, 4)
    app = admin.open("feedback")
    app.button(key="review-queue-start").click().run()
    assert app.query_params["row"] == str(newer.id)
    app.button(key="review-skip").click().run()
    assert app.query_params["row"] == str(older.id)
    assert kept(admin, newer.id).triage.assignee is None
    app.button(key="review-queue-leave").click().run()
    assert app.query_params["row"] == str(older.id)
    assert "queue" not in app.query_params
    assert len(table(app)) == 2


def test_buttons_lead_over_the_ends_of_pages(admin: Visitor, ann: Actor) -> None:
    given = [rated(admin, ann, 3, f"comment {number}") for number in range(27)][::-1]
    app = admin.open("feedback", row=str(given[24].id))
    app.button(key="review-next").click().run()
    assert app.query_params["row"] == str(given[25].id)
    assert app.query_params["from"] == "26"
    assert table(app) == ["comment 1", "comment 0"]
    app.button(key="review-previous").click().run()
    assert app.query_params["row"] == str(given[24].id)
    assert len(table(app)) == 25
    app = admin.open("feedback", row=str(given[0].id))
    assert app.button(key="review-previous").disabled
    app = admin.open("feedback", row=str(given[26].id))
    assert app.button(key="review-next").disabled


def test_columns_are_chosen_and_kept_in_the_address(admin: Visitor, ann: Actor) -> None:
    rated(admin, ann, 2)
    app = admin.open("feedback", columns="rating,assignee,params")
    assert list(app.dataframe[0].value.columns) == ["Rating", "Assignee"]
    app.multiselect(key="review-columns").set_value(["rating", "role", "temperature"]).run()
    assert app.query_params["columns"] == "rating,role,temperature"
    assert list(app.dataframe[0].value.columns) == ["Rating", "Role", "Temperature"]
    app.button(key="review-columns-usual").click().run()
    assert "columns" not in app.query_params
    app.selectbox(key="review-sort").set_value("worst").run()
    assert app.query_params["sort"] == "worst"


def test_every_raters_marks_are_laid_over_the_picture(admin: Visitor, ann: Actor) -> None:
    """And what they do not agree on is said."""


def test_the_run_opens_as_its_owner_sees_it(visitor: Visitor, ann: Actor) -> None:
    admin = visitor.sign_in(Role.ADMIN, "grace")
    given = rated(admin, ann, 2, "not right", prompt="Say it.")
    say(
        admin,
        rows.person(admin.bench.database, "hal", Role.ADMIN),
        given,
        Changes(ReviewStatus.FIXED, "r2", note="secret", answer="Mended."),
    )
    app = admin.open("generation", run=str(given.run_id), **{"as": "owner"})
    assert not app.exception
    assert not app.error
    said = texts(app)
    assert "As ann sees it" in said
    assert [line.value for line in app.text] == ["not right", "Mended."]
    assert "Fixed in r2" in said
    assert "secret" not in said
    assert codes(app) == ["Say it."]
    assert not [each for each in app.button if each.key in ("generation-run", "generation-again")]
    assert not app.text_area


def test_an_analyst_opens_nobodys_run_as_owner(visitor: Visitor, ann: Actor) -> None:
    given = rated(visitor, ann, 2)
    app = visitor.sign_in(Role.ANALYST, "wei").open(
        "generation", run=str(given.run_id), **{"as": "owner"}
    )
    assert len(app.error) == 1
    assert not app.text


def test_keys_are_bound_to_the_rating_they_were_pressed_over(admin: Visitor, ann: Actor) -> None:
    given = rated(admin, ann, 2)
    app = admin.open("feedback", row=str(given.id))
    data = component_data(app, "triage_keys")
    assert data["row"] == str(given.id)
    assert set(data["keys"]) == set("jktfwan")
    app = admin.open("feedback")
    assert set(component_data(app, "triage_keys")["keys"]) == set("jk")


def test_home_and_history_tell_what_was_answered(visitor: Visitor) -> None:
    hal = rows.person(visitor.bench.database, "hal", Role.ADMIN)
    wei = visitor.sign_in(Role.ANALYST, "wei")
    assert wei.actor is not None
    given = rated(wei, wei.actor, 2, "boxes are loose", prompt="Say it.")
    waiting = rated(
        wei, wei.actor, 1, "and this?", prompt="Say more.", at=now() - timedelta(days=2)
    )
    app = wei.open("home")
    assert "Answers to your comments" in texts(app)
    assert "2 comments wait for an answer" in texts(app)
    say(wei, hal, given, Changes(ReviewStatus.FIXED, "r2", note="secret", answer="Tighter now."))
    app = wei.open("home")
    said = texts(app)
    assert "Tighter now." in said + "\n".join(line.value for line in app.text)
    assert "Fixed in r2" in said
    assert "1 comment waits for an answer" in said
    assert "secret" not in said
    app = wei.open("history")
    shown = dict(
        zip(app.dataframe[0].value["Asked"], app.dataframe[0].value["Answer"], strict=True)
    )
    assert shown["Say it."] == "Tighter now."
    assert shown["Say more."] != shown["Say more."]  # empty
    assert waiting.run_id
