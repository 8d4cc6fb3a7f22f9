"""The batch page: a job is begun, followed, cancelled, retried, looked through, taken away."""

import io
import zipfile
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest
from streamlit.testing.v1 import AppTest

from core.jobs.types import DetectTask, GenerateTask, Job, JobState
from core.permissions import Actor, Role
from tests.core.jobs import rows as job_rows
from tests.core.review import rows
from tests.pages.conftest import Visitor, component_data, texts
from ui.samples import samples

PICTURE = samples()[0].path.read_bytes()


@pytest.fixture
def ann(visitor: Visitor) -> Visitor:
    return visitor.sign_in(Role.ANALYST, "ann")


def who(visitor: Visitor) -> Actor:
    assert visitor.actor is not None
    return visitor.actor


def made(visitor: Visitor, found: list[str | None], **more: Any) -> UUID:
    return job_rows.job(visitor.bench.database, who(visitor), found, **more)


def jobs(visitor: Visitor) -> tuple[Job, ...]:
    return visitor.bench.jobs.listed(who(visitor)).jobs


def opened(visitor: Visitor, job_id: UUID, **query: str) -> AppTest:
    return visitor.open("batch", job=str(job_id), **query)


def uploaded(app: AppTest, files: Mapping[str, bytes], *, key: str = "files") -> AppTest:
    field = app.file_uploader(key=f"batch-upload-{key}-0")
    for name, content in files.items():
        field.upload(name, content, "application/octet-stream")
    return app.run()


def run(app: AppTest) -> AppTest:
    return app.button(key="batch-run").click().run()


def archive(files: Mapping[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as opened_archive:
        for name, content in files.items():
            opened_archive.writestr(name, content)
    return written.getvalue()


def listed(app: AppTest) -> list[dict[Any, Any]]:
    found: list[dict[Any, Any]] = app.dataframe[0].value.to_dict("records")
    return found


def test_without_jobs_it_says_what_to_do(ann: Visitor) -> None:
    app = ann.open("batch")
    assert not app.exception
    assert not app.error
    assert "No jobs yet" in texts(app)


def test_pictures_are_told_of_and_run(ann: Visitor) -> None:
    app = ann.open("batch")
    uploaded(app, {"one.png": PICTURE, "two.png": PICTURE + b"\0", "notes.png": b"no picture"})
    assert "2 pictures will be looked at, 1 will be refused" in texts(app)
    assert "notes.png" in texts(app)
    app.text_area(key="detection-phrases").set_value("red circle. blue star.")
    app.slider(key="detection-threshold-shapes").set_value(0.5)
    run(app)
    assert not app.error
    (job,) = jobs(ann)
    assert isinstance(job.task, DetectTask)
    assert (job.task.prompt, job.task.model) == ("red circle. blue star.", "shapes")
    assert job.task.params.box_threshold == 0.5
    assert job.progress.total == 3
    assert app.query_params["job"] == str(job.id)
    assert "3 pictures" in job.name


def test_an_archive_and_a_folder_give_the_job_its_name(ann: Visitor) -> None:
    app = ann.open("batch")
    app.text_area(key="detection-phrases").set_value("red circle")
    uploaded(app, {"June.zip": archive({"a/one.png": PICTURE, "two.png": PICTURE})})
    run(app)
    app = ann.open("batch")
    app.segmented_control(key="batch-from").set_value("Folder").run()
    field = app.file_uploader(key="batch-upload-folder-1")
    field.upload("trip/one.png", PICTURE, "image/png")
    app.run()
    run(app)
    assert [(job.name, job.progress.total) for job in jobs(ann)] == [("trip", 1), ("June", 2)]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "No pictures were chosen"),
        ({"a.png": b"none"}, "None of these files is a picture"),
        ({"a.zip": b"none"}, "not a ZIP archive"),
        ({"a.zip": archive({"a.png": PICTURE}), "b.png": PICTURE}, "choose it alone"),
        ({"a.png": PICTURE}, "No phrase was given"),
    ],
    ids=["nothing", "no-picture", "no-archive", "both", "no-phrase"],
)
def test_what_cannot_be_run_is_refused_in_words(
    ann: Visitor, files: Mapping[str, bytes], message: str
) -> None:
    app = run(uploaded(ann.open("batch"), files))
    assert any(message in error.value for error in app.error)
    assert not jobs(ann)


