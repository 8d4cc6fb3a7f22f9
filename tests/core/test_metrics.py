"""Requests are counted by how they end, and lead to their traces."""

import pytest

from core.errors import LimitReached, Unavailable
from core.metrics import measured_request
from core.trace import current_trace_id, trace
from tests.core.exemplars import traces, value


def counted(task: str, status: str) -> tuple[float, float]:
    """Requests so far that ended so, and requests that were timed."""
    return (
        value("glimpse_requests_total", task=task, face="ui", status=status),
        value("glimpse_request_seconds_count", task=task, face="ui"),
    )


@pytest.mark.parametrize(
    ("error", "status", "code", "timed"),
    [
        (LimitReached("enough"), "refused", "limit_reached", 0),
        (Unavailable("away"), "failed", "unavailable", 1),
        (ZeroDivisionError(), "failed", "internal", 1),
    ],
)
def test_what_is_refused_is_no_failure_and_not_timed(
    error: Exception, status: str, code: str, timed: int
) -> None:
    task = f"measured-{code}"
    with pytest.raises(type(error)), measured_request(task, "ui"):
        raise error
    assert counted(task, status) == (1, timed)
    assert value("glimpse_errors_total", task=task, code=code) == 1


def test_exemplars_carry_the_trace_id_that_holds_all_along() -> None:
    with trace("a-trace-of-a-test"), measured_request("traced", "ui"):
        assert current_trace_id() == "a-trace-of-a-test"
    for name in ("glimpse_requests", "glimpse_request_seconds"):
        assert traces(name, task="traced") == {"a-trace-of-a-test"}


def test_a_request_outside_any_trace_has_one_of_its_own() -> None:
    with measured_request("lonely", "ui"):
        own = current_trace_id()
        assert current_trace_id() == own
    assert traces("glimpse_requests", task="lonely") == {own}
