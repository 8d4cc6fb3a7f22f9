"""The detection page: what it says before, during and after a run."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from streamlit.testing.v1 import AppTest

from core.detection.types import Detection, DetectionRun, ImageInfo, PhraseScore
from core.errors import Unavailable
from core.feedback.types import Verdict
from core.permissions import Actor, Role
from core.plugins.registry import PluginRegistry
from core.plugins.types import Group, Listed, Loaded
from core.runs.types import RunStatus
from core.signals.types import SignalKind
from core.workbench import Workbench
from tests.pages.conftest import Visitor, component_data, texts
from ui.components import detection_verdicts
from ui.components.boxview import Judged
from ui.samples import samples
from ui.session import UiSession

FIRST = samples()[0]


def boxview_data(app: AppTest) -> dict[str, Any]:
    """What the page hands to the component that draws boxes."""
    return component_data(app, "boxview")


def samples_offered(app: AppTest) -> dict[str, str]:
    """The title and note of every sample that the page hands to the component showing them."""
    offered = component_data(app, "samplepicker")["samples"]
    return {sample["title"]: sample["note"] for sample in offered}


def quiet_lines(app: AppTest) -> list[str]:
    """The captions of the page itself, without those beside it."""
    return [caption.value.replace("\u00a0", " ") for caption in app.main.caption]


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
    assert "not loaded yet" in quiet_lines(app)
    assert "Bundled" not in texts(app)


def test_a_sample_brings_its_phrases(visitor: Visitor) -> None:
    app = visitor.sign_in(Role.ANALYST).open("detection", sample=FIRST.file)
    assert app.text_area(key="detection-phrases").value == FIRST.phrases
    assert boxview_data(app)["bare"]


def test_an_unknown_sample_is_named_with_those_there_are(visitor: Visitor) -> None:
    app = visitor.sign_in(Role.ANALYST).open("detection", sample="secret.png")
    assert "secret.png" in app.error[0].value
    assert FIRST.file in app.error[0].value


def test_a_picture_left_for_another_at_once_is_noted(visitor: Visitor) -> None:
    app = press_detect(visitor.sign_in(Role.ANALYST).open("detection", sample=FIRST.file))
    press_detect(visitor.open("detection", sample=samples()[1].file))
    assert not app.error
    admin = Visitor(visitor.bench).sign_in(Role.ADMIN).actor
    assert admin is not None
    (found,) = visitor.bench.signals.per_model(admin)
    assert (found.runs, found.counts) == (2, {SignalKind.ABANDONED: 1})


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
    assert f"{len(run.detections)} of {len(run.raw)} boxes at or above" in texts(app)
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
    app.text_area(key="detection-phrases").set_value("red circle").run()
    press_detect(app)
    assert len(app.error) == 1
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
    assert "Nothing reached the threshold 0.32 for “unicorn”" in texts(app)
    assert "it may not be there, or the model may not know the words" in texts(app)


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


def a_run(visitor: Visitor, prompt: str = FIRST.phrases) -> tuple[Actor, DetectionRun]:
    assert visitor.actor is not None
    content = FIRST.path.read_bytes()
    return visitor.actor, visitor.bench.detection.detect(visitor.actor, content, prompt)


@pytest.fixture
def several_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that reads captions, one that does not, one elsewhere, one gone; for a `visitor`."""
    shapes = Path(__file__).resolve().parents[2] / "models" / "shapes-detector"
    entries = {
        "shapes": str(shapes),
        "columns": "builtin:fake",
        "far": "http://127.0.0.1:9/hf/dino",
        "gone": str(tmp_path / "nowhere"),
    }
    file = tmp_path / "models.toml"
    file.write_text(
        "".join(f'[[detector]]\nid = "{i}"\nsource = "{s}"\n' for i, s in entries.items())
    )
    monkeypatch.setenv("GLIMPSE_MODELS_FILE", str(file))


def test_every_model_is_listed_with_its_state_and_why_it_is_away(
    several_models: None, visitor: Visitor
) -> None:
    with pytest.raises(Unavailable):
        visitor.bench.models.detector("gone")
    told = texts(visitor.sign_in(Role.ANALYST).open("detection"))
    gone = next(line for line in told.split("**") if "unavailable" in line)
    assert "nowhere" in gone
    assert "**shapes** (default) · " in told
    assert "**columns** · not loaded yet  \n" in told
    assert "**far** · not asked yet · remote  \n" in told


