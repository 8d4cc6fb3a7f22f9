"""The API's own page: every call with its fields, from the schema, with nothing fetched."""

import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

Schema = Mapping[str, Any]
_STYLE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent); }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto;
  padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; text-transform: capitalize; }
details { border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0;
  padding: .5rem .8rem; }
summary { cursor: pointer; } code { font: 13px ui-monospace, monospace; }
.verb { display: inline-block; min-width: 3.5rem; font-weight: 600; }
table { border-collapse: collapse; width: 100%; font-size: 14px; table-layout: fixed; }
td, th { text-align: left; vertical-align: top; padding: .25rem .5rem .25rem 0;
  border-bottom: 1px solid var(--line); }
"""


def render(schema: Schema) -> str:
    """A page of `schema` (OpenAPI 3.1) that needs no script and no other file."""
    groups: dict[str, list[str]] = {}
    for path, verbs in schema["paths"].items():
        for verb, call in verbs.items():
            section = _call(schema, path, verb.upper(), call)
            groups.setdefault(call.get("tags", ["other"])[0], []).append(section)
    body = "".join(f"<h2>{escape(tag)}</h2>{''.join(calls)}" for tag, calls in groups.items())
    title = escape(schema["info"]["title"])
    about = escape(schema["info"].get("description", ""))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1><p>{about}</p>"
        f'<p>For programs: <a href="openapi.json">openapi.json</a>.</p>{body}</body></html>'
    )


def _call(schema: Schema, path: str, verb: str, call: Schema) -> str:
    rows = "".join(_row(*each) for each in _inputs(schema, call))
    inputs = f"<table><tr><th>field</th><th>in</th><th>type</th></tr>{rows}</table>" if rows else ""
    kinds = call.get("requestBody", {}).get("content", {})
    bodies = f"<p>Body: {escape(', '.join(kinds))}</p>" if kinds else ""
    paragraphs = "".join(
        f"<p>{_text(text)}</p>" for text in call.get("description", "").split("\n\n") if text
    )
    return (
        f'<details><summary><code><span class="verb">{verb}</span> {escape(path)}</code></summary>'
        f"{paragraphs}{bodies}{inputs}</details>"
    )


def _row(name: str, place: str, kind: str) -> str:
    return f"<tr><td><code>{escape(name)}</code></td><td>{place}</td><td>{escape(kind)}</td></tr>"


def _text(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _inputs(schema: Schema, call: Schema) -> Iterator[tuple[str, str, str]]:
    for parameter in call.get("parameters", ()):
        about = {"description": parameter["description"]} if "description" in parameter else {}
        yield parameter["name"], parameter["in"], _described(schema, parameter["schema"] | about)
    contents = call.get("requestBody", {}).get("content", {}).values()
    body = _resolved(schema, next(iter(contents))["schema"]) if contents else {}
    required = body.get("required", ())
    for name, field in body.get("properties", {}).items():
        told = _described(schema, field)
        yield name, "body", told + (", required" if name in required else "")


def _resolved(schema: Schema, node: Schema) -> Schema:
    if "$ref" not in node:
        return node
    found: Schema = schema["components"]["schemas"][node["$ref"].rpartition("/")[2]]
    return found


def _described(schema: Schema, field: Schema) -> str:
    about = field.get("description")
    return _kind(schema, field) + (f" ({about})" if about else "")


def _kind(schema: Schema, field: Schema) -> str:
    if "$ref" in field:
        found = _resolved(schema, field)
        named = f"{{{', '.join(found.get('properties', ()))}}}"
        return named if "properties" in found else _kind(schema, found)
    if "enum" in field:
        return ", ".join(map(str, field["enum"]))
    if "anyOf" in field:
        return " or ".join(
            _kind(schema, each) for each in field["anyOf"] if each.get("type") != "null"
        )
    kind = str(field.get("type", "any"))
    return f"list of {_kind(schema, field.get('items', {}))}" if kind == "array" else kind
