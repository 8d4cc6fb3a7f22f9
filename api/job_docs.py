"""How the page of the API shows the bodies of jobs."""

from typing import Any

from pydantic import BaseModel

_FILE = {"type": "string", "format": "binary"}
_ARCHIVE = {**_FILE, "description": "a ZIP file of pictures; folders in it become parts of names"}
_IMAGES = {"type": "array", "items": _FILE, "description": "picture files"}
_PROMPTS = {**_FILE, "description": "a CSV file with a column `prompt`"}


def job_schema(
    detect: type[BaseModel], generate: type[BaseModel], *, files: bool = False
) -> dict[str, Any]:
    """Either of two forms; with `files`, each with what is uploaded."""
    if not files:
        return {"oneOf": [_inlined(detect), _inlined(generate)]}
    return {
        "oneOf": [
            _with(_inlined(detect), archive=_ARCHIVE),
            _with(_inlined(detect), images=_IMAGES),
            _with(_inlined(generate), prompts=_PROMPTS),
        ]
    }


def _inlined(model: type[BaseModel]) -> dict[str, Any]:
    """A schema whose parts stand in their places, as definitions have none in a request's body."""
    schema = model.model_json_schema()
    parts = schema.pop("$defs", {})
    inlined: dict[str, Any] = _resolved(schema, parts)
    return inlined


def _resolved(node: Any, parts: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_resolved(each, parts) for each in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _resolved(parts[node["$ref"].rpartition("/")[2]], parts)
    return {key: _resolved(value, parts) for key, value in node.items()}


def _with(schema: dict[str, Any], **file: Any) -> dict[str, Any]:
    required = [*schema.get("required", ()), *file]
    return {**schema, "properties": {**schema["properties"], **file}, "required": required}
