"""The rating under a result: saved at one click, changed, withdrawn, given again."""

from collections.abc import Callable
from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import ButtonGroup

from core.feedback.types import FailedStep, Feedback
from core.ids import new_id
from core.permissions import Actor, Role
from tests.core.feedback.detections import reported
from tests.core.review import rows
from tests.pages.conftest import Visitor, texts


def a_run(visitor: Visitor) -> tuple[Actor, UUID]:
    assert visitor.actor is not None
    database = visitor.bench.database
    return visitor.actor, rows.run(
        database, visitor.actor, rows.model(database, "generation", "writer")
    )


def a_report(visitor: Visitor) -> tuple[Actor, UUID]:
    assert visitor.actor is not None
    return visitor.actor, reported(visitor.bench.database, visitor.actor, new_id(), [0])


class Panel:
    """The panel of one run on the generation page."""

    def __init__(
        self, visitor: Visitor, make: Callable[[Visitor], tuple[Actor, UUID]] = a_run
    ) -> None:
        self.visitor = visitor
        self.actor, self.run_id = make(visitor)
        self.app: AppTest = visitor.open("generation", run=str(self.run_id))

    def key(self, name: str) -> str:
        return f"generation-{name}-{self.run_id}"

    def stars(self, rating: int) -> None:
        self.app.feedback(key=self.key("stars")).set_value(rating - 1).run()

    def click(self, name: str) -> None:
        self.app.button(key=self.key(name)).click().run()

    def saved(self) -> Feedback | None:
        return self.visitor.bench.feedback.own(self.actor, self.run_id)


@pytest.fixture
def panel(visitor: Visitor) -> Panel:
    return Panel(visitor.sign_in(Role.ANALYST))


def test_nothing_is_saved_before_the_button(panel: Panel) -> None:
    assert not panel.app.exception
    assert panel.app.button(key=panel.key("save")).disabled
    panel.stars(2)
    assert "Not saved yet" in texts(panel.app)
    assert panel.saved() is None
    assert not panel.app.button(key=panel.key("save")).disabled


def test_stars_tags_and_comment_are_saved_together(panel: Panel) -> None:
    panel.stars(2)
    panel.app.button_group(key=panel.key("tags")).set_value(["untrue"]).run()
    panel.app.text_input(key=panel.key("own-tag")).set_value(" my *own* tag ").run()
    panel.app.text_area(key=panel.key("comment")).set_value("Half of it").run()
    panel.click("save")
    assert not panel.app.error
    saved = panel.saved()
    assert saved is not None
    assert (saved.rating, saved.comment) == (2, "Half of it")
    assert saved.tags == ("untrue", "my *own* tag")
    assert "2 of 5." in texts(panel.app)
    assert "not saved" not in texts(panel.app)


def test_a_saved_rating_is_shown_again_and_changed(panel: Panel) -> None:
    panel.visitor.bench.feedback.rate(panel.actor, panel.run_id, 3, ["mine"], "so so")
    panel.app = panel.visitor.open("generation", run=str(panel.run_id))
    assert panel.app.text_area(key=panel.key("comment")).value == "so so"
    assert panel.app.button_group(key=panel.key("tags")).value == ["mine"]
    before = panel.saved()
    assert before is not None
    panel.stars(5)
    assert "Changed since; not saved yet" in texts(panel.app)
    panel.click("save")
    after = panel.saved()
    assert after is not None
    assert (after.id, after.rating, after.comment) == (before.id, 5, "so so")


def test_an_unchanged_rating_is_not_sent_to_the_browser_again(panel: Panel) -> None:
    """It would replace a star or a word which the analyst set while the script ran."""
    panel.stars(5)
    panel.click("save")
    panel.app.run()
    assert not panel.app.text_area(key=panel.key("comment")).proto.set_value
    assert not panel.app.button_group(key=panel.key("tags")).proto.set_value


