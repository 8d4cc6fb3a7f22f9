"""A detector on another server, asked in the Hugging Face format for zero-shot detection."""

import threading
from collections.abc import Callable, Mapping
from time import monotonic, perf_counter

import httpx2

from core.config import Settings
from core.detection.types import FLOOR, Detection
from core.errors import Invalid, LimitReached, Unavailable
from core.inference.addresses import engine_key
from core.inference.remote_failures import Failure, Manner, Server
from core.inference.remote_format import as_base64, as_detections
from core.inference.remote_health import RemoteHealth
from core.inference.types import (
    DetectorAnswer,
    DetectorRequest,
    EngineStats,
    ModelEntry,
    ModelInfo,
)
from core.metrics import model_calls_total
from core.runs.types import Task
from core.trace import current_trace_id

AT_ONCE = 8
"""Calls to one server at a time; more are refused rather than queued in two places."""

_CONNECT_S = 5
_BUSY_RETRY_S = 2
_MOST_BYTES = 8 * 2**20
_MANNER = Manner(
    format="the Hugging Face format for zero-shot detection",
    change="the picture or the phrases",
    lighter="with a smaller picture",
    limit="GLIMPSE_REMOTE_TIMEOUT_S",
)
_IDLE_S = 2.0  # common servers hang up after five idle seconds; leave before they do


class RemoteDetector:
    """Safe to call from any thread. The server is not asked before somebody needs it."""

    grounds_captions = False

    def __init__(
        self,
        entry: ModelEntry,
        settings: Settings,
        *,
        transport: httpx2.BaseTransport | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        limit = settings.remote_timeout_s
        self._id = entry.id
        self._url = httpx2.URL(entry.source)
        key = engine_key(entry)
        self._server = Server(
            entry.id,
            self._url.netloc.decode(),
            self._url.path,
            entry.api_key_env,
            limit,
            _MANNER,
            key,
        )
        self._places = threading.BoundedSemaphore(AT_ONCE)
        self._health = RemoteHealth(clock)
        self._closed = False
        self._asking = 0
        self._counting = threading.Lock()
        self._client = httpx2.Client(
            headers=_headers(key),
            timeout=httpx2.Timeout(limit, connect=min(limit, _CONNECT_S)),
            limits=httpx2.Limits(max_connections=AT_ONCE, keepalive_expiry=_IDLE_S),
            transport=transport,
        )

    def described(self, info: ModelInfo) -> ModelInfo:
        """`info` with the state of now: waiting for a call, ready, or away for a while."""
        return self._health.described(info)

    def detect(self, request: DetectorRequest) -> DetectorAnswer:
        if request.caption is not None:
            raise Invalid(
                f"The model “{self._id}” reads phrases, not captions; type what to find as phrases."
            )
        self._refuse_while_away()
        if not self._places.acquire(blocking=False):
            raise LimitReached(
                f"The model “{self._id}” has {AT_ONCE} requests to answer, which is all its "
                "server is sent at once; try again in a moment.",
                facts={"limit": AT_ONCE},
                retry_after=_BUSY_RETRY_S,
            )
        try:
            self._count(1)
            return self._answer(request)
        finally:
            self._count(-1)
            self._places.release()

    def stats(self) -> EngineStats:
        return EngineStats(0, self._asking, AT_ONCE)

    def clear_cache(self) -> None:
        """What is kept there is the server's own affair."""

    def close(self) -> None:
        self._closed = True
        self._client.close()

    def _count(self, change: int) -> None:
        with self._counting:
            self._asking += change

    def _answer(self, request: DetectorRequest) -> DetectorAnswer:
        began = perf_counter()
        body = {
            "inputs": as_base64(request.image),
            "parameters": {"candidate_labels": list(request.phrases), "threshold": FLOOR},
        }
        ready = perf_counter()
        try:
            content = self._posted(body)
            answered = perf_counter()
            found = self._found(content, request)
        except Failure as failure:
            self._health.fails(failure)
            raise self._server.unavailable(failure.reason, failure.retry_after) from failure
        except (Invalid, LimitReached):
            self._health.works()
            raise
        self._health.works()
        timings = {
            "preprocess": ready - began,
            "forward": answered - ready,
            "postprocess": perf_counter() - answered,
        }
        return DetectorAnswer(found, {k: round(v * 1000, 2) for k, v in timings.items()})

    def _posted(self, body: Mapping[str, object]) -> bytes:
        """What the server answered with success."""
        model_calls_total.labels(Task.DETECTION, self._id).inc()
        headers = {"X-Request-ID": current_trace_id()}
        end = perf_counter() + self._server.limit_s
        try:
            with self._client.stream("POST", self._url, json=body, headers=headers) as response:
                content = self._read(response, end)
        except (httpx2.ConnectTimeout, httpx2.ConnectError, httpx2.ProxyError) as error:
            raise self._server.away() from error
        except httpx2.TimeoutException as error:
            raise self._server.slow() from error
        except httpx2.HTTPError as error:
            raise self._server.broke_off() from error
        except RuntimeError as error:
            if not self._closed:
                raise
            raise self._stopping() from error
        self._server.judge(response.status_code, response.headers, content)
        return content

    def _read(self, response: httpx2.Response, end: float) -> bytes:
        """The whole body; time-outs of the client only bound the wait for each piece of it."""
        content = bytearray()
        for chunk in response.iter_bytes():
            content += chunk
            if len(content) > _MOST_BYTES:
                raise self._server.unreadable(f"more than {_MOST_BYTES:,} bytes")
            if perf_counter() > end:
                raise self._server.slow()
        return bytes(content)

    def _found(self, content: bytes, request: DetectorRequest) -> tuple[Detection, ...]:
        try:
            return as_detections(content, request.phrases, request.image.size)
        except ValueError as error:
            raise self._server.unreadable(str(error)) from error

    def _refuse_while_away(self) -> None:
        if self._closed:
            raise self._stopping()
        self._health.check(self._server)

    def _stopping(self) -> Unavailable:
        return self._server.unavailable("The program is stopping.", None)


def _headers(key: str | None) -> dict[str, str]:
    headers = {
        "User-Agent": "glimpse",
        "Accept": "application/json",
        "Accept-Encoding": "identity",  # packed, a small answer could fill the memory
    }
    return headers if key is None else headers | {"Authorization": f"Bearer {key}"}
