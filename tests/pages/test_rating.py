"""The rating under a result: saved at one click, changed, withdrawn, given again."""

from collections.abc import Callable
from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import ButtonGroup

from core.feedback.types import FailedStep, Feedback
from core.ids import new_id
from core.permissions import Actor, Role
from core.workbench import Workbench
from db.models import Run
from tests.core.feedback.detections import detection, reported
from tests.core.review import rows
from tests.pages.conftest import PASSWORD, Visitor, texts
from ui.session import UiSession


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


def reopened(panel: Panel) -> None:
    """The same person in another browser, which knows nothing of this one."""
    fresh = Visitor(panel.visitor.bench)
    fresh.actor = panel.visitor.actor
    found = panel.visitor.bench.accounts.sign_in(panel.actor.username, PASSWORD, "test")
    fresh.app.session_state["glimpse"] = UiSession(session_id=found.session_id)
    panel.visitor, panel.app = fresh, fresh.open("generation", run=str(panel.run_id))


class TestDrafts:
    """What is half written is there again after a reload and elsewhere, for its writer alone."""

    def test_a_draft_survives_a_reload(self, panel: Panel) -> None:
        panel.stars(2)
        panel.app.text_area(key=panel.key("comment")).set_value("half a thou").run()
        panel.app.button_group(key=panel.key("tags")).set_value(["untrue"]).run()
        panel.app.text_input(key=panel.key("own-tag")).set_value("mine").run()
        panel.click("correct")
        panel.app.text_area(key=panel.key("corrected")).set_value("Anything.").run()
        assert "Draft kept" in texts(panel.app)
        reopened(panel)
        assert not panel.app.exception
        assert panel.app.feedback(key=panel.key("stars")).value == 1
        assert panel.app.text_area(key=panel.key("comment")).value == "half a thou"
        assert sorted(panel.app.button_group(key=panel.key("tags")).value or ()) == [
            "mine",
            "untrue",
        ]
        assert panel.app.text_area(key=panel.key("corrected")).value == "Anything."
        assert "Not saved yet. Draft kept." in texts(panel.app)
        assert panel.saved() is None

    def test_saving_drops_it(self, panel: Panel) -> None:
        panel.stars(2)
        panel.app.text_area(key=panel.key("comment")).set_value("so so").run()
        panel.click("save")
        assert "Draft" not in texts(panel.app)
        assert panel.visitor.bench.drafts.standing(panel.actor, panel.run_id).draft is None
        reopened(panel)
        assert panel.app.text_area(key=panel.key("comment")).value == "so so"
        assert "not saved" not in texts(panel.app)

    def test_discarding_leads_back_to_what_is_saved(self, panel: Panel) -> None:
        panel.stars(4)
        panel.click("save")
        panel.stars(1)
        panel.app.text_area(key=panel.key("comment")).set_value("hm").run()
        panel.click("discard")
        assert panel.app.feedback(key=panel.key("stars")).value == 3
        assert panel.app.text_area(key=panel.key("comment")).value == ""
        assert "not saved" not in texts(panel.app)
        assert panel.visitor.bench.drafts.standing(panel.actor, panel.run_id).draft is None

    def test_changing_back_by_hand_drops_it(self, panel: Panel) -> None:
        panel.stars(4)
        panel.click("save")
        panel.stars(1)
        panel.stars(4)
        assert panel.visitor.bench.drafts.standing(panel.actor, panel.run_id).draft is None

    def test_another_tab_follows_and_does_not_overwrite(self, panel: Panel) -> None:
        """A tab that changed nothing shows what the other writes; one that did keeps its own."""
        other = Panel.__new__(Panel)
        other.__dict__.update(panel.__dict__)
        reopened(other)
        panel.app.text_area(key=panel.key("comment")).set_value("from here").run()
        other.app.run()
        assert other.app.text_area(key=panel.key("comment")).value == "from here"
        other.app.text_area(key=panel.key("comment")).set_value("and from there").run()
        panel.app.run()
        assert panel.app.text_area(key=panel.key("comment")).value == "and from there"
        panel.stars(3)
        panel.click("save")
        other.app.text_area(key=panel.key("comment")).set_value("not yet said").run()
        assert "Changed since; not saved yet. Draft kept." in texts(other.app)
        other.app.run()
        assert other.app.text_area(key=panel.key("comment")).value == "not yet said"

    def test_nobody_else_sees_it(self, panel: Panel, bench: Workbench) -> None:
        panel.app.text_area(key=panel.key("comment")).set_value("secret").run()
        admin = Visitor(bench).sign_in(Role.ADMIN)
        app = admin.open("generation", run=str(panel.run_id))
        assert app.text_area(key=panel.key("comment")).value == ""


