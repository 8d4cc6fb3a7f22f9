"""The library of prompts over HTTP, and texts written from it."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from core.permissions import Role, Scope
from core.prompts.shipped import REPORT, shipped
from core.workbench import Workbench
from tests.api.conftest import error_of

PATH = "/api/v1/prompts"
UNKNOWN = "01a1fbc9-9c82-71c7-b313-43958faaf6be"
LETTER = {"name": "Letter", "text": "Write to {{name}} about {{subject}}."}
VALUES = {"name": "Bo", "subject": "{{name}}"}


def made(client: TestClient, **fields: Any) -> dict[str, Any]:
    answer = client.post(PATH, json=LETTER | fields)
    assert answer.status_code == 201, answer.text
    prompt: dict[str, Any] = answer.json()
    return prompt


def listed(client: TestClient, **query: Any) -> list[str]:
    answer = client.get(PATH, params=query)
    assert answer.status_code == 200, answer.text
    return [each["name"] for each in answer.json()["prompts"]]


def generated(client: TestClient, version: str, variables: dict[str, str] | None) -> Any:
    body = {"prompt_version": version, "variables": variables, "max_new_tokens": 2}
    return client.post("/api/v1/generate", json=body)


def test_a_prompt_is_made_revised_changed_and_put_away(analyst: TestClient) -> None:
    prompt = made(analyst, description="To whom", shared=True)
    path = f"{PATH}/{prompt['id']}"
    assert analyst.get(path).json() == prompt
    assert (prompt["owner"], prompt["own"], prompt["shared"]) == ("ana", True, True)
    (version,) = prompt["versions"]
    assert (version["number"], version["variables"]) == (1, ["name", "subject"])
    assert (version["uses"], version["rating"], version["ratings"]) == (0, None, 0)

    revised = analyst.post(f"{path}/versions", json={"text": "Write to {{name}}."}).json()
    assert [each["number"] for each in revised["versions"]] == [2, 1]
    assert revised["versions"][1] == version

    changed = analyst.patch(path, json={"name": "Note", "shared": False}).json()
    assert changed == revised | {"name": "Note", "shared": False}
    assert analyst.patch(path, json={"archived": True}).json()["archived"] is True
    assert listed(analyst) == []
    assert listed(analyst, archived=True) == ["Note"]
    assert analyst.patch(path, json={"archived": False}).json() == changed


def test_what_comes_with_the_product_is_everybodys(
    bench: Workbench, as_user: Callable[..., TestClient]
) -> None:
    bench.prompts.ensure_shipped()
    guest = as_user("guest", Role.GUEST)
    prompts = guest.get(PATH).json()["prompts"]
    assert {each["name"] for each in prompts} == {each.name for each in shipped()}
    assert {each["owner"] for each in prompts} == {None}
    (report,) = [each for each in prompts if each["name"] == REPORT]
    answer = generated(guest, report["versions"][0]["id"], {"findings": "3 red circle"})
    assert answer.status_code == 200, answer.text
    run = guest.get(f"/api/v1/runs/{answer.json()['run_id']}").json()
    assert run["prompt"] == "Findings: 3 red circle. Report:"


def test_a_text_from_a_version_counts_as_its_use(analyst: TestClient) -> None:
    prompt = made(analyst)
    version = prompt["versions"][0]["id"]
    answer = generated(analyst, version, VALUES)
    assert answer.status_code == 200, answer.text
    run_id = answer.json()["run_id"]
    run = analyst.get(f"/api/v1/runs/{run_id}").json()
    assert run["prompt"] == "Write to Bo about {{name}}."
    analyst.post("/api/v1/feedback", json={"run_id": run_id, "rating": 4})
    (told,) = analyst.get(f"{PATH}/{prompt['id']}").json()["versions"]
    assert (told["uses"], told["rating"], told["ratings"]) == (1, 4.0, 1)


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        (None, "“name”, “subject”"),
        ({"name": "Bo", "subject": " "}, "“subject”"),
        (VALUES | {"colour": "red"}, "“colour”"),
        (VALUES | {"name": 3}, "variables.name"),
        (VALUES | {"name": "\x00"}, "U+0000"),
        (VALUES | {"name": "x" * 20_000}, "20,0"),
    ],
)
def test_variables_that_do_not_fit_are_refused_by_name(
    analyst: TestClient, variables: dict[str, str] | None, said: str
) -> None:
    answer = generated(analyst, made(analyst)["versions"][0]["id"], variables)
    assert answer.status_code == 422, answer.text
    assert said in error_of(answer)["message"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"prompt": "a", "prompt_version": UNKNOWN}, "exactly one"),
        ({"messages": [], "prompt_version": UNKNOWN}, "exactly one"),
        ({"prompt": "a", "variables": {}}, "prompt_version"),
        ({"prompt_version": "newest"}, "prompt_version"),
    ],
)
def test_a_version_is_one_of_three_ways_to_ask(
    analyst: TestClient, fields: dict[str, Any], said: str
) -> None:
    answer = analyst.post("/api/v1/generate", json=fields)
    assert answer.status_code == 422, answer.text
    assert said in error_of(answer)["message"]


def test_others_use_what_is_shared_and_change_nothing(
    analyst: TestClient, as_user: Callable[..., TestClient]
) -> None:
    prompt = made(analyst)
    path, version = f"{PATH}/{prompt['id']}", prompt["versions"][0]["id"]
    bob = as_user("bob")
    for answer in (
        bob.get(path),
        bob.patch(path, json={"archived": True}),
        bob.post(f"{path}/versions", json={"text": "Mine"}),
        generated(bob, version, VALUES),
        bob.get(f"{PATH}/{UNKNOWN}"),
        generated(bob, UNKNOWN, VALUES),
    ):
        assert answer.status_code == 404, answer.text
        assert error_of(answer)["code"] == "not_found"
    analyst.patch(path, json={"shared": True})
    assert listed(bob) == ["Letter"]
    assert generated(bob, version, VALUES).status_code == 200
    for answer in (
        bob.patch(path, json={"name": "Mine"}),
        bob.post(f"{path}/versions", json={"text": "Mine"}),
    ):
        assert answer.status_code == 403, answer.text
        assert "ana's" in error_of(answer)["message"]


def test_making_prompts_needs_more_than_a_role_or_key_that_may_write(
    as_user: Callable[..., TestClient],
) -> None:
    for client in (as_user("guest", Role.GUEST), as_user("bot", scopes={Scope.GENERATE})):
        assert listed(client) == []
        assert client.post(PATH, json=LETTER).status_code == 403
    assert as_user("other", scopes={Scope.FEEDBACK}).get(PATH).status_code == 403


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 81}, "80"),
        ({"text": "{{"}, "not closed"),
        ({"description": "x" * 301}, "300"),
        ({"shared": "yes"}, "shared"),
        ({"owner": "bob"}, "“owner”"),
    ],
)
def test_a_prompt_that_cannot_be_is_refused_by_name(
    analyst: TestClient, fields: dict[str, Any], said: str
) -> None:
    answer = analyst.post(PATH, json=LETTER | fields)
    assert answer.status_code == 422, answer.text
    assert said in error_of(answer)["message"]
    assert listed(analyst) == []


def test_a_name_twice_is_a_conflict(analyst: TestClient) -> None:
    made(analyst)
    answer = analyst.post(PATH, json=LETTER | {"name": "LETTER"})
    assert answer.status_code == 409
    assert "“Letter”" in error_of(answer)["message"]
