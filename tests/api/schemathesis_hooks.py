"""What Schemathesis cannot make up by itself: MessagePack, and the ids of things that are there."""

import json
import os
import time
from typing import Any

import httpx2
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
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """What may be taken out of use is the one model that nothing else asks for."""
    named = case.path_parameters or {}
    if case.operation.path.endswith("/unload") and named.get("model_id") in ("shapes", "reporter"):
        named["model_id"] = "spare"


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    """It is loaded again before the next call: out of use, it is 503 to whoever asks for it."""
    if case.operation.path.endswith("/unload") and response.status_code == 202:
        key = {"Authorization": response.request.headers["Authorization"]}
        model = response.request.url.partition("/unload")[0]
        httpx2.post(f"{model}/load", headers=key).raise_for_status()
        while httpx2.post(f"{model}/warm", headers=key, timeout=30).status_code == 503:
            time.sleep(0.1)


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> Any:
    """Every other id is one that is there."""
    for name in path_parameters or ():
        if name in _KNOWN and len(str(path_parameters)) % 2:
            path_parameters = {**(path_parameters or {}), name: _KNOWN[name]}
    return path_parameters
