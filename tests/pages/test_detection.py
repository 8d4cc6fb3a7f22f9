"""The detection page: what it says before, during and after a run."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from streamlit.testing.v1 import AppTest

from core.permissions import Role
from tests.pages.conftest import Visitor, texts
from ui.samples import samples

FIRST = samples()[0]


def boxview_data(app: AppTest) -> dict[str, Any]:
    """What the page hands to the component that draws boxes; AppTest cannot look inside it."""
    for element in app.main:
        if element.type == "bidi_component" and "boxview" in element.proto.component_name:
            found: dict[str, Any] = json.loads(element.proto.json)
            return found
    raise AssertionError("no boxview on the page")


def samples_offered(app: AppTest) -> dict[str, str]:
    """The title and note of every sample that the page hands to the component showing them."""
    for element in app.main:
        if element.type == "bidi_component" and "samplepicker" in element.proto.component_name:
            offered = json.loads(element.proto.json)["samples"]
            return {sample["title"]: sample["note"] for sample in offered}
    raise AssertionError("no samples on the page")


def press_detect(app: AppTest) -> AppTest:
    return app.button(key="detection-detect").click().run()


def test_says_what_to_do_while_there_is_no_picture(visitor: Visitor) -> None:
    app = visitor.sign_in(Role.ANALYST).open("detection")
    assert not app.exception
    assert "No picture yet" in texts(app)


def test_every_sample_says_what_to_expect_of_it(visitor: Visitor) -> None:
    offered = samples_offered(visitor.sign_in(Role.ANALYST).open("detection"))
    assert len(offered) == len(samples())
    assert all(offered.values())
    assert "Expect a miss" in next(note for title, note in offered.items() if "hard" in title)
    outside = next(note for title, note in offered.items() if "outside" in title)
    assert "expect nothing for" in outside


def test_the_bundled_model_says_what_it_is_for_and_where_to_name_a_larger_one(
    visitor: Visitor,
) -> None:
    app = visitor.sign_in(Role.ANALYST).open("detection")
    (line,) = [c.value for c in app.caption if "Bundled" in c.value]
    assert "shapes" in line
    assert "For photographs, add a larger model to `models.toml`." in line


def test_a_model_that_is_not_bundled_is_not_called_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    catalog = tmp_path / "models.toml"
    catalog.write_text('[[detector]]\nid = "own"\nsource = "builtin:fake"\n')
    monkeypatch.setenv("GLIMPSE_MODELS_FILE", str(catalog))
    visitor: Visitor = request.getfixturevalue("visitor")
    app = visitor.sign_in(Role.ANALYST).open("detection")
    assert "own · " in texts(app)
    assert "Bundled" not in texts(app)


def test_a_sample_brings_its_phrases(visitor: Visitor) -> None:
    app = visitor.sign_in(Role.ANALYST).open("detection", sample=FIRST.file)
    assert app.text_area(key="detection-phrases").value == FIRST.phrases
    assert boxview_data(app)["bare"]


def test_an_unknown_sample_is_named_with_those_there_are(visitor: Visitor) -> None:
    app = visitor.sign_in(Role.ANALYST).open("detection", sample="secret.png")
    assert "secret.png" in app.error[0].value
    assert FIRST.file in app.error[0].value


def test_detecting_shows_boxes_and_counts_and_puts_the_run_in_the_address(
    visitor: Visitor,
) -> None:
    app = press_detect(visitor.sign_in(Role.ANALYST).open("detection", sample=FIRST.file))
    assert not app.error, app.error
    assert visitor.actor is not None
    run = visitor.bench.detection.get(visitor.actor, UUID(str(app.query_params["run"])))
    assert run.detections
    drawn = boxview_data(app)
    assert [box["label"] for box in drawn["boxes"]] == [found.label for found in run.raw]
    assert drawn["threshold"] == run.least_score
    assert f"{len(run.detections)} of {len(run.raw)} boxes" in texts(app)
    assert "sample" not in app.query_params


def test_blank_phrases_are_refused_beside_the_button_and_leave_no_run(visitor: Visitor) -> None:
    app = visitor.sign_in(Role.ANALYST).open("detection", sample=FIRST.file)
    app.text_area(key="detection-phrases").set_value("  ").run()
    press_detect(app)
    assert "No phrase was given" in app.error[0].value
    assert "run" not in app.query_params
    assert boxview_data(app)["bare"]


def test_no_picture_is_refused_and_the_phrases_stay(visitor: Visitor) -> None:
    app = visitor.sign_in(Role.ANALYST).open("detection")
    app.text_area(key="detection-phrases").set_value("red circle").run()
    press_detect(app)
    assert "No picture was given" in app.error[0].value
    assert app.text_area(key="detection-phrases").value == "red circle"


def test_an_upload_is_checked_before_anything_is_run(visitor: Visitor) -> None:
    app = visitor.sign_in(Role.ANALYST).open("detection")
    app.file_uploader(key="detection-upload").upload("cat.png", b"not a picture", "image/png")
    app.run()
    assert "not a picture" in app.error[0].value


def test_an_upload_is_shown_and_detected_in(visitor: Visitor) -> None:
    app = visitor.sign_in(Role.ANALYST).open("detection")
    uploader = app.file_uploader(key="detection-upload")
    uploader.upload("mine.png", FIRST.path.read_bytes(), "image/png")
    app.run()
    assert "mine.png" in boxview_data(app)["alt"]
    app.text_area(key="detection-phrases").set_value("red circle").run()
    assert boxview_data(press_detect(app))["boxes"]


def test_a_run_in_the_address_is_shown_with_its_phrases(visitor: Visitor) -> None:
    visitor.sign_in(Role.ANALYST)
    assert visitor.actor is not None
    content = FIRST.path.read_bytes()
    run = visitor.bench.detection.detect(visitor.actor, content, "blue star")
    app = visitor.open("detection", run=str(run.id))
    assert app.text_area(key="detection-phrases").value == "blue star"
    assert boxview_data(app)["id"] == str(run.id)


def test_a_reopened_run_can_be_repeated_with_other_phrases(visitor: Visitor) -> None:
    visitor.sign_in(Role.ANALYST)
    assert visitor.actor is not None
    run = visitor.bench.detection.detect(visitor.actor, FIRST.path.read_bytes(), "blue star")
    app = visitor.open("detection", run=str(run.id))
    app.text_area(key="detection-phrases").set_value("red circle").run()
    press_detect(app)
    assert not app.error, app.error
    assert app.query_params["run"] != str(run.id)
    assert {box["label"] for box in boxview_data(app)["boxes"]} <= {"red circle"}


def test_another_users_run_is_as_unknown_as_none(visitor: Visitor) -> None:
    other = Visitor(visitor.bench).sign_in(Role.ANALYST, "other")
    assert other.actor is not None
    theirs = visitor.bench.detection.detect(other.actor, FIRST.path.read_bytes(), "blue star")
    visitor.sign_in(Role.ANALYST)
    shown = [visitor.open("detection", run=str(id_)) for id_ in (theirs.id, uuid4())]
    for app, id_ in zip(shown, (theirs.id, None), strict=True):
        assert len(app.error) == 1
        assert id_ is None or "blue star" not in texts(app)


def test_an_address_that_is_no_run_is_said_so(visitor: Visitor) -> None:
    app = visitor.sign_in(Role.ANALYST).open("detection", run="nonsense")
    assert "does not name a run" in app.error[0].value
    assert app.button(key="detection-detect")


def test_the_rating_stands_under_the_result(visitor: Visitor) -> None:
    app = press_detect(visitor.sign_in(Role.ANALYST).open("detection", sample=FIRST.file))
    assert len(app.feedback) == 1


def test_signed_out_visitors_see_no_detection(visitor: Visitor) -> None:
    app = visitor.open("detection")
    assert not [area for area in app.text_area if area.key == "detection-phrases"]


def test_a_phrase_without_any_box_is_named(visitor: Visitor) -> None:
    app = visitor.sign_in(Role.ANALYST).open("detection", sample=FIRST.file)
    app.text_area(key="detection-phrases").set_value("red circle. unicorn").run()
    app = press_detect(app)
    assert not app.error
    assert "No box at any score for “unicorn”" in texts(app)


def test_a_step_back_to_no_run_shows_none_and_does_not_lead_forward(visitor: Visitor) -> None:
    app = press_detect(visitor.sign_in(Role.ANALYST).open("detection", sample=FIRST.file))
    run_id = app.query_params["run"]
    app = visitor.open("detection")
    assert "run" not in app.query_params
    assert not app.feedback
    app = visitor.open("detection", run=str(run_id))
    visitor.open("account")
    app = visitor.open("detection")
    assert app.query_params["run"] == run_id
