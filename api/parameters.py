"""Filters as the parameters of a call: described for the API's own page, and read.

What they may hold is checked where the filter is made.
"""

from collections.abc import Collection
from typing import Any

from fastapi import Request

from core.errors import Invalid
from core.review.filters import FILTER_NAMES, REPEATED

Query = dict[str, list[str]]


def with_filters(
    *names: str, filters: Collection[str] = FILTER_NAMES, repeated: Collection[str] = REPEATED
) -> dict[str, Any]:
    """`names`, and every filter, as OpenAPI lists them; those of the dashboard unless told."""
    return {"parameters": [_text(name, name in repeated) for name in (*names, *filters)]}


def asked(request: Request, own: tuple[str, ...]) -> tuple[Query, dict[str, str]]:
    """The filters, and the call's own parameters, each of which is given once at most."""
    filters = {name: request.query_params.getlist(name) for name in request.query_params}
    found: dict[str, str] = {}
    for name in own:
        values = [value for value in filters.pop(name, []) if value]
        if len(values) > 1:
            raise Invalid(f"“{name}” is given twice; give it once.", facts={"field": name})
        found |= dict.fromkeys([name], values[0]) if values else {}
    return filters, found


def whole(name: str, said: str | None, default: int) -> int:
    """The whole number that a parameter gives."""
    if said is not None and not (said.isascii() and said.isdecimal() and len(said) < 10):
        raise Invalid(f"“{name}” is not a whole number.", facts={"field": name})
    return int(said) if said else default


def _text(name: str, repeated: bool) -> dict[str, Any]:
    text = {"type": "string"}
    schema = {"type": "array", "items": text} if repeated else text
    return {"name": name, "in": "query", "required": False, "schema": schema}
