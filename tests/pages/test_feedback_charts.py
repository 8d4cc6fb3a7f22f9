"""The charts of the feedback page: what they show, where their rows are, and when they are away."""

import json
from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from core.clock import now
from core.errors import Invalid
from core.feedback.types import Verdict
from core.permissions import Actor, Role
from core.review import charts
from core.review.types import FeedbackFilter
from db.models import Feedback as Stored
from tests.core.review import rows
from tests.pages.conftest import Visitor, texts
from tests.pages.test_feedback import rated, table
from ui.components.review_charts_draw import narrowed

NAMES = ["ratings", "trend", "models", "settings-detection", "phrases", "scores", "tags"]


@pytest.fixture
def admin(visitor: Visitor) -> Visitor:
    return visitor.sign_in(Role.ADMIN)


@pytest.fixture
def ann(visitor: Visitor) -> Actor:
    return rows.person(visitor.bench.database, "ann")


@pytest.fixture
def judged(admin: Visitor, ann: Actor) -> None:
    """Two ratings of detections on different days, one with a judged box; and one of a text."""
    before = now() - timedelta(days=9)
    first = rated(admin, ann, 2, "bad", task="detection", at=before)
    rated(admin, ann, 5, "good", task="detection")
    rated(admin, ann, 4, "a text")
    admin.bench.verdicts.set(ann, first.run_id, 0, Verdict.WRONG_LABEL)
    with admin.bench.database.unit_of_work() as session:
        session.get_one(Stored, first.id).created_at = before


def drawn(app: AppTest) -> list[str]:
    """The charts on the page, by the name of their data; their menus tell which they are."""
    return [
        menu.key.removeprefix("chart-").removesuffix("-rows")
        for menu in app.get("menu_button")
        if menu.key and menu.key.startswith("chart-")
    ]


def choose(app: AppTest, chart: str, beginning: str) -> None:
    """Open the rows of the mark that the menu over the chart says so."""
    menu = app.menu_button(key=f"chart-{chart}-rows")
    mark = next(option for option in menu.options if option.startswith(beginning))
    menu.click_index(menu.options.index(mark)).run()
    assert not app.exception


@pytest.mark.usefixtures("judged")
def test_every_chart_is_drawn_with_words_for_whoever_cannot_see_it(admin: Visitor) -> None:
    app = admin.open("feedback")
    assert not app.exception
    assert not app.error
    assert sorted(drawn(app)) == sorted(NAMES)
    charts = app.get("vega_lite_chart")
    assert len(charts) == len(NAMES)
    assert len({chart.proto.alt for chart in charts}) == len(NAMES)
    for chart in charts:
        assert json.loads(chart.proto.spec)["params"]
        assert chart.proto.selection_mode
    assert "**Ratings over time** by day, n = 3" in texts(app)


@pytest.mark.usefixtures("judged")
def test_a_mark_leads_to_its_rows_by_the_address(admin: Visitor) -> None:
    day = str((now() - timedelta(days=9)).date())
    for chart, mark, address, comments in (
        ("ratings", "2 ★", {"rating_min": ["2"], "rating_max": ["2"]}, ["bad"]),
        ("models", "generation model", {"task": ["generation"]}, ["a text"]),
        ("phrases", "something., wrong: 1", {"phrase": ["something."]}, ["bad"]),
        ("scores", "score 0.90 to 0.95, wrong: 1", {"score_min": ["0.9"]}, ["bad"]),
        ("tags", "style: 3", {"tag": ["style"], "tags": ["all"]}, ["a text", "good", "bad"]),
        ("trend", day, {}, ["bad"]),
        ("settings-detection", "box threshold 0.35", {"task": ["detection"]}, ["good", "bad"]),
    ):
        app = admin.open("feedback", sort="newest")
        choose(app, chart, mark)
        assert table(app) == comments, chart
        said = {name: app.query_params[name] for name in address}
        assert {name: [v] if isinstance(v, str) else v for name, v in said.items()} == address


@pytest.mark.usefixtures("judged")
def test_a_mark_narrows_what_is_filtered_already(admin: Visitor) -> None:
    app = admin.open("feedback", task="detection", columns="rating,comment")
    choose(app, "ratings", "5 ★")
    assert table(app) == ["good"]
    assert app.query_params["task"] in ("detection", ["detection"])
    assert "columns" in app.query_params


def test_where_nothing_was_judged_or_tagged_the_charts_say_so(admin: Visitor, ann: Actor) -> None:
    rated(admin, ann, 4, "a text")
    app = admin.open("feedback")
    assert "No verdicts in these ratings: judge boxes under a detection." in texts(app)
    app = admin.open("feedback", text="nowhere")
    assert not app.exception
    assert "No ratings in this period match the filters." in texts(app)
    assert "No tags in these ratings." in texts(app)


@pytest.mark.usefixtures("judged")
def test_charts_are_hidden_for_as_long_as_the_tab_is_open(
    admin: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = admin.open("feedback")
    app.toggle(key="review-charts").set_value(False).run()
    assert drawn(app) == ["ratings"]
    monkeypatch.setattr(charts.ChartService, "charts", None)  # not counted either
    admin.open("home")
    app = admin.open("feedback")
    assert not app.exception
    assert drawn(app) == ["ratings"]
    assert len(table(app)) == 3


@pytest.mark.usefixtures("judged")
def test_looking_through_rows_counts_nothing_again(
    admin: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = admin.open("feedback")
    kept = app.session_state["glimpse"].charts
    assert kept.filter == FeedbackFilter()
    app.session_state["glimpse"].charts = type(kept)(kept.filter, kept.charts, float("inf"))
    monkeypatch.setattr(charts.ChartService, "charts", None)
    app = admin.open("feedback", sort="worst")
    assert not app.error
    assert sorted(drawn(app)) == sorted(NAMES)
    app = admin.open("feedback", task="detection")
    assert app.error  # another filter is counted anew


def test_a_mark_that_cannot_be_is_refused() -> None:
    def nothing(_filter: FeedbackFilter, picked: object) -> FeedbackFilter:
        raise KeyError(picked)

    with pytest.raises(Invalid, match="reload the page"):
        narrowed(FeedbackFilter(), nothing, {})
