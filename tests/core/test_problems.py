"""The last things that went wrong, as the log tells them."""

import io
import logging
from collections.abc import Iterator

import pytest
import structlog

from core.errors import Invalid
from core.problems import PROBLEMS, Problems
from core.trace import trace
from tests.conftest import captured_logs

log = structlog.get_logger()


@pytest.fixture(autouse=True)
def _logged() -> Iterator[io.StringIO]:
    PROBLEMS.clear()
    with captured_logs("error") as written:
        yield written
    PROBLEMS.clear()


def fail(error: Exception) -> None:
    try:
        raise error
    except Exception:
        log.exception("unexpected_error", comment="what somebody wrote")


def test_an_error_is_told_by_type_and_place_and_never_by_its_words() -> None:
    with trace() as reference:
        fail(ValueError("a secret"))
    (problem,) = PROBLEMS.newest()
    assert problem.event == "unexpected_error"
    assert problem.cause is not None
    assert problem.cause.startswith("builtins.ValueError, tests/core/test_problems.py:")
    assert problem.trace_id == reference
    assert "a secret" not in repr(problem)
    assert "somebody" not in repr(problem)


def test_alike_ones_are_counted() -> None:
    for _ in range(3):
        fail(Invalid("No."))
    log.error("something_else", model="shapes")
    newest, before = PROBLEMS.newest()
    assert (newest.event, newest.where) == ("something_else", "shapes")
    assert (before.count, before.code) == (3, "invalid")


def test_a_request_that_failed_names_its_route() -> None:
    with captured_logs("info"), trace():
        fail(KeyError("x"))
        log.info("request", route="/api/v1/detect", status=500, code="internal")
        log.info("request", route="/api/v1/models", status=503, code="unavailable")
        log.info("request", route="/api/v1/me", status=404, code="not_found")
    told = [(each.event, each.where, each.code) for each in PROBLEMS.newest()]
    assert told == [
        ("answered 503", "/api/v1/models", "unavailable"),
        ("unexpected_error", "/api/v1/detect", None),
    ]


def test_warnings_of_libraries_are_no_problems_of_ours() -> None:
    with captured_logs("info"):
        logging.getLogger("somebody.elses").warning("mind this")
        structlog.get_logger("core.inference.slot").warning("model_unavailable", model="shapes")
        logging.getLogger("somebody.elses").error("this failed")
    assert [each.event for each in PROBLEMS.newest()] == ["this failed", "model_unavailable"]


def test_only_the_last_are_kept() -> None:
    kept = Problems(2)
    for name in "abc":
        log.error(name)
    for problem in reversed(PROBLEMS.newest()):
        kept.add(problem)
    assert [each.event for each in kept.newest()] == ["c", "b"]