def test_a_second_click_begins_no_second_job(ann: Visitor) -> None:
    app = ann.open("batch")
    app.text_area(key="detection-phrases").set_value("red circle")
    uploaded(app, {"one.png": PICTURE})
    sent = app.session_state["glimpse"]
    run(app)
    first, sent.batches_sent = sent.batch_sent, 0
    run(ann.open("batch"))
    assert len(jobs(ann)) == 1
    assert sent.batch_sent == first


def test_prompts_are_shown_before_they_are_run(ann: Visitor) -> None:
    app = ann.open("batch", new="generate")
    uploaded(app, {"asks.csv": b"prompt,seed\r\nOne.,4\r\nTwo.,\r\n"}, key="prompts")
    assert "2 prompts will be answered" in texts(app)
    assert list(app.table[0].value["Prompt"]) == ["One.", "Two."]
    assert list(app.table[0].value["Its own"]) == ["seed 4", ""]
    run(app)
    assert not app.error
    (job,) = jobs(ann)
    assert isinstance(job.task, GenerateTask)
    assert (job.name, job.progress.total, job.task.model) == ("asks", 2, "reporter")


def test_a_file_that_holds_no_prompts_names_the_line(ann: Visitor) -> None:
    app = ann.open("batch", new="generate")
    uploaded(app, {"asks.csv": b"prompt,seed\r\nOne.,many\r\n"}, key="prompts")
    assert "Line 2" in app.error[0].value
    run(app)
    assert not jobs(ann)


def test_jobs_are_listed_newest_first_with_how_they_stand(ann: Visitor) -> None:
    made(ann, ["red circle", "!no picture"], name="older")
    made(ann, ["red circle", None], name="newer", state="running")
    made(ann, [None], name="newest", state="queued", kind="generate")
    job_rows.job(ann.bench.database, rows.person(ann.bench.database, "bob"), [None])
    table = listed(ann.open("batch"))
    assert [row["Name"] for row in table] == ["newest", "newer", "older"]
    assert [row["State"] for row in table] == ["○ waiting", "▶ working", "✓ finished, 1 failed"]
    assert [row["Done"] for row in table] == [0, 0.5, 1]
    assert table[2]["Took"] == "1 min 23 s"


def test_the_way_back_closes_a_job(ann: Visitor) -> None:
    app = opened(ann, made(ann, ["red circle"]))
    assert ["holiday" in title.value for title in app.title] == [True]
    app.button(key="batch-back").click().run()
    assert "job" not in app.query_params
    assert [row["Name"] for row in listed(app)] == ["holiday"]


def test_an_open_job_shows_each_picture_with_what_was_found(ann: Visitor) -> None:
    job_id = made(ann, ["red circle, red circle, blue star", "!It is broken.", "", None])
    app = opened(ann, job_id)
    assert not app.error
    items = component_data(app, "batch_gallery")["items"]
    assert [each["words"] for each in items] == [
        "2 red circle, 1 blue star",
        "It is broken.",
        "nothing found",
        "waiting",
    ]
    assert "outlines=true" in items[0]["picture"]
    assert [bool(each["picture"]) for each in items] == [True, False, True, False]


