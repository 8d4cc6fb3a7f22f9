"""The dashboard's filters as the parameters of a call, for the API's own page."""

from typing import Any

from core.review.filters import FILTER_NAMES, REPEATED


def with_filters(*names: str) -> dict[str, Any]:
    """`names`, and every filter, as OpenAPI lists them; what they may hold is checked elsewhere."""
    return {"parameters": [_text(name) for name in (*names, *FILTER_NAMES)]}


def _text(name: str) -> dict[str, Any]:
    text = {"type": "string"}
    schema = {"type": "array", "items": text} if name in REPEATED else text
    return {"name": name, "in": "query", "required": False, "schema": schema}
