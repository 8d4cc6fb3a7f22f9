"""What Schemathesis cannot make up by itself: MessagePack, and the ids of things that are there."""

import json
import os
from typing import Any

import msgpack
import schemathesis

_KNOWN: dict[str, str] = json.loads(os.environ.get("SCHEMATHESIS_KNOWN", "{}"))


@schemathesis.serializer("application/msgpack")
def packed(ctx: Any, value: Any) -> bytes:
    body: bytes = msgpack.packb(value, default=str)
    return body


@schemathesis.deserializer("application/msgpack")
def unpacked(ctx: Any, response: Any) -> Any:
    return msgpack.unpackb(response.content)


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> Any:
    """Every other id is one that is there."""
    for name in path_parameters or ():
        if name in _KNOWN and len(str(path_parameters)) % 2:
            path_parameters = {**(path_parameters or {}), name: _KNOWN[name]}
    return path_parameters
