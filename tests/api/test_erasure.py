"""Erasing somebody over HTTP, and what is left to be asked of their runs."""

from starlette.testclient import TestClient

from core.accounts.service import AccountService
from core.keeping.service import KeepingService
from core.workbench import Workbench
from tests.api.conftest import error_of

UNKNOWN = "01a1fbc9-9c82-71c7-b313-43958faaf6be"


def id_of(bench: Workbench, name: str) -> str:
    users = bench.accounts.users(AccountService.system_actor())
    return str(next(user.id for user in users if user.username == name))


def test_an_admin_has_somebody_erased_and_takes_it_back(
    admin: TestClient, analyst: TestClient, bench: Workbench
) -> None:
    path = f"/api/v1/users/{id_of(bench, 'ana')}/erasure"
    answer = admin.post(path, json={"username": "ana"})
    assert answer.status_code == 202
    assert answer.json()["erase_at"] is not None
    assert analyst.get("/api/v1/models").status_code == 401
    assert admin.get(path).json() == answer.json()
    assert admin.delete(path).json()["erase_at"] is None


def test_refusals(admin: TestClient, analyst: TestClient, bench: Workbench) -> None:
    path = f"/api/v1/users/{id_of(bench, 'ana')}/erasure"
    own = f"/api/v1/users/{id_of(bench, 'root')}/erasure"
    assert admin.post(path, json={"username": "eve"}).status_code == 422
    assert admin.post(path, json={}).status_code == 422
    assert admin.post(own, json={"username": "root"}).status_code == 409
    unknown = f"/api/v1/users/{UNKNOWN}/erasure"
    for found in (path, own, unknown):
        assert analyst.post(found, json={"username": "ana"}).status_code == 403
        assert analyst.delete(found).status_code == 403
        assert analyst.get(found).status_code == 403
    assert admin.post(unknown, json={"username": "a"}).status_code == 404
    assert admin.delete(unknown).status_code == 404


def test_an_erased_run_is_gone_in_words_everywhere(
    detected: str, analyst: TestClient, admin: TestClient, bench: Workbench
) -> None:
    settings = bench.settings.model_copy(update={"keep_runs_days": 1})
    with bench.database.unit_of_work() as session:
        session.connection().exec_driver_sql(
            "update runs set created_at = now() - interval '2 days'"
        )
    assert KeepingService(bench.database, settings).run().runs == 1
    run = f"/api/v1/runs/{detected}"
    for answer in (
        analyst.get(run),
        analyst.get(f"{run}/image"),
        analyst.get(f"{run}/export", params={"format": "json"}),
        analyst.get(f"{run}/export", params={"format": "png"}),
        analyst.get("/api/v1/runs/export", params={"format": "coco", "id": detected}),
        analyst.get(f"{run}/relatives"),
        analyst.get("/api/v1/runs/compare", params={"a": detected, "b": UNKNOWN}),
        analyst.post(f"{run}/describe", json={}),
        analyst.post("/api/v1/feedback", json={"run_id": detected, "rating": 5}),
        admin.get(run),
    ):
        assert answer.status_code == 410, answer.request.url
        assert error_of(answer)["code"] == "removed"
        assert "was removed on" in error_of(answer)["message"]
    (listed,) = analyst.get("/api/v1/runs").json()["runs"]
    assert listed["prompt"] == ""
    assert listed["erased_at"] is not None


def test_an_erased_run_is_no_answer_to_an_equal_request(
    detected: str, analyst: TestClient, bench: Workbench, picture: bytes
) -> None:
    """It was made by the same picture and phrases."""
    settings = bench.settings.model_copy(update={"keep_runs_days": 1})
    with bench.database.unit_of_work() as session:
        session.connection().exec_driver_sql(
            "update runs set created_at = now() - interval '2 days'"
        )
    KeepingService(bench.database, settings).run()
    asked = {"prompt": "red circle"}
    answer = analyst.post("/api/v1/detect", files={"image": picture}, data=asked)
    assert answer.status_code == 200
    assert not answer.json()["cached"]


def test_a_picture_past_its_time_leaves_the_boxes_and_comes_back_when_sent_again(
    detected: str, analyst: TestClient, bench: Workbench, picture: bytes
) -> None:
    settings = bench.settings.model_copy(update={"keep_images_days": 1})
    with bench.database.unit_of_work() as session:
        for table in ("runs", "images"):
            session.connection().exec_driver_sql(
                f"update {table} set created_at = now() - interval '2 days'"  # noqa: S608
            )
    assert KeepingService(bench.database, settings).run().pictures == 1
    run = f"/api/v1/runs/{detected}"
    assert analyst.get(run).json()["detections"]
    assert analyst.get(f"{run}/export", params={"format": "coco"}).status_code == 200
    for path in (f"{run}/image", f"{run}/export?format=png"):
        answer = analyst.get(path)
        assert answer.status_code == 404
        assert "not kept any more" in error_of(answer)["message"]
    asked = {"prompt": "red circle"}
    answer = analyst.post("/api/v1/detect", files={"image": picture}, data=asked)
    assert not answer.json()["cached"]
    assert analyst.get(f"{run}/image").status_code == 200
