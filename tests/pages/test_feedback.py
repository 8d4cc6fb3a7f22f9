"""The feedback page: the address is the view, and each rating opens with what was rated."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from core.clock import now
from core.feedback.types import Feedback, ReviewStatus
from core.permissions import Actor, Role
from core.review.types import FeedbackFilter
from core.runs.types import Task
from db.models import Model
from tests.core.review import rows
from tests.pages.conftest import Visitor, texts
from ui.text import plain


@pytest.fixture
def admin(visitor: Visitor) -> Visitor:
    return visitor.sign_in(Role.ADMIN)


@pytest.fixture
def ann(visitor: Visitor) -> Actor:
    return rows.person(visitor.bench.database, "ann")


def rated(visitor: Visitor, who: Actor, rating: int, text: str = "fine", **run: object) -> Feedback:
    """A rating by `who` of a new run of theirs."""
    database = visitor.bench.database
    task = str(run.get("task", "generation"))
    with database.unit_of_work() as session:
        known = session.scalar(select(Model.id).where(Model.task == task))
    model_id = known or rows.model(database, task, f"{task} model")
    values = {"at": now() - timedelta(minutes=5)} | run
    run_id = rows.run(database, who, model_id, **values)  # type: ignore[arg-type]
    return visitor.bench.feedback.rate(who, run_id, rating, ["style"], text).feedback


def table(app: AppTest) -> list[str]:
    return list(app.dataframe[0].value["Comment"])


def codes(app: AppTest) -> list[str]:
    """Blocks of code, but for the link to the open row."""
    return [block.value for block in app.code if "row=" not in block.value]


def control(app: AppTest, kind: str, name: str) -> Any:
    """The one control of the open rating; its key changes with what is kept."""
    return next(each for each in app.get(kind) if str(each.key).startswith(f"review-{name}-0"))


def metric(app: AppTest, label: str) -> str:
    return next(str(each.value) for each in app.metric if each.label == label)


def test_without_feedback_it_says_where_feedback_comes_from(admin: Visitor) -> None:
    app = admin.open("feedback")
    assert not app.exception
    assert "No feedback yet: ratings given under a result appear here" in texts(app)
    assert not app.dataframe


def test_figures_and_table_show_what_was_rated(admin: Visitor, ann: Actor) -> None:
    for rating, text in ((5, "good"), (4, "fine"), (1, "=1+1")):
        rated(admin, ann, rating, text)
    app = admin.open("feedback")
    assert not app.exception
    assert not app.error
    assert table(app) == ["=1+1", "fine", "good"]
    assert metric(app, "Rated") == "3"
    assert metric(app, "Positive") == "67%"
    assert metric(app, "Coverage") == "100%"
    assert metric(app, "Mean rating") == "3.33"
    assert "3 of 3 ratings" in texts(app)


def test_the_address_sets_the_filters(admin: Visitor, ann: Actor) -> None:
    rated(admin, ann, 2, "左边漏掉了一个红色圆形", task="detection")
    rated(admin, ann, 5, "good")
    app = admin.open("feedback", task="detection", rating_max="3", text="红色", user="ann")
    assert table(app) == ["左边漏掉了一个红色圆形"]
    assert app.selectbox(key="review-task").value == Task.DETECTION
    assert app.selectbox(key="review-user").value == "ann"
    assert app.selectbox(key="review-rating_max").value == 3
    assert app.text_input(key="review-text").value == "红色"
    assert metric(app, "Rated") == "1"


def test_a_filter_goes_to_the_address_and_to_the_export(admin: Visitor, ann: Actor) -> None:
    rated(admin, ann, 2, "bad")
    rated(admin, ann, 5, "good")
    app = admin.open("feedback")
    app.selectbox(key="review-rating_min").set_value(4).run()
    assert table(app) == ["good"]
    assert app.query_params["rating_min"] == "4"
    app.selectbox(key="review-preset").set_value("Last 7 days").run()
    assert set(app.query_params) == {"rating_min", "since", "until"}
    assert app.query_params["until"] == str(now().date())
    assert not app.date_input
    app.session_state["review-export"] = True
    links = {link.proto.label: urlsplit(link.proto.url) for link in app.run().get("link_button")}
    for label, kind in (("CSV", "csv"), ("COCO", "coco"), ("Evidence pack", "evidence")):
        assert links[label].path == "/api/v1/feedback/export"
        assert parse_qs(links[label].query) == {"format": [kind]} | {
            name: [value] for name, value in app.query_params.items()
        }
    report = parse_qs(links["PDF report"].query)
    assert (report.pop("format"), report.pop("sort")) == (["pdf"], ["newest"])
    assert report == {name: [value] for name, value in app.query_params.items()}
    app.button(key="review-reset").click().run()
    assert not app.query_params
    assert table(app) == ["good", "bad"]


def test_order_and_columns_stay_whatever_is_done(admin: Visitor, ann: Actor) -> None:
    for number in range(27):
        rated(admin, ann, 3, f"comment {number}")
    given = {"sort": "worst", "columns": "rating,comment"}
    app = admin.open("feedback", **given)
    app.button(key="review-older").click().run()
    assert set(app.query_params) == {*given, "page", "from"}
    app.selectbox(key="review-rating_max").set_value(4).run()
    assert dict(app.query_params) == given | {"rating_max": "4"}
    app.button(key="review-reset").click().run()
    assert dict(app.query_params) == given


def test_unknown_orders_and_columns_are_refused_in_words(admin: Visitor) -> None:
    app = admin.open("feedback", sort="funniest")
    assert "no order “funniest”" in app.error[0].value
    app = admin.open("feedback", columns="rating,colour")
    assert "no column “colour”" in app.error[0].value
    app.button(key="review-reset").click().run()
    assert not app.error


def test_exports_have_the_columns_that_are_chosen(admin: Visitor, ann: Actor) -> None:
    rated(admin, ann, 2)
    app = admin.open("feedback", columns="rating,note")
    exporting(app).run()

    def columns(label: str) -> list[str]:
        link = next(each for each in app.get("link_button") if each.proto.label == label)
        return parse_qs(urlsplit(link.proto.url).query).get("columns", [])

    exporting(app).button_group(key="review-export-which").set_value("the table's columns").run()
    assert columns("CSV") == columns("Evidence pack") == ["rating,note"]
    assert columns("COCO") == []
    exporting(app).button_group(key="review-export-which").set_value("own choice").run()
    assert columns("CSV") == []
    exporting(app).multiselect(key="review-export-columns").set_value(["user", "params"]).run()
    assert columns("CSV") == ["user,params"]


def test_rare_filters_are_behind_a_button_that_counts_them(admin: Visitor, ann: Actor) -> None:
    rated(admin, ann, 2, "bad")
    rated(admin, ann, 5, "good", task="detection")
    app = admin.open("feedback", score_min="0.5", box_threshold="0.35")
    assert table(app) == ["good"]
    assert "2 set" in texts(app)
    more(app).run()
    assert app.number_input(key="review-score_min").value == 0.5
    more(app).number_input(key="review-score_min").set_value(None).run()
    more(app).number_input(key="review-box_threshold").set_value(None).run()
    assert not app.query_params
    more(app).selectbox(key="review-comment").set_value(True).run()
    assert dict(app.query_params) == {"comment": "true"}
    more(app).selectbox(key="review-tags").set_value("all").run()
    assert app.query_params["tags"] == "all"


def opened(app: AppTest, popover: str) -> AppTest:
    """With this popover open in the next run, which a test has to say for each."""
    app.session_state[popover] = True
    return app


def more(app: AppTest) -> AppTest:
    return opened(app, "review-more")


def exporting(app: AppTest) -> AppTest:
    return opened(app, "review-export")


def viewing(app: AppTest) -> AppTest:
    return opened(app, "review-views")


def test_a_chip_says_a_limit_and_takes_it_away(admin: Visitor, ann: Actor) -> None:
    rated(admin, ann, 2, "bad")
    rated(admin, ann, 5, "good")
    app = admin.open("feedback", rating_max="2", tag="style", sort="worst")
    chips = app.button_group(key="review-limits")
    assert list(chips.options) == [
        "rating up to 2 :material/close:",
        "tag: style :material/close:",
    ]
    chips.set_value("rating up to 2").run()
    assert dict(app.query_params) == {"tag": "style", "sort": "worst"}
    assert not app.exception
    app.button_group(key="review-limits").set_value("tag: style").run()
    assert dict(app.query_params) == {"sort": "worst"}


def test_a_period_is_compared_with_days_of_choice(admin: Visitor, ann: Actor) -> None:
    rated(admin, ann, 2)
    app = admin.open("feedback", since="2026-03-01", until="2026-03-07")
    assert "the days just before, 2026-02-22 to 2026-02-28" in texts(app)
    more(app).run()
    more(app).selectbox(key="review-compared").set_value("the same days a year ago").run()
    assert app.query_params["against"] == "2025-03-01"
    assert "the same days a year ago, 2025-03-01 to 2025-03-07" in texts(app)
    more(app).date_input(key="review-since").set_value(date(2026, 3, 2)).run()
    assert app.query_params["against"] == "2025-03-02"
    more(app).selectbox(key="review-compared").set_value("days from").run()
    more(app).date_input(key="review-against").set_value(date(2025, 12, 24)).run()
    assert "changes are against 2025-12-24 to 2025-12-29" in texts(app)
    more(app).selectbox(key="review-preset").set_value("All time").run()
    assert not app.query_params


def test_a_saved_view_is_opened_by_its_link_and_stays_until_it_is_changed(
    admin: Visitor, ann: Actor
) -> None:
    rated(admin, ann, 2, "bad")
    rated(admin, ann, 5, "good")
    app = admin.open("feedback", rating_max="2", sort="worst", columns="rating,comment")
    app.selectbox(key="review-preset").set_value("Last 30 days").run()
    viewing(app).run()
    viewing(app).text_input(key="review-views-name").set_value("bad ones")
    viewing(app).button(key="FormSubmitter:review-views-form-Save view").click().run()
    assert not app.error, app.error[0].value
    assert not app.exception
    assert set(app.query_params) == {"view"}
    link = app.query_params["view"]
    assert table(app) == ["bad"]
    assert "bad ones" in texts(app)
    assert app.selectbox(key="review-preset").value == "Last 30 days"
    app = admin.open("feedback", view=link)
    assert table(app) == ["bad"]
    assert list(app.dataframe[0].value.columns) == ["Rating", "Comment"]
    viewing(app).selectbox(key="review-rating_max").set_value(5).run()
    assert set(app.query_params) == {"since", "until", "rating_max", "sort", "columns"}
    assert "bad ones" not in texts(app)


def test_a_saved_view_that_is_gone_says_so(admin: Visitor, ann: Actor) -> None:
    rated(admin, ann, 2)
    for query in ({"view": str(ann.user_id)}, {"view": "x"}, {"view": "x", "rating_max": "2"}):
        app = admin.open("feedback", **query)
        assert "view" in app.error[0].value
        app.button(key="review-reset").click().run()
        assert len(table(app)) == 1


def test_filters_that_match_nothing_say_so(admin: Visitor, ann: Actor) -> None:
    rated(admin, ann, 2)
    app = admin.open("feedback", text="nowhere")
    assert "Nothing matches these filters" in texts(app)
    app.button(key="review-everything").click().run()
    assert len(table(app)) == 1


def test_a_broken_address_says_which_filter_and_can_be_reset(admin: Visitor, ann: Actor) -> None:
    rated(admin, ann, 2)
    for query in ({"rating_min": "9"}, {"row": "7"}, {"page": "x"}, {"since": "soon"}):
        app = admin.open("feedback", **query)
        assert len(app.error) == 1
        assert not app.exception
        app.button(key="review-reset").click().run()
        assert len(table(app)) == 1


def test_days_in_the_wrong_order_are_refused_and_kept_out(admin: Visitor, ann: Actor) -> None:
    rated(admin, ann, 2)
    app = admin.open("feedback", since="2026-01-05", until="2026-01-06")
    app.date_input(key="review-since").set_value(now().date()).run()
    assert "since" in app.error[0].value
    assert app.query_params["since"] == "2026-01-05"


def test_pages_turn_both_ways(admin: Visitor, ann: Actor) -> None:
    for number in range(27):
        rated(admin, ann, 3, f"comment {number}")
    app = admin.open("feedback")
    first = table(app)
    assert len(first) == 25
    assert app.button(key="review-newer").disabled
    app.button(key="review-older").click().run()
    assert table(app) == ["comment 1", "comment 0"]
    assert app.button(key="review-older").disabled
    assert "26 to 27 of 27 ratings" in texts(app)
    assert app.query_params["from"] == "26"
    app.button(key="review-newer").click().run()
    assert table(app) == first
    assert "1 to 25 of 27 ratings" in texts(app)


def test_a_row_opens_its_text_parameters_and_other_ratings(admin: Visitor, ann: Actor) -> None:
    given = rated(admin, ann, 2, "too *long*", prompt="Say it.")
    assert admin.actor is not None
    admin.bench.feedback.rate(admin.actor, given.run_id, 5, (), "I like it")
    app = admin.open("feedback", row=str(given.id))
    assert not app.exception
    assert not app.error
    assert codes(app) == ["Say it.", "Something."]
    said = texts(app)
    assert "★★☆☆☆ 2 of 5" in said
    assert "seed 7" in said
    assert "2 ratings of this run" in said
    assert "I like it" in said
    app.button(key="review-close").click().run()
    assert "A click on a row opens it" in texts(app)
    assert "row" not in app.query_params
    assert "Say it." not in codes(app)


def test_text_from_people_stays_text(admin: Visitor, ann: Actor) -> None:
    hostile = "[x](javascript:1) :red[c] $a$ <img src=x>"
    given = rated(admin, ann, 2, hostile, prompt=hostile)
    assert admin.actor is not None
    admin.bench.feedback.rate(admin.actor, given.run_id, 1, [":red[t]"], hostile)
    app = admin.open("feedback", row=str(given.id))
    assert codes(app) == [hostile, "Something."]
    assert [line.value for line in app.text] == [hostile]
    assert f"admin: {plain(hostile)}" in texts(app)


def test_a_withdrawn_row_says_so(admin: Visitor, ann: Actor) -> None:
    given = rated(admin, ann, 2)
    admin.bench.feedback.withdraw(ann, given.run_id)
    app = admin.open("feedback", row=str(given.id))
    assert "may have been withdrawn" in app.error[0].value


def status_of(visitor: Visitor, feedback_id: UUID) -> ReviewStatus:
    assert visitor.actor is not None
    return visitor.bench.review.detail(visitor.actor, feedback_id).row.feedback.review_status


def test_a_status_is_set_and_a_stale_one_refused(admin: Visitor, ann: Actor) -> None:
    given = rated(admin, ann, 2)
    app = admin.open("feedback", row=str(given.id))
    control(app, "button_group", "status").set_value(ReviewStatus.TRIAGED).run()
    assert not app.error
    assert status_of(admin, given.id) is ReviewStatus.TRIAGED
    admin.bench.feedback.rate(ann, given.run_id, 4)
    control(app, "button_group", "status").set_value(ReviewStatus.FIXED).run()
    assert "Changed meanwhile by ann" in app.warning[0].value
    assert status_of(admin, given.id) is ReviewStatus.NEW


def test_only_reviewers_open_it(visitor: Visitor) -> None:
    app = visitor.sign_in(Role.ANALYST).open("feedback")
    assert not app.metric
    assert "not allowed for your role" in texts(app)


def test_a_demoted_admin_sets_no_status(admin: Visitor, ann: Actor) -> None:
    given = rated(admin, ann, 2)
    app = admin.open("feedback", row=str(given.id))
    accounts = admin.bench.accounts
    accounts.add_user(accounts.system_actor(), "boss", Role.ADMIN, "correct horse battery")
    accounts.set_role(accounts.system_actor(), "admin", Role.ANALYST)
    control(app, "button_group", "status").set_value(ReviewStatus.FIXED).run()
    system = accounts.system_actor()
    page = admin.bench.review.page(system, FeedbackFilter(status=ReviewStatus.NEW))
    assert [row.feedback.id for row in page.rows] == [given.id]
