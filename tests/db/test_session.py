"""One place commits; an absent server is told from a wrong statement."""

from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

import db.session
from core.errors import Unavailable
from db import embedded
from db.models import Model
from db.session import Database
from tests.db.conftest import Away


def model(name: str = "shapes", task: str = "detection") -> Model:
    return Model(id=uuid4(), task=task, name=name, revision="1", source="bundled")


def count(session: Session) -> int:
    return session.scalars(select(func.count()).select_from(Model)).one()


def test_commits_where_the_block_ends(database: Database) -> None:
    with database.unit_of_work() as session:
        session.add(model())
    with database.unit_of_work() as session:
        assert count(session) == 1


def test_rolls_back_where_the_block_raises(database: Database) -> None:
    def work() -> None:
        with database.unit_of_work() as session:
            session.add(model())
            session.flush()
            raise KeyError

    with pytest.raises(KeyError):
        work()
    with database.unit_of_work() as session:
        assert count(session) == 0


def test_rows_stay_readable_after_the_commit(database: Database) -> None:
    with database.unit_of_work() as session:
        session.add(row := model("kept"))
    assert row.name == "kept"


def test_each_test_finds_clean_tables(database: Database) -> None:
    with database.unit_of_work() as session:
        assert count(session) == 0


def test_a_broken_rule_is_not_an_absent_server(database: Database) -> None:
    with pytest.raises(IntegrityError, match="ck_models_task"), database.unit_of_work() as session:
        session.add(model(task="painting"))


def test_a_slow_statement_is_not_an_absent_server(database: Database) -> None:
    slow = text("set local statement_timeout = 50; select pg_sleep(5)")
    with pytest.raises(DBAPIError, match="statement timeout"), database.unit_of_work() as session:
        session.execute(slow)


def test_an_absent_server_raises_the_error_of_the_caller() -> None:
    database = Database(
        "postgresql://nobody@/nowhere?host=/nowhere", lambda: Unavailable("The database is away.")
    )
    with pytest.raises(Unavailable):
        database.ping()
    database.close()


def test_works_again_by_itself_after_a_restart(fresh: Database, shared_home: Path) -> None:
    fresh.ping()
    embedded.stop(shared_home)
    with pytest.raises(Away):
        fresh.ping()
    embedded.ensure(shared_home)
    fresh.ping()


def test_a_restart_between_two_uses_goes_unnoticed(fresh: Database, shared_home: Path) -> None:
    fresh.ping()
    embedded.stop(shared_home)
    embedded.ensure(shared_home)
    fresh.ping()


def test_only_a_connection_that_lay_idle_is_asked_before_its_use(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(database.engine.dialect, "do_ping", asked.append)
    database.engine.dispose()
    counts = []
    for moment in (0.0, 0.02, 10.0):
        monkeypatch.setattr(db.session, "monotonic", lambda moment=moment: moment)
        database.ping()
        counts.append(len(asked))
    assert counts == [0, 0, 1]


def test_a_server_that_goes_in_mid_work_raises_the_error_of_the_caller(
    fresh: Database, shared_home: Path
) -> None:
    def work() -> None:
        with fresh.unit_of_work() as session:
            session.execute(text("select 1"))
            embedded.stop(shared_home)
            session.execute(text("select 1"))

    with pytest.raises(Away):
        work()
