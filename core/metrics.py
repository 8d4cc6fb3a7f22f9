"""What Prometheus reads. Names and labels are part of the product's contract."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from prometheus_client import Counter, Gauge, Histogram, Info, disable_created_metrics

from core import errors
from core.errors import GlimpseError
from core.permissions import Face
from core.runs.types import Task
from core.trace import current_trace_id, trace
from core.version import product_version

disable_created_metrics()  # type: ignore[no-untyped-call] # a second series for each counter and histogram, which nobody reads

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)
REFUSALS = frozenset(
    kind.code
    for kind in (
        errors.Malformed,
        errors.Invalid,
        errors.NotSignedIn,
        errors.NotAllowed,
        errors.NotFound,
        errors.Removed,
        errors.Conflict,
        errors.TooLarge,
        errors.NotAnImage,
        errors.LimitReached,
    )
)
"""Codes of what the caller can mend; every other is a fault of ours."""

requests_total = Counter(
    "glimpse_requests",
    "Requests to a model, by how they ended: done, stopped, refused or failed.",
    ["task", "face", "status"],
)
request_seconds = Histogram(
    "glimpse_request_seconds",
    "Seconds a request took that was not refused.",
    ["task", "face"],
    buckets=_SECONDS,
)
model_calls_total = Counter(
    "glimpse_model_calls", "Forward passes (detection) or admitted sequences.", ["task", "model"]
)
first_token_seconds = Histogram(
    "glimpse_first_token_seconds", "Seconds to the first token.", ["model"], buckets=_SECONDS
)
tokens_total = Counter("glimpse_tokens", "Tokens written.", ["model"])
queue_depth = Gauge("glimpse_queue_depth", "Sequences or pictures that wait.", ["model"])
active_streams = Gauge("glimpse_active_streams", "Sequences being written.", ["model"])
cache_hits_total = Counter("glimpse_cache_hits", "Answers taken from an equal run.", ["task"])
outbox_depth = Gauge("glimpse_outbox_depth", "Ratings on disk that wait for the database.")
errors_total = Counter(
    "glimpse_errors", "Requests that failed or were refused, by error code.", ["task", "code"]
)
http_answers_total = Counter(
    "glimpse_http_answers", "Answers of the HTTP API, whatever was asked.", ["route", "status"]
)
for _task in Task:  # from 0 on, or the first of a kind would be no increase
    for _face in (Face.UI, Face.API, Face.JOB):
        for _status in ("done", "stopped", "refused", "failed"):
            requests_total.labels(_task, _face, _status)
Info("glimpse_build", "The version that runs.").info({"version": product_version()})


@contextmanager
def measured_request(task: str, face: str) -> Iterator[None]:
    """Count and time the block as one request, all of it in one trace."""
    began = perf_counter()
    with counted_failure(task, face) as trace_id:
        yield
        count_request(task, face, "done", perf_counter() - began, trace_id)


@contextmanager
def counted_failure(task: str, face: str) -> Iterator[str]:
    """Count the block as a request only if it raises; in one trace, whose id is given."""
    began = perf_counter()
    with trace(current_trace_id()) as trace_id:
        try:
            yield trace_id
        except Exception as error:
            code = error.code if isinstance(error, GlimpseError) else "internal"
            count_request(task, face, "failed", perf_counter() - began, trace_id, code)
            raise


def count_request(
    task: str, face: str, status: str, seconds: float, trace_id: str, code: str | None = None
) -> None:
    """Count a request that has ended; `code` says why, where it failed or was refused."""
    exemplar = {"trace_id": trace_id}
    if code in REFUSALS:
        status = "refused"
    else:
        request_seconds.labels(task, face).observe(seconds, exemplar)
    requests_total.labels(task, face, status).inc(exemplar=exemplar)
    if code is not None:
        errors_total.labels(task, code).inc(exemplar=exemplar)
