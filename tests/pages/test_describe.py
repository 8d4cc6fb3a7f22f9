"""From a detection's page to a report at one click, and what the report's page says of it."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete
from streamlit.testing.v1 import AppTest

from core.feedback.types import Verdict
from core.generation.types import Described, GenerationRun
from core.ids import new_id
from core.permissions import Role
from core.runs.types import Relation
from db.models import Prompt, Run
from tests.core.feedback.detections import detection, reported
from tests.core.review import rows
from tests.pages.conftest import Visitor, texts

LABELS = ("red circle", "blue star", "red circle")


def claim(supported: bool) -> dict[str, Any]:
    said = {"kind": "count", "value": "3 cats", "reason": "detected: 3 × cat"}
    return {"span": [0, 10], "supported": supported, **said}


def found(visitor: Visitor, *labels: str, status: str = "done") -> UUID:
    assert visitor.actor is not None
    database = visitor.bench.database
    model = rows.model(database, "detection", "shapes")
    return detection(database, visitor.actor, model, *labels, status=status)


def opened(visitor: Visitor, run_id: UUID) -> AppTest:
    return visitor.open("detection", run=str(run_id))


def begun(visitor: Visitor, app: AppTest) -> GenerationRun:
    """The report that the page shown has begun, once it has ended."""
    assert not app.error, app.error
    assert visitor.actor is not None
    run_id = UUID(str(app.query_params["run"]))
    return visitor.bench.generation.wait(visitor.actor, run_id, 60)


@pytest.fixture
def analyst(visitor: Visitor) -> Visitor:
    return visitor.sign_in(Role.ANALYST)


def test_one_click_writes_on_all_boxes_found_and_shows_the_report(analyst: Visitor) -> None:
    run_id = found(analyst, *LABELS)
    app = opened(analyst, run_id).button(key="detection-describe").click().run()

    assert app.title[0].value == "Generation"
    run = begun(analyst, app)
    assert run.prompt == "Findings: 2 red circle; 1 blue star. Report:"
    assert run.described == Described(run_id, (0, 1, 2))
    assert run.origin is not None
    assert (run.origin.run_id, run.origin.relation) == (run_id, Relation.DESCRIBED)


def test_what_was_judged_absent_is_left_out_and_that_is_said(analyst: Visitor) -> None:
    run_id = found(analyst, *LABELS)
    assert analyst.actor is not None
    analyst.bench.verdicts.set(analyst.actor, run_id, 1, Verdict.ABSENT)
    app = opened(analyst, run_id)

    help = app.button(key="detection-describe").proto.help
    assert "the 2 boxes found" in help
    assert "1 judged absent left out" in help
    app.button(key="detection-describe").click().run()
    assert begun(analyst, app).described == Described(run_id, (0, 2))


def test_a_failed_detection_offers_no_report(analyst: Visitor) -> None:
    app = opened(analyst, found(analyst, status="failed"))
    assert not app.exception
    assert "detection-describe" not in [each.key for each in app.button]


def test_a_detection_without_boxes_is_reported_as_that(analyst: Visitor) -> None:
    app = opened(analyst, found(analyst)).button(key="detection-describe").click().run()
    assert begun(analyst, app).prompt == "Findings: none. Report:"


def test_guests_may_have_reports_too(visitor: Visitor) -> None:
    guest = visitor.sign_in(Role.GUEST)
    app = opened(guest, found(guest, *LABELS)).button(key="detection-describe").click().run()
    assert begun(guest, app).described is not None


def test_without_a_prompt_the_page_stays_and_says_what_is_missing(analyst: Visitor) -> None:
    assert analyst.actor is not None
    app = opened(analyst, found(analyst, *LABELS))
    with analyst.bench.database.unit_of_work() as session:
        session.execute(delete(Prompt))
    app.button(key="detection-describe").click().run()
    assert "variable “findings”" in app.error[0].value
    assert app.title[0].value == "Detection"


def test_a_report_shows_its_picture_and_its_boxes(analyst: Visitor) -> None:
    run_id = found(analyst, "cat", "<b>dog</b>")
    assert analyst.actor is not None
    report = reported(analyst.bench.database, analyst.actor, run_id, [0], [claim(True)])
    app = analyst.open("generation", run=str(report))

    assert not app.exception
    (thumbnail,) = app.get("html")
    drawn = thumbnail.proto.body
    assert f"runs/{run_id}/image?max_side=" in drawn
    assert drawn.count("position:absolute") == 1
    assert "checked" not in texts(app)
    (link,) = [each for each in app.main.get("page_link") if "1 box" in each.proto.label]
    assert link.proto.query_string == f"run={run_id}"


def test_a_report_whose_detection_is_erased_says_so(analyst: Visitor) -> None:
    assert analyst.actor is not None
    report = reported(analyst.bench.database, analyst.actor, new_id(), [0, 1])
    app = analyst.open("generation", run=str(report))

    assert not app.error
    assert not app.get("html")
    assert "A report on 2 boxes of a detection that is gone" in texts(app)


def test_a_report_that_was_not_checked_says_so(analyst: Visitor) -> None:
    assert analyst.actor is not None
    report = reported(analyst.bench.database, analyst.actor, new_id(), [0])
    with analyst.bench.database.unit_of_work() as session:
        row = session.get_one(Run, report)
        assert row.output is not None
        (output,) = row.output["outputs"]
        row.output = {**row.output, "outputs": [{k: output[k] for k in ("text", "finish_reason")}]}
    assert "Its claims were not checked" in texts(analyst.open("generation", run=str(report)))


def test_other_runs_have_no_such_block(analyst: Visitor) -> None:
    assert analyst.actor is not None
    database = analyst.bench.database
    run_id = rows.run(database, analyst.actor, rows.model(database, "generation", "w"))
    app = analyst.open("generation", run=str(run_id))
    assert not app.get("html")
    assert "checked" not in texts(app)


def test_a_reviewer_sees_which_step_failed_and_the_boxes(visitor: Visitor) -> None:
    admin = visitor.sign_in(Role.ADMIN)
    ann = rows.person(admin.bench.database, "ann")
    shapes = rows.model(admin.bench.database, "detection", "shapes")
    run_id = detection(admin.bench.database, ann, shapes, "cat")
    report = reported(admin.bench.database, ann, run_id, [0], [claim(False)])
    given = admin.bench.feedback.rate(ann, report, 1, failed_step="text").feedback
    app = admin.open("feedback", row=str(given.id))

    assert not app.error
    assert "Failed step: text" in texts(app)
    assert "Claims supported: 0 of 1" in texts(app)
    assert app.get("html")
