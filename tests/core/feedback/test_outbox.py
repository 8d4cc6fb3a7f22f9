"""What is put is on disk, in order, within bounds, for its owner only."""

import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.clock import now
from core.errors import TooLarge
from core.feedback.outbox import MAX_ENTRY_BYTES, Entry, Outbox, OutboxError
from core.ids import new_id

_SAID_AT = datetime(2026, 11, 29, 12, 0, 0, 123457, tzinfo=UTC)


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "var")


def entry(body: str = '{"n": 1}', at: datetime = _SAID_AT) -> Entry:
    return Entry(new_id(), new_id(), new_id(), new_id(), at, body)


def test_reading_makes_no_file(outbox: Outbox) -> None:
    assert (outbox.waiting(), outbox.refused_count(), outbox.due(10)) == (0, 0, [])
    outbox.remove([new_id()])
    assert not outbox.path.exists()


def test_what_is_put_comes_back_as_it_was_and_in_order(outbox: Outbox) -> None:
    given = [entry(f'{{"n": "第{n}"}}') for n in range(5)]
    for each in given:
        outbox.put(each)
    outbox.put(given[2])
    outbox.close()
    assert Outbox(outbox.path.parent).due(10) == given
    assert outbox.due(2) == given[:2]
    outbox.remove([given[0].id, given[1].id])
    assert (outbox.due(1), outbox.waiting()) == ([given[2]], 3)


def test_only_its_owner_reads_it(outbox: Outbox) -> None:
    outbox.put(entry())
    files = [outbox.path, *outbox.path.parent.glob("outbox.sqlite3-*")]
    assert len(files) == 3
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_every_commit_waits_for_the_disk(outbox: Outbox) -> None:
    outbox.put(entry())
    with outbox._using() as db:
        settings = [db.execute(f"pragma {name}").fetchone()[0] for name in ("synchronous",)]
        assert (settings, db.execute("pragma journal_mode").fetchone()[0]) == ([2], "wal")


def test_a_process_killed_after_a_put_has_kept_it(outbox: Outbox) -> None:
    script = f"""
import os, signal
from pathlib import Path
from core.feedback.outbox import Outbox
from tests.core.feedback.test_outbox import entry
outbox = Outbox(Path({str(outbox.path.parent)!r}))
for _ in range(3):
    outbox.put(entry())
os.kill(os.getpid(), signal.SIGKILL)
"""
    ended = subprocess.run([sys.executable, "-c", script], check=False)
    assert ended.returncode == -9
    assert outbox.waiting() == 3


def test_many_threads_and_two_processes_put_at_once(outbox: Outbox) -> None:
    other = Outbox(outbox.path.parent)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: (outbox, other)[n % 2].put(entry()), range(80)))
    assert outbox.waiting() == other.waiting() == 80


def test_one_put_off_does_not_hold_up_the_others(outbox: Outbox) -> None:
    first, second = entry(), entry()
    for each in (first, second):
        outbox.put(each)
    outbox.put_off(first.id, 60)
    assert outbox.due(10) == [second]
    assert outbox.waiting() == 2
    outbox.put_off(first.id, -1)
    (again, _) = outbox.due(10)
    assert (again.id, again.attempts) == (first.id, 2)


def test_what_is_refused_waits_no_more_until_it_is_tried_again(outbox: Outbox) -> None:
    first, second = entry(), entry()
    for each in (first, second):
        outbox.put(each)
    outbox.refuse(first.id, "no such run")
    assert (outbox.due(10), outbox.waiting(), outbox.refused_count()) == ([second], 1, 1)
    assert [each.refusal for each in outbox.refused(10)] == ["no such run"]
    outbox.again(first.id)
    assert outbox.due(10) == [first, second]


def test_the_last_word_on_a_run_comes_last(outbox: Outbox) -> None:
    early, late = entry(at=_SAID_AT), entry(at=now())
    late = Entry(late.id, early.user_id, late.session_id, early.run_id, late.said_at, "{}")
    for each in (late, early, entry()):
        outbox.put(each)
    assert outbox.of(early.user_id, early.run_id) == [early, late]
    assert outbox.of(early.user_id, new_id()) == []


def test_a_full_outbox_says_so_and_keeps_what_it_has(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, max_waiting=2)
    for _ in range(2):
        outbox.put(entry())
    with pytest.raises(OutboxError, match="keeps 2 ratings") as full:
        outbox.put(entry())
    assert full.value.facts == {"max_waiting": 2}
    outbox.refuse(outbox.due(1)[0].id, "refused ones do not count")
    outbox.put(entry())
    assert outbox.waiting() == 2


def test_the_file_has_a_largest_size(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, max_bytes=2**17)
    while outbox.waiting() < 8:
        outbox.put(entry("x" * 10_000))
    with pytest.raises(OutboxError, match="full"):
        outbox.put(entry("x" * 60_000))
    assert outbox.waiting() == 8
    assert outbox.path.stat().st_size <= 2**17
    outbox.remove([each.id for each in outbox.due(100)])
    outbox.put(entry())


def test_one_entry_has_a_largest_size(outbox: Outbox) -> None:
    with pytest.raises(TooLarge):
        outbox.put(entry("x" * (MAX_ENTRY_BYTES + 1)))
    assert outbox.waiting() == 0


def test_a_damaged_file_is_an_error_and_stays_as_it_is(outbox: Outbox) -> None:
    outbox.path.parent.mkdir()
    outbox.path.write_bytes(b"no database" * 1000)
    with pytest.raises(OutboxError, match="cannot be used") as damaged:
        outbox.put(entry())
    assert isinstance(damaged.value.__cause__, sqlite3.Error)
    assert outbox.path.read_bytes().startswith(b"no database")


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutboxError, match="cannot be used"):
        Outbox(tmp_path / "file" / "var").put(entry())
