"""What the dashboard, the quality and the raters page show, over the API."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from core.feedback.types import Verdict
from core.quality.types import LEAST_VERDICTS
from db.session import Database
from tests.core.quality.boxes import judged as judged_boxes
from tests.core.review import rows


@pytest.fixture
def judged(database: Database) -> None:
    """A detector's phrase with enough verdicts, the better the score the righter."""
    wei = rows.person(database, "wei")
    model = rows.model(database, "detection", "shapes")
    for number in range(LEAST_VERDICTS + 10):
        verdict = Verdict.RIGHT if number > 10 else Verdict.ABSENT
        judged_boxes(database, wei, model, [("red circle", 0.3 + number / 100, verdict)], 4)


def test_figures_are_those_of_the_filter(admin: TestClient, judged: None) -> None:
    figures = _get(admin, "/api/v1/feedback/figures")
    n = LEAST_VERDICTS + 10
    assert figures["header"]["current"]["by_rating"] == [0, 0, 0, n, 0]
    (model,) = figures["charts"]["models"]
    assert (model["model"], model["ratings"]["counts"]) == ("shapes", [0, 0, 0, n, 0])
    none = _get(admin, "/api/v1/feedback/figures", rating_max="3")
    assert none["header"]["current"]["rated"] == 0
    assert none["charts"]["models"] == []
    (rater,) = _get(admin, "/api/v1/feedback/raters")["raters"]
    assert (rater["username"], rater["ratings"]) == ("wei", n)
    assert admin.get("/api/v1/feedback/figures", params={"colour": "red"}).status_code == 422


def test_an_advised_cut_is_set_and_taken_back(admin: TestClient, judged: None) -> None:
    (phrase,) = _get(admin, "/api/v1/phrases", precision="0.8")
    assert (phrase["phrase"], phrase["right"], phrase["absent"]) == ("red circle", 29, 11)
    named = {"of_model": "shapes", "of_phrase": "red circle", "precision": "0.8"}
    advised = _get(admin, "/api/v1/phrases/advice", **named)["advised"]["cut"]
    assert advised == pytest.approx(phrase["advised"])
    asked = {"model": "shapes", "phrase": "red circle", "precision": 0.8, "seen": advised}
    late = admin.put("/api/v1/thresholds", json=asked | {"seen": advised - 0.1})
    assert late.status_code == 409
    assert admin.put("/api/v1/thresholds", json=asked).json() is None
    (kept,) = _get(admin, "/api/v1/thresholds")
    assert (kept["phrase"], kept["threshold"]) == ("red circle", advised)
    one = {"model": "shapes", "phrase": "red circle"}
    assert admin.delete("/api/v1/thresholds", params=one).json()["threshold"] == advised
    assert _get(admin, "/api/v1/thresholds") == []


@pytest.mark.parametrize("query", [{}, {"of_model": "shapes"}, {"precision": "much"}])
def test_advice_needs_a_model_and_a_phrase(admin: TestClient, query: dict[str, str]) -> None:
    assert admin.get("/api/v1/phrases/advice", params=query).status_code == 422


def _get(client: TestClient, path: str, **query: str) -> Any:
    answer = client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()
