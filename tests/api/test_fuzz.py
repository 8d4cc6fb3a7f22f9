"""Whatever is sent, the answer is a refusal with a reason or a result, never a server error."""

import json
import random
from typing import Any

import pytest
from pydantic import BaseModel
from starlette.testclient import TestClient

from api.describe_schemas import DescribeIn
from api.openai_schemas import ChatIn, CompletionIn
from api.prompt_schemas import PromptIn
from api.schemas import BranchIn, ContinueIn, DetectIn, FeedbackIn, GenerateIn, TicketIn
from core.review.filters import FILTER_NAMES
from core.workbench import Workbench
from tests.api.conftest import error_of

ODD: list[Any] = [
    *(None, True, False, 0, -1, 1, 2**31, 2**63, -(2**70), 0.5, -0.0, 1e308, 5e-324),
    *("", " ", "a", "\x00", "\ud800", "\u2028", "é" * 10, "'; drop table runs; --", "1e5"),
    *([], [1], ["a"], [None], ["\x00"], ["\ud800"], [[]], {}, {"a": 1}),
]
CALLS: dict[str, type[BaseModel]] = {
    "/api/v1/detect": DetectIn,
    "/api/v1/generate": GenerateIn,
    "/api/v1/feedback": FeedbackIn,
    "/api/v1/prompts": PromptIn,
    "/api/v1/runs/{run_id}/continue": ContinueIn,
    "/api/v1/runs/{run_id}/branch": BranchIn,
    "/api/v1/runs/{run_id}/describe": DescribeIn,
    "/v1/chat/completions": ChatIn,
    "/v1/completions": CompletionIn,
    "/auth/cookie": TicketIn,
}


def sane(path: str, run_id: str) -> dict[str, Any]:
    if path.endswith("feedback"):
        return {"run_id": run_id, "rating": 3}
    if path.startswith("/v1"):
        asked = {"messages": [{"role": "user", "content": "a"}]} if "chat" in path else {}
        return {"model": "reporter", "max_tokens": 1, **(asked or {"prompt": "a"})}
    if path.endswith("prompts"):
        return {"name": "a", "text": "a"}
    if path.endswith(("describe", "continue")):
        return {"max_new_tokens": 1}
    if path.endswith("branch"):
        return {"index": 0, "token_id": 0}
    return {"prompt": "a", "max_new_tokens": 1} if path.endswith("generate") else {"prompt": "a"}


@pytest.mark.parametrize("path", CALLS)
def test_odd_bodies_are_never_a_server_error(
    bench: Workbench, admin: TestClient, detected: str, path: str
) -> None:
    bench.prompts.ensure_shipped()
    draw = random.Random(path)  # noqa: S311 - the same each time
    names = [*CALLS[path].model_fields, "unknown", "\ud800"]
    headers = {"Content-Type": "application/json", "Origin": "http://testserver"}
    for _ in range(60):
        odd = {name: draw.choice(ODD) for name in draw.sample(names, draw.choice((1, 1, 2)))}
        body = {**sane(path, detected), **odd}
        answer = admin.post(path.format(run_id=detected), content=json.dumps(body), headers=headers)
        assert answer.status_code < 500, body
        if answer.status_code >= 400:
            assert error_of(answer)["message"], body


def test_odd_filters_are_never_a_server_error(admin: TestClient) -> None:
    draw = random.Random(1)  # noqa: S311
    for _ in range(60):
        names = draw.sample([*FILTER_NAMES, "format", "unknown"], draw.choice((1, 2)))
        query = {name: str(draw.choice(ODD)).encode("utf-8", "replace") for name in names}
        assert admin.get("/api/v1/feedback/export", params=query).status_code < 500, query


@pytest.mark.parametrize("odd", ["%ff", "%00", "%ed%a0%80", "+", "%2e%2e%2f", "'"])
@pytest.mark.parametrize(
    "path",
    ["/api/v1/runs/{}", "/api/v1/runs/{}/image", "/api/v1/feedback/export?text={}", "/api/{}"],
)
def test_odd_addresses_are_never_a_server_error(admin: TestClient, path: str, odd: str) -> None:
    assert admin.get(path.format(odd)).status_code < 500
