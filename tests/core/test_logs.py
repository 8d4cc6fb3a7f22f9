"""Log lines: one JSON object each, with the trace id, without what must not be told."""

import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from core.errors import Invalid
from core.ids import new_id
from core.logs import take_over_stderr
from core.masking import MASK, masked, without_credentials
from core.trace import trace
from tests.conftest import captured_logs

CANARY = "canary-5e1f"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    with captured_logs("info") as written:
        yield written


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_carries_the_trace_id_and_the_time(stream: io.StringIO) -> None:
    with trace("a-trace-id"):
        structlog.get_logger("x").info("model_ready", model="shapes", seconds=1.5)
    (line,) = lines(stream)
    assert line["event"] == "model_ready"
    assert line["trace_id"] == "a-trace-id"
    assert line["level"] == "info"
    assert line["timestamp"].endswith("Z")
    assert (line["model"], line["seconds"]) == ("shapes", 1.5)


def test_libraries_log_in_the_same_form(stream: io.StringIO) -> None:
    with trace("a-trace-id"):
        logging.getLogger("uvicorn.error").warning("lost %s of %d", "one", 3)
    (line,) = lines(stream)
    assert line["event"] == "lost one of 3"
    assert line["logger"] == "uvicorn.error"
    assert line["trace_id"] == "a-trace-id"


def test_lines_under_the_level_are_not_written(stream: io.StringIO) -> None:
    structlog.get_logger("x").debug("seen")
    logging.getLogger("x").debug("seen")
    assert stream.getvalue() == ""


def test_an_event_cannot_forge_a_line(stream: io.StringIO) -> None:
    logging.getLogger("x").warning('a\r\n{"event": "forged"}')
    assert [line["event"] for line in lines(stream)] == ['a\r\n{"event": "forged"}']


@pytest.mark.parametrize(
    "char", ["\n", "\r", "\x00", "\x1b", "\x7f", "\x85", "\x9b", "\u2028", "\u202e"]
)
def test_no_character_ends_a_line_or_moves_a_cursor(stream: io.StringIO, char: str) -> None:
    structlog.get_logger("x").info("seen", path=f"a{char}b", thread=f"a{char}b")
    written = stream.getvalue()
    assert written.endswith("}\n")
    assert written[:-1].isascii()
    assert written[:-1].isprintable()
    assert lines(stream)[0]["path"] == f"a{char}b"


@pytest.fixture
def _taken_over(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        take_over_stderr()
        yield
        logging.captureWarnings(False)


@pytest.mark.usefixtures("_taken_over")
def test_what_a_thread_did_not_catch_is_a_line(
    stream: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    failing = threading.Thread(target=int, args=(CANARY,), name="failing")
    failing.start()
    failing.join()
    (line,) = lines(stream)
    assert (line["event"], line["thread"]) == ("thread_failed", "failing")
    assert line["exception"][0]["type"] == "builtins.ValueError"
    assert CANARY not in stream.getvalue()
    assert capfd.readouterr().err == ""


@pytest.mark.usefixtures("_taken_over")
def test_an_error_in_a_finaliser_is_a_line(stream: io.StringIO) -> None:
    class Failing:
        def __del__(self) -> None:
            int(CANARY)

    Failing()
    (line,) = lines(stream)
    assert line["event"] == "unraisable_error"
    assert CANARY not in stream.getvalue()


@pytest.mark.usefixtures("_taken_over")
def test_a_warning_is_a_line(stream: io.StringIO) -> None:
    warnings.warn("old\nways", stacklevel=1)
    (line,) = lines(stream)
    assert "old\nways" in line["event"]


@pytest.mark.parametrize(
    "name",
    [
        *("password", "api_key", "token", "X-Secret", "Authorization", "cookies", "comment"),
        *("prompt", "text", "username", "email", "tags", "request.body", "messages", "query"),
    ],
)
def test_personal_fields_are_masked(stream: io.StringIO, name: str) -> None:
    structlog.get_logger("x").info("seen", **{name: CANARY, "deep": {"ok": {name: [CANARY]}}})
    assert CANARY not in stream.getvalue()
    assert MASK in stream.getvalue()


def test_counts_times_and_ids_are_not_personal() -> None:
    user_id = new_id()
    assert masked("prompt_tokens", 7) == 7
    assert masked("token_id", 3) == 3
    assert masked("user_id", user_id) == str(user_id)
    assert masked("tokenizer", "bert") == "bert"


@pytest.mark.parametrize(
    "text",
    [
        f"Bearer {CANARY}",
        f"authorization: bearer {CANARY}",
        f"postgresql://glimpse:{CANARY}@host/db",
        f"password={CANARY}",
        f"GLIMPSE_SECRET: {CANARY}",
        f"gk_{CANARY}",
    ],
)
def test_credentials_in_messages_are_masked(text: str) -> None:
    assert CANARY not in without_credentials(f"before {text} after")
    assert "before" in without_credentials(f"before {text} after")


def test_an_exception_is_told_by_type_and_place(stream: io.StringIO) -> None:
    log = structlog.get_logger("x")
    try:
        try:
            int(CANARY)
        except ValueError as error:
            raise Invalid(f"“{CANARY}” is no number.") from error
    except Invalid:
        log.exception("failed")
    (line,) = lines(stream)
    assert CANARY not in stream.getvalue()
    first, cause = line["exception"]
    assert (first["type"], first["code"]) == ("core.errors.Invalid", "invalid")
    assert cause["type"] == "builtins.ValueError"
    assert cause["at"][-1].startswith("tests/core/test_logs.py:")


def test_errors_of_the_machine_keep_their_reason(stream: io.StringIO) -> None:
    try:
        raise ConnectionRefusedError(f"no answer from postgresql://u:{CANARY}@host")
    except OSError:
        logging.getLogger("x").exception("away")
    (line,) = lines(stream)
    assert line["exception"][0]["reason"] == f"no answer from postgresql://u:{MASK}@host"


def test_an_unknown_object_in_a_field_does_not_break_the_line(stream: io.StringIO) -> None:
    structlog.get_logger("x").info("seen", what=object(), nested={"a": {1, 2}})
    assert len(lines(stream)) == 1


def test_servers_do_not_tell_who_connected_nor_parsers_what_they_could_not_read(
    stream: io.StringIO,
) -> None:
    logging.getLogger("uvicorn.error").info('192.0.2.1:55 - "WebSocket /stream" [accepted]')
    logging.getLogger("python_multipart.multipart").warning("Expected boundary, got 104")
    assert lines(stream) == []
