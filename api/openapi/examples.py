"""An example of any schema: what it says itself, else what fields of that name usually hold."""

from collections.abc import Mapping
from typing import Any

from api.openapi.values import BY_FORMAT, BY_NAME, BY_TYPE

Node = Mapping[str, Any]
_DEEPEST = 8


def example_of(schema: Node, components: Node, name: str = "", depth: int = 0) -> Any:
    """A value that `schema` allows; `name` is the field's, or that of the field it is a list of."""
    if "$ref" in schema:
        kind = schema["$ref"].rpartition("/")[2]
        return example_of(components[kind], components, name, depth + 1)
    for said in ("example", "const"):
        if said in schema:
            return schema[said]
    if schema.get("examples"):
        return schema["examples"][0]
    if "enum" in schema:
        allowed = schema["enum"]
        return BY_NAME[name] if name in BY_NAME and BY_NAME[name] in allowed else allowed[0]
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return _chosen(schema[choice], components, name, depth)
    kind = schema.get("type", "object")
    if kind == "array":
        return _list(schema, components, name, depth)
    if kind == "object":
        return _object(schema, components, name, depth)
    return _plain(schema, kind, name)


def _chosen(choices: list[Node], components: Node, name: str, depth: int) -> Any:
    some = [each for each in choices if each.get("type") != "null"]
    if depth > _DEEPEST and len(some) < len(choices):
        return None
    return example_of(some[0], components, name, depth)


def _list(schema: Node, components: Node, name: str, depth: int) -> list[Any]:
    if "prefixItems" in schema:
        return [example_of(each, components, name, depth + 1) for each in schema["prefixItems"]]
    if depth > _DEEPEST or "items" not in schema:
        return []
    return [example_of(schema["items"], components, name.removesuffix("s"), depth + 1)]


def _object(schema: Node, components: Node, name: str, depth: int) -> Any:
    fields = schema.get("properties", {})
    if fields:
        return {
            field: example_of(each, components, field, depth + 1) for field, each in fields.items()
        }
    if isinstance(BY_NAME.get(name), dict):
        return BY_NAME[name]
    return {}


def _plain(schema: Node, kind: str, name: str) -> Any:
    known = BY_FORMAT.get(schema.get("format", ""), BY_NAME.get(name))
    if not _is(known, kind):
        known = schema.get("default")
    if not _is(known, kind):
        known = BY_TYPE[kind]
    if kind in ("integer", "number"):
        known = min(max(known, schema.get("minimum", known)), schema.get("maximum", known))
    return known


def _is(value: object, kind: str) -> bool:
    if kind == "boolean" or isinstance(value, bool):
        return kind == "boolean" and isinstance(value, bool)
    kinds = {"string": str, "integer": int, "number": int | float, "null": type(None)}
    return isinstance(value, kinds[kind])
