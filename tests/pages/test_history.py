"""The history page: the address is the view, and chosen runs are opened, compared, downloaded."""

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import pandas as pd
import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from core.clock import now
from core.ids import new_id
from core.permissions import Actor, Role
from db.models import Image, Model
from tests.core.review import rows
from tests.pages.conftest import Visitor, texts
from ui.text import plain

ONE, OTHER = bytes(range(32)), bytes(range(1, 33))


@pytest.fixture
def ann(visitor: Visitor) -> Visitor:
    return visitor.sign_in(Role.ANALYST, "ann")


def made(
    visitor: Visitor,
    prompt: str,
    *,
    task: str = "detection",
    model: str | None = None,
    at: datetime | None = None,
    picture: bytes | None = ONE,
    who: Actor | None = None,
    **columns: Any,
) -> UUID:
    """A run by the visitor; a detection of one red circle at 0.91 unless `columns` say else."""
    owner, database = who or visitor.actor, visitor.bench.database
    assert owner is not None
    name = model or f"{task} model"
    with database.unit_of_work() as session:
        known = session.scalar(select(Model.id).where(Model.name == name))
        if picture and session.get(Image, picture) is None:
            session.add(Image(sha256=picture, mime="image/png", width=9, height=9, content=b"-"))
    values: dict[str, Any] = {"at": at or now(), "text": "red circle"} | columns
    if task == "detection":
        values["image_sha256"] = picture
    model_id = known or rows.model(database, task, name)
    return rows.run(database, owner, model_id, task=task, prompt=prompt, **values)


def listed(app: AppTest) -> list[str]:
    return list(app.dataframe[0].value["Asked"])


def choose(app: AppTest, *ticked: int, clicked: int | None = None) -> AppTest:
    """Tick rows of the list, or click into one."""
    cells = [] if clicked is None else [(clicked, "Asked")]
    key = app.dataframe[0].key
    assert key is not None
    app.session_state[key] = {"selection": {"rows": list(ticked), "cells": cells}}
    return app.run()


def enabled(app: AppTest) -> set[str]:
    """Which of the actions can be clicked."""
    wanted = ("compare", "same-picture")
    buttons = {name for name in wanted if not app.button(key=f"history-{name}").disabled}
    return buttons | ({"open"} if opening(app) else set())


def opening(app: AppTest) -> list[tuple[str, str]]:
    """Page and query of each link that opens a run."""
    links = [link.proto for link in app.page_link if link.label == "Open run"]
    return [(link.page, link.query_string) for link in links if not link.disabled]


def download_links(app: AppTest) -> dict[str, list[tuple[str, str]]]:
    links = [urlsplit(link.proto.url) for link in app.get("link_button")]
    assert {link.path for link in links} <= {"/api/v1/runs/export"}
    queries = [parse_qsl(link.query) for link in links]
    return {dict(query)["format"]: query for query in queries}


def boxviews(app: AppTest) -> list[dict[str, Any]]:
    return [
        json.loads(element.proto.json)
        for element in app.get("bidi_component")
        if "boxview" in element.proto.component_name
    ]


def test_without_runs_it_says_what_will_appear_and_leads_there(ann: Visitor) -> None:
    app = ann.open("history")
    assert not app.exception
    assert not app.error
    assert "No runs yet" in app.info[0].value
    assert len(app.page_link) == 2
    assert not app.dataframe


def test_guests_are_told_that_it_is_not_for_them(visitor: Visitor) -> None:
    app = visitor.sign_in(Role.GUEST).open("history")
    assert "not allowed for your role" in app.warning[0].value


def test_ones_own_runs_of_both_tasks_are_listed_newest_first(ann: Visitor) -> None:
    made(ann, "red circle", at=now() - timedelta(hours=2), cached=True)
    run_id = made(ann, "Write it.", task="generation", at=now() - timedelta(hours=1))
    made(ann, "theirs", who=rows.person(ann.bench.database, "bob"))
    assert ann.actor is not None
    ann.bench.feedback.rate(ann.actor, run_id, 4)
    app = ann.open("history")
    assert not app.exception
    assert not app.error
    assert listed(app) == ["Write it.", "red circle"]
    table = app.dataframe[0].value
    assert list(table["Rating"].fillna(0)) == [4, 0]
    assert list(table["State"]) == ["done", "done, reused"]
    assert list(table["Found"].fillna("")) == ["", "1 box"]
    assert "1 to 2, newest first" in texts(app)


def test_pictures_are_small_and_equal_ones_are_fetched_once(ann: Visitor) -> None:
    made(ann, "older")
    newest = made(ann, "newer")
    made(ann, "text", task="generation")
    addresses = list(ann.open("history").dataframe[0].value["Picture"])
    assert pd.isna(addresses[0])
    assert addresses[1] == addresses[2] == f"/api/v1/runs/{newest}/image?max_side=96"


