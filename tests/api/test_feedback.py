"""Ratings in and out over HTTP."""

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from core.database import database_away
from core.permissions import Role, Scope
from core.workbench import Workbench
from tests.api.conftest import error_of
from tests.api.test_runs import written

PATH = "/api/v1/feedback"
EXPORT = "/api/v1/feedback/export"
CORNER = {"xmin": 0, "ymin": 0.5, "xmax": 20, "ymax": 30}


def rows_of(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8"))))


def test_a_first_rating_is_201_and_a_changed_one_200(analyst: TestClient, detected: str) -> None:
    body: dict[str, Any] = {"run_id": detected, "rating": 4, "tags": ["loose box"], "comment": "é"}
    first = analyst.post(PATH, json=body)
    assert first.status_code == 201
    row = first.json()
    assert row["rating"] == 4
    assert row["tags"] == ["loose box"]
    assert row["comment"] == "é"
    assert row["review_status"] == "new"
    changed = analyst.post(PATH, json=body | {"rating": 2})
    assert changed.status_code == 200
    assert changed.json()["id"] == row["id"]
    assert changed.json()["rating"] == 2


def test_the_same_request_under_one_key_is_one_row(analyst: TestClient, detected: str) -> None:
    body = {"run_id": detected, "rating": 4}
    headers = {"Idempotency-Key": "once-only"}
    first = analyst.post(PATH, json=body, headers=headers)
    again = analyst.post(PATH, json=body, headers=headers)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()


def test_with_the_database_away_a_rating_is_refused_and_nothing_is_kept(
    analyst: TestClient, detected: str, bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it goes away once the caller is known."""

    def away(*_: object) -> None:
        raise database_away()

    monkeypatch.setattr(bench.feedback, "say", away)
    answer = analyst.post(PATH, json={"run_id": detected, "rating": 4})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "is not saved" in error_of(answer)["message"]
    assert not (bench.settings.data_dir / "outbox.sqlite3").exists()


def test_a_key_used_for_something_else_is_a_conflict(analyst: TestClient, detected: str) -> None:
    headers = {"Idempotency-Key": "once-only"}
    analyst.post(PATH, json={"run_id": detected, "rating": 4}, headers=headers)
    other = analyst.post(PATH, json={"run_id": detected, "rating": 1}, headers=headers)
    assert other.status_code == 409
    assert error_of(other)["code"] == "conflict"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"rating": 0}, "1 to 5"),
        ({"rating": 6}, "1 to 5"),
        ({"rating": 4.5}, "rating"),
        ({"rating": True}, "rating"),
        ({"rating": "5"}, "rating"),
        ({"run_id": "seven"}, "run_id"),
        ({"tags": ["x" * 41]}, "tag"),
        ({"tags": "loose box"}, "tags"),
        ({"comment": "x" * 4001}, "comment"),
        ({"comment": "a\x00b"}, "comment"),
        ({"comment": None}, "comment"),
        ({"boxes": [{"index": 9999, "verdict": "right"}]}, "no box 9999"),
        ({"boxes": [{"index": 2**70, "verdict": "right"}]}, "no box"),
        ({"boxes": [{"index": 0, "verdict": "fine"}]}, "wrong_label"),
        ({"boxes": [{"index": "0", "verdict": "right"}]}, "boxes.0.index"),
        ({"boxes": [{"index": 0, "verdict": "right", "why": ""}]}, "“boxes.0.why”"),
        ({"boxes": {"index": 0, "verdict": "right"}}, "boxes"),
        ({"missed": [{"label": "cat"}]}, "missed.0.box"),
        ({"missed": [{"label": " ", "box": CORNER}]}, "label"),
        ({"missed": [{"label": "a\x00", "box": CORNER}]}, "label"),
        ({"missed": [{"label": "cat", "box": CORNER | {"xmax": 1e308}}]}, "160 x 120"),
        ({"missed": [{"label": "cat", "box": CORNER | {"xmax": 160.5}}]}, "160 x 120"),
        ({"missed": [{"label": "cat", "box": CORNER | {"xmax": 1}}]}, "too small"),
        ({"corrected_text": "x"}, "“corrected_text”"),
    ],
)
def test_values_that_cannot_be_are_refused_by_name(
    analyst: TestClient, detected: str, fields: dict[str, Any], said: str
) -> None:
    answer = analyst.post(PATH, json={"run_id": detected, "rating": 3, **fields})
    assert answer.status_code == 422, answer.text
    assert said in error_of(answer)["message"]


def test_verdicts_on_boxes_are_answered_and_kept(analyst: TestClient, detected: str) -> None:
    right, absent = {"index": 0, "verdict": "right"}, {"index": 0, "verdict": "absent"}
    body = {"run_id": detected, "rating": 4}
    plain = analyst.post(PATH, json=body).json()
    assert (plain["boxes"], plain["missed"]) == ([], [])
    given = body | {"boxes": [right], "missed": [{"label": "blue star", "box": CORNER}]}
    row = analyst.post(PATH, json=given).json()
    assert row["boxes"] == [right]
    (missed,) = row["missed"]
    assert missed == {"id": missed["id"], "label": "blue star", "box": CORNER}
    later = analyst.post(PATH, json=body | {"boxes": [absent]}).json()
    assert (later["boxes"], later["missed"]) == ([absent], row["missed"])
    assert analyst.post(PATH, json=body).json()["boxes"] == [absent]


def test_a_key_stands_for_the_verdicts_too(analyst: TestClient, detected: str) -> None:
    headers = {"Idempotency-Key": "once-only"}
    body = {"run_id": detected, "rating": 4, "boxes": [{"index": 0, "verdict": "right"}]}
    first = analyst.post(PATH, json=body, headers=headers)
    again = analyst.post(PATH, json=body, headers=headers)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = analyst.post(PATH, json=body | {"boxes": []}, headers=headers)
    assert other.status_code == 409


def test_boxes_of_a_generation_are_refused(analyst: TestClient) -> None:
    asked = {"prompt": "a", "model": "pace", "max_new_tokens": 1}
    run_id = analyst.post("/api/v1/generate", json=asked).json()["run_id"]
    answer = analyst.post(PATH, json={"run_id": run_id, "rating": 4, "boxes": []})
    assert answer.status_code == 422
    assert "no detection" in error_of(answer)["message"]


def test_half_a_surrogate_pair_is_refused(analyst: TestClient, detected: str) -> None:
    body = f'{{"run_id": "{detected}", "rating": 3, "comment": "\\ud800"}}'
    answer = analyst.post(PATH, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422


def test_the_export_is_a_dated_csv_file(analyst: TestClient, detected: str) -> None:
    analyst.post(PATH, json={"run_id": detected, "rating": 4, "comment": "=1+1"})
    answer = analyst.get(EXPORT, params={"format": "csv"})
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    disposition = answer.headers["Content-Disposition"]
    assert re.fullmatch(
        r'attachment; filename="glimpse-feedback-\d{4}-\d\d-\d\d\.csv"', disposition
    )
    (row,) = rows_of(answer)
    assert row["rating"] == "4"
    assert row["comment"] == "'=1+1"


def test_an_empty_export_still_has_its_header_line(analyst: TestClient) -> None:
    assert analyst.get(EXPORT).text.startswith("feedback_id,") or "," in analyst.get(EXPORT).text


def test_the_dashboards_filters_apply(analyst: TestClient, detected: str) -> None:
    analyst.post(PATH, json={"run_id": detected, "rating": 4})
    assert len(rows_of(analyst.get(EXPORT, params={"rating_min": 4, "task": "detection"}))) == 1
    assert rows_of(analyst.get(EXPORT, params={"rating_min": 5})) == []
    assert rows_of(analyst.get(EXPORT, params={"task": "generation"})) == []


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("colour=red", "“colour”"),
        ("rating_min=9", "“rating_min”"),
        ("since=yesterday", "“since”"),
        ("text=%00", "text"),
        ("format=xml", "csv"),
        ("format=csv&format=csv", "twice"),
        ("columns=rating,colour", "“colour”"),
        ("columns=,", "at least one"),
        ("columns=rating&columns=user", "twice"),
        ("format=evidence&images=maybe", "yes, no"),
        ("task=detection&task=generation", "twice"),
    ],
)
def test_filters_that_cannot_be_are_refused(analyst: TestClient, query: str, said: str) -> None:
    answer = analyst.get(f"{EXPORT}?{query}")
    assert answer.status_code == 422, answer.text
    assert said in error_of(answer)["message"]


def test_the_export_has_the_columns_asked_for(analyst: TestClient, detected: str) -> None:
    analyst.post(PATH, json={"run_id": detected, "rating": 4})
    answer = analyst.get(EXPORT, params={"columns": "rating,user"})
    assert answer.text == 'rating,user\n4,"ana"\n'
    refused = analyst.get(EXPORT, params={"columns": "rating,note"})
    assert refused.status_code == 403
    assert "“note”" in error_of(refused)["message"]


@pytest.mark.parametrize(
    ("kind", "media_type", "name"),
    [
        ("coco", "application/json", r"glimpse-verdicts-[\d-]{10}\.json"),
        ("evidence", "application/zip", r"glimpse-evidence-[\d-]{10}\.zip"),
    ],
)
def test_an_export_is_a_named_file_of_its_kind(
    analyst: TestClient, detected: str, kind: str, media_type: str, name: str
) -> None:
    boxes = [{"index": 0, "verdict": "right"}]
    analyst.post(PATH, json={"run_id": detected, "rating": 4, "boxes": boxes})
    answer = analyst.get(EXPORT, params={"format": kind})
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == media_type
    assert re.search(name, answer.headers["Content-Disposition"])
    if kind == "coco":
        (annotation,) = answer.json()["annotations"]
        assert annotation["verdict"] == "right"
        assert annotation["rater"] == "ana"


def test_a_report_on_the_dashboard_is_for_reviewers(
    analyst: TestClient, admin: TestClient, detected: str
) -> None:
    analyst.post(PATH, json={"run_id": detected, "rating": 4})
    asked = {"format": "pdf", "rating_min": "4", "sort": "worst"}
    answer = admin.get(EXPORT, params=asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/pdf"
    assert re.search(r"glimpse-feedback-[\d-]{10}\.pdf", answer.headers["Content-Disposition"])
    assert analyst.get(EXPORT, params=asked).status_code == 403
    wrong = admin.get(EXPORT, params=asked | {"sort": "funniest"})
    assert "There is no sort “funniest”" in error_of(wrong)["message"]
    unknown = analyst.get(EXPORT, params={"format": "docx"})
    assert "use one of: csv, coco, evidence, pdf" in error_of(unknown)["message"]


def test_an_analyst_exports_own_rows_and_an_admin_all(
    analyst: TestClient, admin: TestClient, as_user: Callable[..., TestClient], detected: str
) -> None:
    analyst.post(PATH, json={"run_id": detected, "rating": 4})
    admin.post(PATH, json={"run_id": detected, "rating": 1})
    assert [row["rating"] for row in rows_of(analyst.get(EXPORT))] == ["4"]
    assert len(rows_of(admin.get(EXPORT))) == 2
    assert rows_of(as_user("eve").get(EXPORT)) == []


def test_a_key_without_the_export_scope_is_refused(as_user: Callable[..., TestClient]) -> None:
    rater = as_user("rae", Role.ADMIN, {Scope.FEEDBACK})
    assert rater.get(EXPORT).status_code == 403


def test_a_corrected_text_is_answered_and_taken_back(analyst: TestClient) -> None:
    run = written(analyst)
    body = {"run_id": run["run_id"], "rating": 2}
    given = analyst.post(PATH, json=body | {"corrected_text": "Two red circles."})
    assert given.status_code == 201
    assert given.json()["corrected_text"] == "Two red circles."
    same = analyst.post(PATH, json=body | {"corrected_text": run["outputs"][0]["text"]})
    assert same.json()["corrected_text"] is None
    assert analyst.post(PATH, json=body).json()["corrected_text"] is None


@pytest.mark.parametrize("wrong", [7, ["a"], "a\x00b", "x" * 100_001])
def test_a_corrected_text_that_is_none_is_refused(analyst: TestClient, wrong: object) -> None:
    run_id = written(analyst)["run_id"]
    answer = analyst.post(PATH, json={"run_id": run_id, "rating": 2, "corrected_text": wrong})
    assert answer.status_code == 422
    assert re.search("corrected.text", error_of(answer)["message"])


def test_a_detection_has_no_text_to_correct(analyst: TestClient, detected: str) -> None:
    body = {"run_id": detected, "rating": 2, "corrected_text": "cat"}
    answer = analyst.post(PATH, json=body)
    assert answer.status_code == 422
    assert "wrote no text" in error_of(answer)["message"]