def test_a_lone_model_is_not_listed_again(visitor: Visitor) -> None:
    told = texts(visitor.sign_in(Role.ANALYST).open("detection"))
    assert told.count("models/shapes-detector") == 0


def test_a_model_that_cannot_be_used_says_why_and_takes_no_part_of_the_page(
    several_models: None, visitor: Visitor
) -> None:
    app = visitor.sign_in(Role.ANALYST).open("detection", sample=FIRST.file)
    app.selectbox(key="detection-model").set_value("gone").run()
    assert not app.error, app.error
    assert boxview_data(app)["bare"]
    assert [line for line in quiet_lines(app) if "nowhere" in line]
    assert "nowhere" in press_detect(app).error[0].value


def test_a_model_elsewhere_says_that_it_was_not_asked_and_then_how_that_failed(
    several_models: None, visitor: Visitor
) -> None:
    app = visitor.sign_in(Role.ANALYST).open("detection", sample=FIRST.file)
    app.selectbox(key="detection-model").set_value("far").run()
    assert "not asked yet · remote" in quiet_lines(app)
    assert "cannot be reached" in press_detect(app).error[0].value
    assert "unavailable · remote" in quiet_lines(app)
    assert [line for line in quiet_lines(app) if "cannot be reached" in line]


def test_a_model_loaded_by_its_first_run_is_called_ready_beside_the_result(
    several_models: None, visitor: Visitor
) -> None:
    app = visitor.sign_in(Role.ANALYST).open("detection", sample=FIRST.file)
    app.selectbox(key="detection-model").set_value("columns").run()
    press_detect(app)
    assert not app.error, app.error
    assert boxview_data(app)["boxes"]
    assert "ready · cpu" in quiet_lines(app)


def test_the_caption_switch_stands_only_where_the_model_reads_captions(
    several_models: None, visitor: Visitor
) -> None:
    visitor.bench.models.detector("shapes")
    app = visitor.sign_in(Role.ANALYST).open("detection")
    (toggle,) = app.toggle
    assert toggle.key == "detection-caption"
    assert "one sentence" in toggle.help
    assert "grounds captions poorly" not in texts(app)
    assert "grounds captions poorly" in texts(toggle.set_value(True).run())
    app.selectbox(key="detection-model").set_value("columns").run()
    assert not app.toggle


def test_a_caption_is_one_sentence_and_comes_back_with_its_run(
    several_models: None, visitor: Visitor
) -> None:
    visitor.bench.models.detector("shapes")
    app = visitor.sign_in(Role.ANALYST).open("detection", sample=FIRST.file)
    app.text_area(key="detection-phrases").set_value("a red circle. beside a star").run()
    app.toggle(key="detection-caption").set_value(True).run()
    press_detect(app)
    assert not app.error, app.error
    assert boxview_data(app)["caption"] == "a red circle. beside a star"
    phrases = a_run(visitor)[1]
    for run_id, caption in ((str(phrases.id), False), (str(app.query_params["run"]), True)):
        assert (
            visitor.open("detection", run=run_id).toggle(key="detection-caption").value is caption
        )


def test_a_run_answered_from_an_earlier_one_says_so(visitor: Visitor) -> None:
    app = press_detect(visitor.sign_in(Role.ANALYST).open("detection", sample=FIRST.file))
    assert "answered from an earlier run" not in texts(app)
    assert "answered from an earlier run" in texts(press_detect(app))


def test_the_picture_has_one_address_for_all_runs_of_it(visitor: Visitor) -> None:
    app = press_detect(visitor.sign_in(Role.ANALYST).open("detection", sample=FIRST.file))
    first = boxview_data(app)
    app.text_area(key="detection-phrases").set_value("blue star").run()
    second = boxview_data(press_detect(app))
    assert first["id"] != second["id"]
    assert first["src"] == second["src"]
    assert first["id"] in first["src"]


def test_another_owners_run_of_the_picture_has_an_address_of_its_own(visitor: Visitor) -> None:
    theirs = a_run(Visitor(visitor.bench).sign_in(Role.ANALYST, "other"))[1]
    visitor.sign_in(Role.ADMIN)
    mine = a_run(visitor)[1]
    for run in (theirs, mine):
        assert str(run.id) in boxview_data(visitor.open("detection", run=str(run.id)))["src"]