def test_the_address_sets_the_filters(ann: Visitor) -> None:
    made(ann, "Red CIRCLE", model="shapes", picture=OTHER, status="failed")
    made(ann, "red circle", model="other")
    made(ann, "blue star", model="shapes")
    app = ann.open(
        "history",
        text="red circle",
        task="detection",
        model="shapes",
        status="failed",
        rated="no",
        picture=OTHER.hex(),
        since="2020-01-01",
    )
    assert not app.exception
    assert listed(app) == ["Red CIRCLE"]
    assert app.text_input(key="history-text").value == "red circle"
    assert app.selectbox(key="history-task").value == "detection"
    assert app.selectbox(key="history-model").value == "shapes"
    assert app.selectbox(key="history-status").value == "failed"
    assert app.selectbox(key="history-rated").value is False
    app.button(key="history-any-picture").click().run()
    assert "picture" not in app.query_params
    assert "text" in app.query_params


def test_a_filter_goes_to_the_address(ann: Visitor) -> None:
    made(ann, "red circle")
    made(ann, "a text", task="generation", at=now() - timedelta(days=40))
    app = ann.open("history")
    app.text_input(key="history-text").set_value("  TEXT ").run()
    assert app.query_params["text"] == "TEXT"
    assert listed(app) == ["a text"]
    app.selectbox(key="history-preset").set_value("Last 30 days").run()
    assert "Nothing matches these filters" in app.info[0].value
    assert set(app.query_params) == {"text", "since", "until"}
    app.button(key="history-everything").click().run()
    assert not app.query_params
    assert len(listed(app)) == 2


def test_the_last_day_is_included(ann: Visitor) -> None:
    made(ann, "at noon", at=rows.NOON)
    day = rows.NOON.date()
    assert listed(ann.open("history", since=str(day), until=str(day))) == ["at noon"]
    before = str(day - timedelta(days=1))
    assert "Nothing matches" in ann.open("history", until=before).info[0].value


def test_days_in_the_wrong_order_are_refused_and_kept_out(ann: Visitor) -> None:
    made(ann, "at noon", at=rows.NOON)
    day = rows.NOON.date()
    app = ann.open("history", until=str(day))
    app.date_input(key="history-since").set_value(day + timedelta(days=1)).run()
    assert "swap them" in app.error[0].value
    assert set(app.query_params) == {"until"}


@pytest.mark.parametrize(
    "query",
    [
        {"task": "x"},
        {"status": "x"},
        {"rated": "x"},
        {"since": "soon"},
        {"until": "9999-12-31"},
        {"picture": "x"},
        {"page": "x"},
        {"from": "x"},
        {"from": "-3"},
        {"from": "9" * 10},
        {"compare": "x"},
        {"compare": f"{new_id()} {new_id()} {new_id()}"},
        {"text": "x" * 300},
    ],
)
def test_a_broken_address_is_told_and_can_be_left(ann: Visitor, query: dict[str, str]) -> None:
    made(ann, "red circle")
    app = ann.open("history", **query)
    assert not app.exception
    assert len(app.error) == 1
    assert "on our side" not in app.error[0].value
    app.button(key="history-reset").click().run()
    assert listed(app) == ["red circle"]


def test_older_runs_are_a_page_away(ann: Visitor) -> None:
    for number in range(27):
        made(ann, f"run {number}", at=rows.NOON + timedelta(minutes=number))
    app = ann.open("history")
    assert listed(app)[0] == "run 26"
    assert len(listed(app)) == 25
    assert app.button(key="history-newest").disabled
    app.button(key="history-older").click().run()
    assert listed(app) == ["run 1", "run 0"]
    assert app.button(key="history-older").disabled
    assert "26 to 27" in texts(app)
    assert set(app.query_params) == {"page", "from"}
    app.button(key="history-newest").click().run()
    assert listed(app)[0] == "run 26"
    assert not app.query_params


def test_nothing_can_be_done_before_a_run_is_chosen(ann: Visitor) -> None:
    made(ann, "red circle")
    app = ann.open("history")
    assert enabled(app) == set()
    assert not download_links(app)
    assert "Click a run, or tick several" in texts(app)


def test_a_run_opens_on_its_page(ann: Visitor) -> None:
    run_id = made(ann, "Write it.", task="generation")
    made(ann, "red circle")
    app = choose(ann.open("history"), clicked=1)
    assert enabled(app) == {"open"}
    assert opening(app) == [("generation", f"run={run_id}")]


