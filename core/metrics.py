"""What Prometheus reads. Names and labels are part of the product's contract."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from prometheus_client import Counter, Gauge, Histogram

from core.errors import GlimpseError

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)

requests_total = Counter(
    "glimpse_requests", "Requests to a model, by how they ended.", ["task", "face", "status"]
)
request_seconds = Histogram(
    "glimpse_request_seconds", "Seconds a request took.", ["task", "face"], buckets=_SECONDS
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
errors_total = Counter("glimpse_errors", "Requests that failed, by error code.", ["task", "code"])


@contextmanager
def measured_request(task: str, face: str) -> Iterator[None]:
    """Count and time the block as one request: `done`, or `failed` with the error's code."""
    began = perf_counter()
    status = "failed"
    try:
        yield
        status = "done"
    except GlimpseError as error:
        errors_total.labels(task, error.code).inc()
        raise
    except Exception:
        errors_total.labels(task, "internal").inc()
        raise
    finally:
        requests_total.labels(task, face, status).inc()
        request_seconds.labels(task, face).observe(perf_counter() - began)