def test_the_address_narrows_and_turns_to_a_table(ann: Visitor) -> None:
    job_id = made(ann, ["red circle", "!It is broken.", "", "blue star, blue star"])
    app = opened(ann, job_id, show="most")
    items = component_data(app, "batch_gallery")["items"]
    assert [each["at"] for each in items] == [3, 0, 2]
    app.segmented_control(key="batch-layout").set_value("table").run()
    assert (app.query_params["show"], app.query_params["as"]) == ("most", "table")
    assert [row["Boxes"] for row in listed(app)] == [2, 1, 0]
    app.segmented_control(key="batch-listed").set_value("failed").run()
    assert [row["Found"] for row in listed(app)] == ["It is broken."]


def test_an_opened_picture_stands_beside_with_its_rating(ann: Visitor) -> None:
    job_id = made(ann, ["red circle", "!It is broken.", None])
    app = opened(ann, job_id, item="0")
    assert not app.error
    (link,) = [link.proto for link in app.page_link if link.label == "Open run"]
    run_id = ann.bench.jobs.items(who(ann), job_id).items[0].run_id
    assert (link.page, link.query_string) == ("detection", f"run={run_id}")
    assert component_data(app, "boxview")["id"] == str(run_id)
    assert any("Save rating" in button.label for button in app.button)
    assert "It is broken." in opened(ann, job_id, item="1").warning[0].value
    assert "Not done yet" in texts(opened(ann, job_id, item="2"))
    assert "no such item" in opened(ann, job_id, item="3").error[0].value


def test_texts_are_a_table_and_open_too(ann: Visitor) -> None:
    job_id = made(ann, ["A report.", "!Too long.", None], kind="generate")
    app = opened(ann, job_id, item="0")
    table = listed(app)
    assert [row["Prompt"] for row in table] == ["Prompt 0", "Prompt 1", "Prompt 2"]
    assert [row["Text"] for row in table] == ["A report.", "Too long.", "waiting"]
    assert [row["State"] for row in table] == ["✓ done", "✕ failed", "○ waiting"]
    assert "A report." in [code.value for code in app.code]


def test_a_working_job_is_cancelled_and_retried(ann: Visitor) -> None:
    actor = who(ann)
    job_id = made(ann, ["red circle", None], state="running")
    app = opened(ann, job_id)
    assert "1 of 2" in app.get("progress")[0].proto.text
    app.button(key="batch-cancel").click().run()
    assert ann.bench.jobs.get(actor, job_id).state is JobState.CANCELLED
    app.button(key="batch-retry").click().run()
    assert ann.bench.jobs.get(actor, job_id).state is JobState.QUEUED


def test_what_is_done_can_be_taken_away(ann: Visitor) -> None:
    pictures, prompts = made(ann, ["red circle"]), made(ann, ["A text."], kind="generate")
    expected = {pictures: {"csv", "jsonl", "coco"}, prompts: {"csv", "jsonl"}}
    for job_id, formats in expected.items():
        links = [urlsplit(each.proto.url) for each in opened(ann, job_id).get("link_button")]
        assert {link.path for link in links} == {f"/api/v1/jobs/{job_id}/export"}
        assert {parse_qs(link.query)["format"][0] for link in links} == formats


def test_another_persons_job_and_a_wrong_address_are_told_apart_from_nothing(
    ann: Visitor,
) -> None:
    bob = rows.person(ann.bench.database, "bob")
    theirs = job_rows.job(ann.bench.database, bob, ["red circle"])
    for job_id in (theirs, uuid4()):
        app = opened(ann, job_id)
        assert "There is no such job" in app.error[0].value
    assert "does not name" in ann.open("batch", job="nonsense").error[0].value


def test_home_leads_to_the_newest_job(ann: Visitor) -> None:
    job_id = made(ann, ["red circle", "!It is broken."])
    app = ann.open("")
    (link,) = [link.proto for link in app.page_link if "holiday" in link.label]
    assert (link.page, link.query_string) == ("batch", f"job={job_id}")
    assert "finished, 1 failed" in texts(app)


def test_guests_are_told_that_it_is_not_for_them(visitor: Visitor) -> None:
    app = visitor.sign_in(Role.GUEST).open("batch")
    assert "not allowed for your role" in app.warning[0].value