def shown_with(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, run: DetectionRun, *raw: Detection
) -> AppTest:
    """The page of `run` as if the model had found `raw`."""
    changed = replace(run, raw=raw)
    monkeypatch.setattr(visitor.bench.detection, "get", lambda actor, run_id: changed)
    return visitor.open("detection", run=str(run.id))


def test_phrases_that_share_boxes_and_parts_of_phrases_are_named(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = a_run(visitor.sign_in(Role.ANALYST), "car. taxi. traffic light")[1]
    box = a_run(visitor)[1].raw[0].box
    app = shown_with(
        visitor,
        monkeypatch,
        run,
        Detection("car", 0.9, box, others=(PhraseScore("taxi", 0.5),)),
        Detection("taxi", 0.8, box, others=(PhraseScore("car", 0.45),)),
        Detection("traffic light", 0.7, box, piece="traffic"),
    )
    assert not app.exception
    assert "“car” and “taxi” share 2 boxes." in texts(app)
    assert "Only “traffic” of “traffic light” was found, in 1 box." in texts(app)
    assert "Nothing reached" not in texts(app)


def test_phrases_below_the_threshold_say_how_near_they_came_and_are_not_called_absent(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = a_run(visitor.sign_in(Role.ANALYST), "car. dog. unicorn. taxi")[1]
    box = a_run(visitor)[1].raw[0].box
    found = Detection("car", 0.9, box, others=(PhraseScore("taxi", 0.5),))
    near = Detection("dog", 0.219, box), Detection("dog", 0.1, box)
    app = shown_with(visitor, monkeypatch, run, found, *near)
    (told,) = [c.value for c in app.caption if "Nothing reached" in c.value]
    assert "“dog” (best 0.21), “unicorn”: they may not be there" in told
    assert "Lower “Show from score” to 0.21 to see" in told
    app = shown_with(visitor, monkeypatch, run, found)
    (told,) = [c.value for c in app.caption if "Nothing reached" in c.value]
    assert "Lower" not in told
    assert "Try other words" in told
    assert "Nothing reached" not in texts(shown_with(visitor, monkeypatch, run, *near))


def test_a_failed_run_says_so_and_not_that_nothing_was_found(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = replace(a_run(visitor.sign_in(Role.ANALYST))[1], status=RunStatus.FAILED)
    app = shown_with(visitor, monkeypatch, run)
    assert "This run failed" in app.warning[0].value
    assert boxview_data(app)["bare"]
    assert "0 of 0" not in texts(app)


def test_phrases_run_alone_are_compared_with_the_same_together(visitor: Visitor) -> None:
    app = press_detect(visitor.sign_in(Role.ANALYST).open("detection", sample=FIRST.file))
    assert not app.table
    app.button(key="detection-alone").click().run()
    assert not app.error, app.error
    compared = app.table[0].value
    assert [f"{phrase}." for phrase in compared["Phrase"]] == FIRST.phrases.replace(
        ". ", ".|"
    ).split("|")
    assert set(compared["Boxes alone"]) == {"1"}


def test_one_phrase_needs_no_run_alone(visitor: Visitor) -> None:
    run = a_run(visitor.sign_in(Role.ANALYST), "blue star")[1]
    app = visitor.open("detection", run=str(run.id))
    assert "detection-alone" not in [button.key for button in app.button]


def links(app: AppTest) -> list[str]:
    return [element.proto.url for element in app.main if element.type == "link_button"]


def test_a_run_is_taken_away_in_five_forms_by_those_who_may(visitor: Visitor) -> None:
    run = a_run(visitor.sign_in(Role.ANALYST))[1]
    found = links(visitor.open("detection", run=str(run.id)))
    assert [url.rpartition("=")[2] for url in found] == ["png", "json", "csv", "coco", "pdf"]
    assert all(f"/api/v1/runs/{run.id}/export?" in url for url in found)
    guest = Visitor(visitor.bench).sign_in(Role.GUEST)
    assert not links(guest.open("detection", run=str(a_run(guest)[1].id)))


def test_a_second_look_through_a_post_processor_is_offered_where_there_is_one(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = a_run(visitor.sign_in(Role.ANALYST))[1]
    key = "detection-postprocess"
    assert key not in [each.key for each in visitor.open("detection", run=str(run.id)).multiselect]
    monkeypatch.setattr(PluginRegistry, "found", FIRST_ONLY)
    app = visitor.open("detection", run=str(run.id))
    app.multiselect(key=key).set_value(["first"]).run()
    assert not app.exception
    said = " ".join(caption.value.replace("\u00a0", " ") for caption in app.caption)
    assert "a view of" in said
    assert "1 box left" in said


class First:
    protocol, title = 1, "First only"

    def process(self, detections: Sequence[Detection], image: ImageInfo) -> Sequence[Detection]:
        return detections[:1]


FIRST_ONLY = Loaded(
    (Listed(Group.POSTPROCESSORS, "first", "test 1.0", "First only"),),
    postprocessors={"first": First()},
)


def test_boxes_are_judged_by_those_who_may(visitor: Visitor) -> None:
    actor, run = a_run(visitor.sign_in(Role.ANALYST))
    visitor.bench.verdicts.set(actor, run.id, 1, Verdict.LOOSE)
    said = boxview_data(visitor.open("detection", run=str(run.id)))["judge"]
    assert said["verdicts"] == {"1": "loose"}
    guest = Visitor(visitor.bench).sign_in(Role.GUEST)
    drawn = boxview_data(guest.open("detection", run=str(a_run(guest)[1].id)))
    assert drawn["judge"] is None


class Browser:
    """Says gestures as the component does: all that were not answered yet, numbered from 1."""

    def __init__(self, bench: Workbench, actor: Actor, run: DetectionRun) -> None:
        self.bench, self.actor, self.run = bench, actor, run
        self.items: list[dict[str, Any]] = []

    def say(self, *gestures: dict[str, Any]) -> dict[str, Any]:
        for gesture in gestures:
            self.items.append({**gesture, "n": len(self.items) + 1})
        judged = self._judged()
        judged.hear({"view": "one", "run": str(self.run.id), "items": self.items})
        return dict(self._judged().data)

    def _judged(self) -> Judged:
        found = detection_verdicts.judged(self.actor, self.run)
        assert found is not None
        return found


@pytest.fixture
def browser(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> Browser:
    actor, run = a_run(visitor.sign_in(Role.ANALYST))
    tab = UiSession()
    monkeypatch.setattr(detection_verdicts, "require", lambda permission: actor)
    monkeypatch.setattr(detection_verdicts, "session", lambda: tab)
    monkeypatch.setattr(detection_verdicts, "workbench", lambda: visitor.bench)
    return Browser(visitor.bench, actor, run)


MISSED = {"label": "moon", "box": {"xmin": 1.5, "ymin": 2, "xmax": 30, "ymax": 40.1}}


def test_gestures_are_saved_in_their_order_and_each_once(browser: Browser) -> None:
    said = browser.say(
        {"do": "judge", "index": 0, "verdict": "right"},
        {"do": "judge", "index": 0, "verdict": "loose"},
        {"do": "miss", **MISSED},
    )
    assert (said["verdicts"], said["missed"], said["done"]) == ({"0": "loose"}, [MISSED], 3)
    browser.bench.verdicts.set(browser.actor, browser.run.id, 0, None)
    said = browser.say({"do": "unmiss", **MISSED})
    assert (said["verdicts"], said["missed"], said["done"]) == ({}, [], 4)


def test_a_gesture_that_is_refused_stops_no_other_and_says_why(browser: Browser) -> None:
    wrong = {"do": "judge", "index": 10_000, "verdict": "right"}
    said = browser.say(wrong, {"do": "judge", "index": 1, "verdict": "absent"})
    assert (said["verdicts"], said["done"], said["waiting"]) == ({"1": "absent"}, 2, None)
    assert "10000" in said["refused"]
    assert browser.say({"do": "judge", "index": 1, "verdict": None})["refused"] is None


def test_without_the_database_a_gesture_waits_and_is_saved_when_said_again(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise Unavailable("The database is away; try again in a moment.")

    with monkeypatch.context() as patch:
        patch.setattr(browser.bench.verdicts, "set", away)
        said = browser.say({"do": "judge", "index": 0, "verdict": "right"})
    assert (said["done"], said["verdicts"]) == (0, {})
    assert "away" in said["waiting"]
    said = browser.say()
    assert (said["done"], said["verdicts"], said["waiting"]) == (1, {"0": "right"}, None)