def test_a_tick_never_passes_to_a_run_that_came_meanwhile(ann: Visitor) -> None:
    made(ann, "ticked", at=now() - timedelta(hours=1))
    app = choose(ann.open("history"), 0)
    assert "open" in enabled(app)
    made(ann, "newer")
    app.run()
    assert listed(app) == ["newer", "ticked"]
    assert enabled(app) == set()


def test_all_runs_on_the_same_picture_are_listed(ann: Visitor) -> None:
    made(ann, "one")
    made(ann, "other", picture=OTHER)
    made(ann, "again")
    app = choose(ann.open("history", text="again"), 0)
    app.button(key="history-same-picture").click().run()
    assert listed(app) == ["again", "one"]
    assert app.query_params["picture"] == ONE.hex()
    assert set(app.query_params) == {"picture"}


def test_only_two_finished_detections_on_one_picture_can_be_compared(ann: Visitor) -> None:
    made(ann, "text", task="generation")
    made(ann, "failed", status="failed")
    made(ann, "other", picture=OTHER)
    made(ann, "one")
    made(ann, "two")
    app = ann.open("history")
    assert listed(app) == ["two", "one", "other", "failed", "text"]
    for ticked, possible in (
        ((0, 1), True),
        ((0,), False),
        ((0, 2), False),
        ((0, 3), False),
        ((0, 4), False),
        ((0, 1, 2), False),
    ):
        assert ("compare" in enabled(choose(app, *ticked))) is possible, ticked


def test_two_runs_stand_side_by_side_with_what_differs(ann: Visitor) -> None:
    first = made(ann, "red circle", at=now() - timedelta(hours=1), model="shapes")
    second = made(ann, "red circle. blue star", model="other", text="blue star")
    app = choose(ann.open("history"), 0, 1)
    app.button(key="history-compare").click().run()
    assert not app.exception
    assert not app.error
    assert app.query_params["compare"] == f"{first} {second}"
    assert [drawn["id"] for drawn in boxviews(app)] == [str(first), str(second)]
    said = texts(app)
    assert "**0 boxes** in both, **1** only in A, **1** only in B" in said
    assert "model shapes r1 in A, other r1 in B" in said
    table = app.dataframe[0].value
    assert list(table["Found in"]) == ["only A", "only B"]
    assert list(table["Label"]) == ["red circle", "blue star"]
    app.button(key="history-back").click().run()
    assert listed(app)
    assert not app.query_params


def test_a_comparison_matches_the_same_boxes(ann: Visitor) -> None:
    one, two = made(ann, "red circle"), made(ann, "red circle")
    app = ann.open("history", compare=f"{one} {two}", text="kept")
    said = texts(app)
    assert "**1 box** in both, **0** only in A, **0** only in B" in said
    assert "Both were asked the same" in said
    (row,) = app.dataframe[0].value.to_dict("records")
    assert row["Found in"] == "both"
    assert (row["Score in A"], row["B against A"], row["Overlap"]) == (0.913, 0, 1)
    app.button(key="history-back").click().run()
    assert app.query_params["text"] == "kept"


def test_somebody_elses_run_is_not_compared(ann: Visitor) -> None:
    own = made(ann, "red circle")
    theirs = made(ann, "red circle", who=rows.person(ann.bench.database, "bob"))
    app = ann.open("history", compare=f"{own} {theirs}")
    assert "There is no such run" in app.error[0].value
    app.button(key="history-back").click().run()
    assert listed(app) == ["red circle"]


def test_the_sides_of_a_comparison_open(ann: Visitor) -> None:
    one, two = made(ann, "red circle"), made(ann, "red circle")
    app = ann.open("history", compare=f"{one} {two}")
    assert opening(app) == [("detection", f"run={one}"), ("detection", f"run={two}")]


def test_chosen_detections_are_downloaded_and_texts_left_out(ann: Visitor) -> None:
    first, second = made(ann, "one"), made(ann, "two", picture=OTHER)
    made(ann, "text", task="generation")
    app = choose(ann.open("history"), 0, 1, 2)
    links = download_links(app)
    assert set(links) == {"coco", "csv", "json"}
    assert links["coco"] == [("format", "coco"), ("id", str(second)), ("id", str(first))]
    assert "2 detections, the boxes found by each; 1 other left out" in texts(app)


def test_text_from_people_stays_text(ann: Visitor) -> None:
    hostile = "[x](javascript:1) :red[c] $a$ <img>"
    one, two = made(ann, hostile, text=hostile), made(ann, "y")
    assert listed(ann.open("history")) == ["y", hostile]
    said = texts(ann.open("history", compare=f"{one} {two}"))
    assert plain(hostile) in said
    assert hostile not in said
