"""The life of an embedded server: start, reuse, kill, recovery, stop."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from db import embedded

ROOT = Path(__file__).resolve().parents[2]


def query(url: str, statement: str) -> Any:
    """The first cell of the answer, or None."""
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            row = cursor.fetchone() if cursor.description else None
    return row and row[0]


def server_id(home: Path) -> int:
    return int((home / "pg18" / "postmaster.pid").read_text().splitlines()[0])


def ensure_elsewhere(home: Path) -> "subprocess.Popen[str]":
    """Call `ensure` in a process of its own, which prints the address."""
    code = (
        "import sys, pathlib, db.embedded as e; print(e.ensure(pathlib.Path(sys.argv[1])), end='')"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code, str(home)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def wait_until(true: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)


def test_keeps_its_data_over_a_stop_and_a_warm_start(home: Path) -> None:
    assert embedded.status(home).state == "absent"
    url = embedded.ensure(home)
    assert embedded.status(home).state == "running"
    query(url, "create table kept as select 42 as answer")
    embedded.stop(home)
    assert embedded.status(home).state == "stopped"
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(url)
    assert embedded.ensure(home) == url
    assert query(url, "select answer from kept") == 42


def test_a_second_ensure_reuses_the_running_server(shared_home: Path) -> None:
    url = embedded.ensure(shared_home)
    first = server_id(shared_home)
    assert embedded.ensure(shared_home) == url
    assert server_id(shared_home) == first


def test_many_processes_may_ensure_a_new_server_at_once(home: Path) -> None:
    processes = [ensure_elsewhere(home) for _ in range(4)]
    answers = {process.communicate(timeout=60)[0] for process in processes}
    assert [process.returncode for process in processes] == [0] * 4
    assert answers == {embedded.ensure(home)}, "and the server outlives those who started it"


def test_recovers_a_killed_server_with_all_that_was_committed(shared_home: Path) -> None:
    url = embedded.ensure(shared_home)
    query(url, "create table survivors as select generate_series(1, 1000) as n")
    killed = server_id(shared_home)
    os.kill(killed, signal.SIGKILL)
    assert embedded.ensure(shared_home) == url
    assert server_id(shared_home) != killed
    assert query(url, "select count(*) from survivors") == 1000


def test_waits_for_what_is_left_of_a_killed_server(shared_home: Path) -> None:
    url = embedded.ensure(shared_home)
    busy = "select count(*) from generate_series(1, 3000000) as a(n) where n % 7 = 0"

    def work_on() -> None:
        with pytest.raises(psycopg2.OperationalError):
            query(url, f"select ({busy}) + ({busy}) + pg_sleep(60)::text::int")

    worker = threading.Thread(target=work_on)
    worker.start()
    active = "select count(*) from pg_stat_activity where query like 'select (select%'"
    wait_until(lambda: query(url, active))
    os.kill(server_id(shared_home), signal.SIGKILL)
    embedded.ensure(shared_home)
    worker.join()
    assert query(url, "select 1") == 1


def test_a_stranger_with_the_old_process_id_is_left_alone(shared_home: Path) -> None:
    url = embedded.ensure(shared_home)
    pid_file = shared_home / "pg18" / "postmaster.pid"
    old = pid_file.read_text()
    os.kill(server_id(shared_home), signal.SIGKILL)
    with subprocess.Popen(["sleep", "60"]) as stranger:
        try:
            pid_file.write_text(old.replace(old.splitlines()[0], str(stranger.pid), 1))
            embedded.stop(shared_home)
            assert stranger.poll() is None
            assert embedded.ensure(shared_home) == url
            assert query(url, "select 1") == 1
            embedded.stop(shared_home)
            assert stranger.poll() is None
        finally:
            stranger.kill()


def test_a_first_start_that_was_killed_begins_anew(home: Path) -> None:
    launcher = ensure_elsewhere(home)
    wait_until(lambda: (home / "cluster.new" / "PG_VERSION").exists())
    launcher.kill()
    launcher.communicate()
    assert embedded.status(home).state == "absent"
    assert query(embedded.ensure(home), "select 1") == 1
    assert not (home / "cluster.new").exists()


def test_a_server_that_cannot_start_says_why(shared_home: Path) -> None:
    embedded.ensure(shared_home)
    embedded.stop(shared_home)
    settings = shared_home / "pg18" / "postgresql.conf"
    sound = settings.read_text()
    settings.write_text(f"{sound}\nno_such_setting = 1\n")
    with pytest.raises(embedded.EmbeddedError, match=r"does not start(?s:.*)no_such_setting"):
        embedded.ensure(shared_home)
    settings.write_text(sound)
    embedded.ensure(shared_home)


def test_stopping_where_nothing_runs_does_nothing(home: Path) -> None:
    embedded.stop(home)
    embedded.stop(home / "nothing")
    assert list(home.iterdir()) == [home / "launcher.lock"]


def test_the_last_of_its_users_stops_it(shared_home: Path) -> None:
    embedded.stop(shared_home)
    first, second = embedded.Share(shared_home), embedded.Share(shared_home)
    url = first.begin()
    assert second.begin() == url
    first.leave()
    assert query(url, "select 1") == 1
    second.leave()
    assert embedded.status(shared_home).state == "stopped"


def test_one_that_is_to_stay_is_left_running(shared_home: Path) -> None:
    embedded.ensure(shared_home)
    embedded.keep(shared_home)
    user = embedded.Share(shared_home)
    user.begin()
    user.leave()
    assert embedded.status(shared_home).state == "running"


def test_the_servers_log_quotes_nothing_that_was_written(home: Path) -> None:
    url = embedded.ensure(home)
    query(url, "create table people (name text primary key)")
    query(url, "insert into people values ('CANARY')")
    with pytest.raises(psycopg2.IntegrityError):
        query(url, "insert into people values ('CANARY')")
    query(url, "select pg_sleep(1.2), 'CANARY'")
    log = embedded.status(home).log.read_text()
    assert "duplicate key" in log
    assert "CANARY" not in log
