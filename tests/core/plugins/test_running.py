"""A plugin's failure is its own: told with its name, in time, and without harm to others."""

import json
import threading
from collections.abc import Iterator

import pytest

from core.errors import LimitReached
from core.plugins.running import Runner
from core.plugins.types import PluginFailed
from core.trace import current_trace_id, trace
from tests.conftest import captured_logs


def test_bytes_come_whole_or_in_pieces() -> None:
    runner = Runner()
    assert runner.collect("exporter", "x", lambda: b"all") == b"all"
    assert runner.collect("exporter", "x", lambda: iter((b"a", b"", b"b"))) == b"ab"


def _broken() -> Iterator[bytes]:
    yield b"half"
    raise OSError("disk")


@pytest.mark.parametrize("error", [ValueError("secret"), SystemExit(1), TimeoutError()])
def test_whatever_it_raises_is_its_failure(error: BaseException) -> None:
    def work() -> bytes:
        raise error

    with pytest.raises(PluginFailed, match="The exporter “x” failed; try again") as failed:
        Runner().collect("exporter", "x", work)
    assert "secret" not in failed.value.message


def test_one_that_breaks_in_the_middle_gives_nothing() -> None:
    with captured_logs("info") as logged, pytest.raises(PluginFailed, match="failed"):
        Runner().collect("exporter", "x", _broken)
    line = json.loads(logged.getvalue())
    assert (line["event"], line["kind"], line["plugin"]) == ("plugin_failed", "exporter", "x")
    assert "OSError" in logged.getvalue()


def test_what_is_no_bytes_or_too_much_is_refused() -> None:
    with pytest.raises(PluginFailed, match="gave str where bytes are due"):
        Runner().collect("exporter", "x", lambda: ["text"])  # type: ignore[list-item]
    endless = iter(lambda: b"x" * 100, b"")
    with pytest.raises(PluginFailed, match="more than"):
        Runner(max_bytes=1000).collect("exporter", "x", lambda: endless)


def test_one_that_hangs_is_left_behind_and_keeps_only_its_own_places() -> None:
    runner, go_on = Runner(max_seconds=0.05), threading.Event()
    for _ in range(2):
        with pytest.raises(PluginFailed, match="took longer than"):
            runner.run("exporter", "slow", lambda: go_on.wait(20))
    with pytest.raises(LimitReached, match="The exporter “slow” is busy"):
        runner.run("exporter", "slow", lambda: None)
    assert runner.run("exporter", "other", lambda: 7) == 7
    go_on.set()


def test_a_plugin_logs_under_the_trace_of_the_request() -> None:
    with trace("abc"):
        assert Runner().run("exporter", "x", current_trace_id) == "abc"
