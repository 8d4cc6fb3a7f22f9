"""The schema that programs read, and that `docs/openapi.json` holds."""

import json
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

from api.openapi.examples import example_of
from api.openapi.operations import operation_id, summary
from api.openapi.refusals import Node, refusals, responses
from api.openapi.requests import REQUESTS
from api.openapi.tags import TAGS

_EVENTS = "text/event-stream"
_EVENT: Node = {
    "type": "object",
    "description": "Each event: `queue`, `token`, then one `done` or `error`; in OpenAI's format "
    "unnamed chunks, then `[DONE]`.",
    "required": ["data"],
    "properties": {
        "event": {"type": "string"},
        "id": {"type": "string", "description": "of a token: to go on after it"},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
    "example": {
        "event": "token",
        "id": "0",
        "data": '{"output": 0, "index": 0, "text": "Three", "token_id": 318, "logprob": -0.21}',
    },
}
_TEXTS = {
    "text/plain": 'glimpse_queue_depth{model="reporter"} 0.0\n',
    "application/jsonl": '{"item": 1, "name": "a/circle.png", "state": "done", "error": null, '
    '"run": {"run_id": "01a1fbc9-9c82-71c7-b313-43958faaf6be", …}}\n',
    "text/csv": "run_id,model,label,score\r\n01a1fbc9-9c82-71c7-b313-43958faaf6be,shapes,red "
    "circle,0.87\r\n",
}
_REQUEST_ID = {
    "description": "Names the request in the log and in errors: the one sent, if it is 8 to 64 "
    "letters, digits and hyphens.",
    "schema": {"type": "string"},
    "example": "01a22aad84cf713ab3ba0f765790df6d",
}


class DescribedAPI(FastAPI):
    """Adds to what FastAPI finds out what it cannot: refusals, examples, headers, names."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            self.openapi_schema = _finished(super().openapi())
        return self.openapi_schema


def as_text(schema: dict[str, Any]) -> str:
    """As it is checked in: sorted, so that a change shows as itself."""
    return json.dumps(schema, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _finished(schema: Node) -> Node:
    components = schema["components"]
    components["responses"] = responses()
    components["schemas"]["Event"] = _EVENT
    components["headers"] = {"X-Request-ID": _REQUEST_ID}
    used = {tag for _, _, each in operations(schema) for tag in each.get("tags", ())}
    schema["tags"] = [
        {"name": name, "description": about} for name, about in TAGS.items() if name in used
    ]
    for path, method, operation in operations(schema):
        operation["operationId"] = operation_id(method, path)
        operation["summary"] = summary(operation.get("description", ""))
        refused = refusals(path, operation)
        answers = {s: a for s, a in operation["responses"].items() if s.startswith("2")}
        for answer in answers.values():
            _complete(answer, components["schemas"])
        shown = REQUESTS.get(operation["operationId"], {})
        for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
            if media_type in shown:
                content["example"] = shown[media_type]
            _show(content, components["schemas"])
        operation["responses"] = answers | refused
    return schema


def operations(schema: Node) -> Iterator[tuple[str, str, Node]]:
    """Path, method and operation of each call."""
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _complete(answer: Node, kinds: Node) -> None:
    headers = answer.setdefault("headers", {})
    headers["X-Request-ID"] = {"$ref": "#/components/headers/X-Request-ID"}
    for media_type, content in answer.get("content", {}).items():
        text = _TEXTS.get(media_type.partition(";")[0])
        if media_type == _EVENTS:
            content["schema"] = {"$ref": "#/components/schemas/Event"}
            _show(content, kinds)
        elif text is not None:
            content["schema"] = {"type": "string"}
            content.setdefault("example", text)
        elif media_type.startswith(("image/", "application/zip", "application/pdf")):
            content["schema"] = {"type": "string", "contentMediaType": media_type}
            content["example"] = "(bytes)"
        else:
            _show(content, kinds)


def _show(content: Node, kinds: Node) -> None:
    if "example" not in content and "examples" not in content:
        content["example"] = example_of(content.get("schema", {}), kinds)
