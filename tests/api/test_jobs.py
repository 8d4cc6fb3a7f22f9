"""Jobs through the API: sent as JSON, as an archive, as files; seen, stopped, taken away."""

import base64
import io
import json
import zipfile
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from core.jobs.stop import Stop
from core.workbench import Workbench
from db.models import Job
from tests.api.conftest import error_of

URL = "/api/v1/jobs"
TEXTS = {"kind": "generate", "model": "pace", "max_new_tokens": 2}


def _work(bench: Workbench, job_id: str) -> None:
    with bench.database.unit_of_work() as session:
        job = session.get_one(Job, job_id)
    bench.worker.walk.run(job.id, job.queue_id or 0, Stop())


def _archive(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as opened:
        for name, content in files.items():
            opened.writestr(name, content)
    return packed.getvalue()


def test_an_archive_goes_in_and_its_boxes_come_out(
    analyst: TestClient, bench: Workbench, picture: bytes
) -> None:
    archive = _archive({"a/circle.png": picture, "notes.txt": b"words"})
    fields = {"prompt": "red circle", "box_threshold": "0.4"}
    answer = analyst.post(URL, files={"archive": ("shapes.zip", archive)}, data=fields)
    assert answer.status_code == 202, answer.text
    job = answer.json()
    assert (job["name"], job["state"], job["progress"]["total"]) == ("shapes.zip", "queued", 2)
    _work(bench, job["job_id"])
    job = analyst.get(answer.headers["Location"]).json()
    assert (job["state"], job["progress"]["done"], job["progress"]["failed"]) == ("done", 1, 1)
    first, second = analyst.get(f"{URL}/{job['job_id']}/items").json()["items"]
    assert (first["item"], first["name"], second["run_id"]) == (1, "a/circle.png", None)
    assert analyst.get(f"/api/v1/runs/{first['run_id']}").json()["box_threshold"] == 0.4
    failed = analyst.get(f"{URL}/{job['job_id']}/items", params={"state": "failed"}).json()
    assert [item["name"] for item in failed["items"]] == ["notes.txt"]
    export = analyst.get(f"{URL}/{job['job_id']}/export", params={"format": "coco"})
    assert export.json()["images"][0]["file_name"] == "a/circle.png"
    assert export.headers["Content-Disposition"].endswith('.coco.json"')
    assert [each["job_id"] for each in analyst.get(URL).json()["jobs"]] == [job["job_id"]]


def test_prompts_come_as_json_or_as_a_file(analyst: TestClient, bench: Workbench) -> None:
    sent = {**TEXTS, "prompts": ["one", {"prompt": "two", "seed": 3}]}
    file = {"prompts": ("questions.csv", b"prompt,seed\none,\ntwo,3\n")}
    fields = {"model": "pace", "max_new_tokens": "2"}
    for answer in (analyst.post(URL, json=sent), analyst.post(URL, files=file, data=fields)):
        assert answer.status_code == 202, answer.text
        job_id = answer.json()["job_id"]
        _work(bench, job_id)
        export = analyst.get(f"{URL}/{job_id}/export", params={"format": "jsonl"})
        runs = [json.loads(line)["run"] for line in export.text.splitlines()]
        assert [run["prompt"] for run in runs] == ["one", "two"]
        assert runs[1]["params"]["seed"] == 3


def test_pictures_come_as_json_or_as_files(analyst: TestClient, picture: bytes) -> None:
    in_json = {"name": "a.png", "image": base64.b64encode(picture).decode()}
    sent = {"kind": "detect", "prompt": "red circle", "images": [in_json]}
    files = [("images", ("a.png", picture)), ("images", ("b.png", picture))]
    assert analyst.post(URL, json=sent).json()["progress"]["total"] == 1
    asked = {"prompt": "red circle"}
    assert analyst.post(URL, files=files, data=asked).json()["progress"]["total"] == 2


def test_a_job_is_stopped_and_gone_on_with(analyst: TestClient) -> None:
    job_id = analyst.post(URL, json={**TEXTS, "prompts": ["one"]}).json()["job_id"]
    for _ in range(2):
        assert analyst.delete(f"{URL}/{job_id}").json()["state"] == "cancelled"
    for _ in range(2):
        answer = analyst.post(f"{URL}/{job_id}/retry")
        assert (answer.status_code, answer.json()["state"]) == (202, "queued")


@pytest.mark.parametrize(
    ("sent", "code", "said"),
    [
        ({"prompts": ["a"]}, 422, "“kind” must be detect or generate"),
        ({**TEXTS, "prompts": ["a"], "colour": 1}, 422, "unknown field “colour”"),
        ({**TEXTS, "prompts": []}, 422, "0 prompts were given"),
        ({**TEXTS, "prompts": [""]}, 422, "prompt 1: The prompt is blank"),
        ({"kind": "detect", "prompt": "a", "images": [{"name": "a", "image": "!"}]}, 422, "base64"),
        ([], 400, "not an object"),
    ],
)
def test_what_cannot_be_is_told(analyst: TestClient, sent: object, code: int, said: str) -> None:
    answer = analyst.post(URL, json=sent)
    assert answer.status_code == code
    assert said in error_of(answer)["message"]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"archive": b"no archive"}, "not a ZIP archive"),
        ({"archive": b"a", "prompts": b"a"}, "Give one “archive”"),
        ({"other": b"a"}, "“other” is no file"),
        ({"prompts": b"prompt\na\n"}, "unknown field “prompt”"),
    ],
)
def test_a_form_that_cannot_be_is_told(
    analyst: TestClient, files: dict[str, bytes], said: str
) -> None:
    answer = analyst.post(URL, files=files, data={"prompt": "red circle"})
    assert answer.status_code == 422
    assert said in error_of(answer)["message"]


def test_who_may_have_no_jobs_is_told_so_before_the_body_is_read(
    client: TestClient, as_user: Callable[..., TestClient]
) -> None:
    guest = as_user("gus", "guest")
    for caller, code in ((client, 401), (guest, 403)):
        answer = caller.post(URL, content=b"{", headers={"Content-Type": "multipart/form-data"})
        assert answer.status_code == code