def test_withdrawn_and_given_again(panel: Panel) -> None:
    panel.visitor.bench.feedback.rate(panel.actor, panel.run_id, 3, ["style"], "so so")
    panel.app = panel.visitor.open("generation", run=str(panel.run_id))
    panel.click("withdraw")
    assert panel.saved() is None
    assert panel.app.text_area(key=panel.key("comment")).value == ""
    assert "Rating withdrawn" in texts(panel.app)
    panel.click("undo")
    again = panel.saved()
    assert again is not None
    assert (again.rating, again.tags) == (3, ("style",))
    assert panel.app.text_area(key=panel.key("comment")).value == "so so"


def test_a_half_written_comment_survives_a_visit_elsewhere(panel: Panel) -> None:
    panel.app.text_area(key=panel.key("comment")).set_value("half a thou").run()
    panel.visitor.open("account")
    app = panel.visitor.open("generation", run=str(panel.run_id))
    assert app.text_area(key=panel.key("comment")).value == "half a thou"
    assert panel.saved() is None


def test_a_refused_rating_says_why_where_the_panel_is(panel: Panel) -> None:
    panel.stars(4)
    panel.app.text_area(key=panel.key("comment")).set_value("a\x07b").run()
    panel.click("save")
    assert "control characters" in panel.app.error[-1].value
    assert panel.saved() is None
    assert "Not saved yet" in texts(panel.app)


def test_guests_see_no_stars(visitor: Visitor) -> None:
    panel = Panel(visitor.sign_in(Role.GUEST))
    assert not panel.app.exception
    assert "cannot rate" in texts(panel.app)
    assert not panel.app.feedback


class ReportPanel(Panel):
    """The same, of a report on boxes."""

    def __init__(self, visitor: Visitor) -> None:
        super().__init__(visitor, a_report)

    def step(self) -> ButtonGroup[str] | None:
        """The question which step failed, if it is asked."""
        key = self.key("step")
        return next((each for each in self.app.button_group if each.key == key), None)

    def said(self) -> object:
        step = self.step()
        return step and step.value

    def say(self, step: str) -> None:
        self.app.button_group(key=self.key("step")).set_value(step).run()


@pytest.fixture
def report(visitor: Visitor) -> ReportPanel:
    return ReportPanel(visitor.sign_in(Role.ANALYST))


def test_a_bad_report_is_asked_for_the_step_that_failed(report: ReportPanel) -> None:
    assert report.step() is None
    report.stars(2)
    assert report.said() == "not sure"
    report.say("boxes")
    report.click("save")
    saved = report.saved()
    assert saved is not None
    assert (saved.rating, saved.failed_step) == (2, FailedStep.BOXES)
    assert "not saved" not in texts(report.app)


def test_only_bad_ratings_of_reports_are_asked(panel: Panel) -> None:
    panel.stars(1)
    assert not [each for each in panel.app.button_group if each.key == panel.key("step")]


def test_a_step_named_for_a_bad_rating_does_not_go_with_a_better_one(report: ReportPanel) -> None:
    report.stars(1)
    report.say("text")
    report.stars(4)
    assert report.step() is None
    report.click("save")
    saved = report.saved()
    assert saved is not None
    assert (saved.rating, saved.failed_step) == (4, None)


def test_a_step_is_shown_again_changed_and_left_open(report: ReportPanel) -> None:
    report.visitor.bench.feedback.rate(report.actor, report.run_id, 1, failed_step="text")
    report.app = report.visitor.open("generation", run=str(report.run_id))
    assert report.said() == "text"
    report.say("not sure")
    assert "Changed since; not saved yet" in texts(report.app)
    report.click("save")
    saved = report.saved()
    assert saved is not None
    assert saved.failed_step is None


def test_a_step_comes_back_with_a_withdrawn_rating(report: ReportPanel) -> None:
    report.visitor.bench.feedback.rate(report.actor, report.run_id, 1, failed_step="text")
    report.app = report.visitor.open("generation", run=str(report.run_id))
    report.click("withdraw")
    report.click("undo")
    again = report.saved()
    assert again is not None
    assert again.failed_step is FailedStep.TEXT
    assert report.said() == "text"
