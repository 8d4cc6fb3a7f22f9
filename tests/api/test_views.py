"""Saved views over HTTP."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.api.conftest import error_of

PATH = "/api/v1/views"


def test_a_view_is_saved_listed_and_deleted(admin: TestClient) -> None:
    body = {
        "name": "bad boxes",
        "filter": {"rating_max": "2", "tag": ["loose box", "style"]},
        "period": "last_30_days",
        "sort": "worst",
        "columns": ["rating", "comment"],
        "shared": True,
    }
    made = admin.post(PATH, json=body)
    assert made.status_code == 201, made.text
    view = made.json()
    assert view["filter"].pop("since") < view["filter"].pop("until")
    assert {name: view[name] for name in body} == body
    assert admin.get(PATH).json()["views"][0]["id"] == view["id"]
    assert admin.get(f"{PATH}/{view['id']}").json()["name"] == "bad boxes"
    assert admin.post(PATH, json=body).status_code == 409
    assert admin.delete(f"{PATH}/{view['id']}").status_code == 204
    assert admin.get(f"{PATH}/{view['id']}").status_code == 404


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": " "}, "name"),
        ({"filter": {"colour": "red"}}, "“colour”"),
        ({"filter": {"rating_min": "9"}}, "“rating_min”"),
        ({"filter": {"rating_min": 2}}, "rating_min"),
        ({"period": "yesterday"}, "period"),
        ({"sort": "funniest"}, "sort"),
        ({"columns": ["colour"]}, "“colour”"),
        ({"columns": []}, "at least one"),
        ({"hidden": True}, "“hidden”"),
    ],
)
def test_what_cannot_be_saved_is_refused(
    admin: TestClient, change: dict[str, Any], said: str
) -> None:
    answer = admin.post(PATH, json={"name": "x", **change})
    assert answer.status_code == 422, answer.text
    assert said in error_of(answer)["message"]


def test_views_are_for_reviewers(analyst: TestClient) -> None:
    assert analyst.get(PATH).status_code == 403
    assert analyst.post(PATH, json={"name": "x"}).status_code == 403
