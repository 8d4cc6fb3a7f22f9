"""A reader of server-sent events, by the book: https://html.spec.whatwg.org/#server-sent-events"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Event:
    kind: str
    id: str | None
    data: dict[str, Any]


def events_in(text: str) -> list[Event]:
    return list(events_of(text.splitlines()))


def events_of(lines: Iterable[str]) -> Iterator[Event]:
    """Events as their lines arrive; comments are passed over."""
    kind, event_id, data = "message", None, ""
    for line in lines:
        name, _, value = line.partition(": ")
        if name == "event":
            kind = value
        elif name == "id":
            event_id = value
        elif name == "data":
            data += value
        elif not line and data:
            yield Event(kind, event_id, json.loads(data))
            kind, event_id, data = "message", None, ""
