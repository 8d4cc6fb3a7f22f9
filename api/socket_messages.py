"""What a client says over the socket of a run, and how events are said to it."""

import json
from typing import Any

from pydantic import Field, ValidationError

from api.errors import UnsupportedMediaType, invalid
from api.schemas import GenerateIn, Id, Request
from api.told import Told
from core.errors import Conflict, Invalid, Malformed, TooLarge

Message = dict[str, Any]
"""As ASGI hands it over."""


class ResumeIn(Request):
    run_id: Id
    last_event_id: int = Field(-1, ge=-1, description="go on after this event; -1: from the start")


def request_in(message: Message, limit: int) -> GenerateIn | ResumeIn:
    """The first message: a text to write, or a run to take up again.

    Raises
    ------
    Malformed, UnsupportedMediaType, TooLarge, Invalid : what it is not; `limit` is in bytes.
    """
    fields = _fields(message, limit)
    kind = ResumeIn if "run_id" in fields else GenerateIn
    try:
        asked = kind.model_validate(fields)
    except ValidationError as error:
        raise invalid(error, tuple(kind.model_fields)) from error
    if isinstance(asked, GenerateIn) and "stream" in asked.model_fields_set and not asked.stream:
        raise Invalid("“stream” is always on here; leave it out.", facts={"field": "stream"})
    return asked


def require_stop(message: Message, limit: int) -> None:
    """Raise what is wrong with a later message that is not `{"type": "stop"}`."""
    if _fields(message, limit) != {"type": "stop"}:
        raise Conflict(
            "This socket has its run; send only {“type”: “stop”}, and open another for another run."
        )


def written(event: Told) -> str:
    """`{"event", "id", "data"}`, as the lines of a server-sent event are called."""
    number = "" if event.id is None else f'"id": {event.id}, '
    return f'{{"event": "{event.event}", {number}"data": {event.data}}}'


def _fields(message: Message, limit: int) -> dict[str, Any]:
    text = message.get("text")
    if text is None:
        raise UnsupportedMediaType("The message is binary; send JSON as text.")
    if len(text) > limit or len(text.encode("utf-8", "replace")) > limit:
        raise TooLarge(
            f"The message is larger than {limit:,} bytes; send a shorter one.",
            facts={"limit": limit},
        )
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Malformed("The message is not JSON; check it with a JSON tool.") from error
    if not isinstance(fields, dict):
        raise Malformed("The message is not a JSON object; send the fields of POST /generate.")
    return fields