class TestCorrections:
    def field(self, panel: Panel) -> str | None:
        found = [each for each in panel.app.text_area if each.key == panel.key("corrected")]
        return found[0].value if found else None

    def test_the_field_begins_with_the_text_and_says_nothing_until_changed(
        self, panel: Panel
    ) -> None:
        assert self.field(panel) is None
        panel.click("correct")
        assert self.field(panel) == "Something."
        panel.stars(2)
        panel.click("save")
        saved = panel.saved()
        assert saved is not None
        assert saved.corrected_text is None
        assert "not saved" not in texts(panel.app)

    def test_a_correction_is_shown_against_the_text_saved_and_shown_again(
        self, panel: Panel
    ) -> None:
        panel.click("correct")
        panel.app.text_area(key=panel.key("corrected")).set_value("Something else.").run()
        assert "Underlined: added" in texts(panel.app)
        panel.stars(2)
        panel.click("save")
        saved = panel.saved()
        assert saved is not None
        assert saved.corrected_text == "Something else."
        reopened(panel)
        assert self.field(panel) == "Something else."
        assert "not saved" not in texts(panel.app)

    def test_a_correction_is_dropped_and_comes_back_with_undo(self, panel: Panel) -> None:
        rate = panel.visitor.bench.feedback.rate
        rate(panel.actor, panel.run_id, 2, corrected_text="Else.")
        panel.app = panel.visitor.open("generation", run=str(panel.run_id))
        panel.click("withdraw")
        assert self.field(panel) is None
        panel.click("undo")
        assert self.field(panel) == "Else."
        panel.click("drop")
        assert "Changed since; not saved yet" in texts(panel.app)
        panel.click("save")
        saved = panel.saved()
        assert saved is not None
        assert saved.corrected_text is None

    def test_one_of_several_outputs_is_chosen(self, visitor: Visitor) -> None:
        def several(visitor: Visitor) -> tuple[Actor, UUID]:
            actor, run_id = a_run(visitor)
            with visitor.bench.database.unit_of_work() as session:
                row = session.get_one(Run, run_id)
                row.params = {**row.params, "n": 2}
                row.output = {
                    "outputs": [
                        {"text": text, "finish_reason": "stop"} for text in ("One.", "Two.")
                    ]
                }
            return actor, run_id

        panel = Panel(visitor.sign_in(Role.ANALYST), several)
        panel.click("correct")
        assert self.field(panel) == "One."
        panel.app.button_group(key=panel.key("which")).set_value(1).run()
        assert self.field(panel) == "Two."
        panel.app.text_area(key=panel.key("corrected")).set_value("Two, really.").run()
        panel.stars(3)
        panel.click("save")
        reopened(panel)
        assert not panel.app.exception
        assert self.field(panel) == "Two, really."
        assert panel.app.button_group(key=panel.key("which")).value == 1

    def test_pictures_have_no_text_to_correct(self, visitor: Visitor) -> None:
        visitor.sign_in(Role.ANALYST)
        assert visitor.actor is not None
        database = visitor.bench.database
        run_id = detection(
            database, visitor.actor, rows.model(database, "detection", "shapes"), "cat"
        )
        app = visitor.open("detection", run=str(run_id))
        assert not app.exception
        assert [each.label for each in app.button if each.label == "Save rating"]
        assert not [each for each in app.button if each.label == "Correct the text"]


def test_the_history_of_a_rating_is_told_under_it(panel: Panel) -> None:
    panel.stars(2)
    panel.click("save")
    assert not [each for each in panel.app.expander if "History" in each.label]
    panel.stars(4)
    panel.app.text_area(key=panel.key("comment")).set_value("*better*").run()
    panel.click("save")
    assert "History: changed once" in [each.label for each in panel.app.expander]
    told = texts(panel.app)
    assert "you: 2 of 5" in told
    assert "you: 2 → 4 of 5; comment “\\*better\\*”" in told


def test_usual_tags_are_at_hand(panel: Panel) -> None:
    bench = panel.visitor.bench
    bench.feedback.rate(panel.actor, panel.run_id, 2, ["mine", "untrue"])
    other = rows.run(
        bench.database, panel.actor, rows.model(bench.database, "generation", "writer", "r2")
    )
    reopened(panel)
    app = panel.visitor.open("generation", run=str(other))
    chips = app.button_group(key=f"generation-tags-{other}")
    assert chips.options[-1] == "mine"
    assert chips.value == []
