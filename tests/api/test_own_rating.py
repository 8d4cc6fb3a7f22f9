"""One's own rating over the API: read, withdrawn, given again."""

from collections.abc import Callable

from starlette.testclient import TestClient


def test_a_rating_is_read_withdrawn_and_given_again(analyst: TestClient, detected: str) -> None:
    path = f"/api/v1/runs/{detected}/rating"
    assert analyst.get(path).status_code == 404
    said = {"run_id": detected, "rating": 2, "tags": ["loose box"], "comment": "not quite"}
    said |= {"boxes": [{"index": 0, "verdict": "loose"}]}
    given = analyst.post("/api/v1/feedback", json=said).json()
    read = analyst.get(path).json()
    assert read["rating"] == given
    assert [each["action"] for each in read["history"]] == ["rated"]
    assert analyst.delete(path).status_code == 204
    assert analyst.get(path).status_code == 404
    assert analyst.delete(path).status_code == 404
    back = analyst.post(f"{path}/restore").json()
    kept = ("id", "created_at", "updated_at")
    assert {k: v for k, v in back.items() if k not in kept} == {
        k: v for k, v in given.items() if k not in kept
    }
    assert analyst.post(f"{path}/restore").status_code in (404, 409)
    actions = [each["action"] for each in analyst.get(path).json()["history"]]
    assert actions == ["rated", "withdrawn", "rated"]


def test_a_strangers_rating_is_not_ones_own(
    analyst: TestClient, detected: str, as_user: Callable[..., TestClient]
) -> None:
    analyst.post("/api/v1/feedback", json={"run_id": detected, "rating": 2})
    stranger = as_user("eve")
    path = f"/api/v1/runs/{detected}/rating"
    assert stranger.get(path).status_code == 404
    assert stranger.delete(path).status_code == 404
    assert stranger.post(f"{path}/restore").status_code == 404
    assert analyst.get(path).status_code == 200


def test_an_answer_is_read_by_whoever_rated(
    analyst: TestClient, admin: TestClient, detected: str
) -> None:
    given = analyst.post("/api/v1/feedback", json={"run_id": detected, "rating": 2}).json()
    change = {"seen_at": given["updated_at"], "answer": "Mended in the next revision."}
    assert admin.patch(f"/api/v1/feedback/{given['id']}", json=change).status_code == 200
    (told,) = analyst.get("/api/v1/feedback/answers").json()
    assert (told["run_id"], told["answer"]) == (detected, "Mended in the next revision.")
    assert admin.get("/api/v1/feedback/answers").json() == []
