"""The migrations make exactly the tables the models describe, whoever runs them."""

import subprocess
import sys
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, text

from db.migrate import MIGRATIONS, MigrationError, is_current, upgrade
from db.models import Base
from db.session import Database
from tests.db.test_embedded import ROOT

_COLUMNS = """
    select table_name, column_name, udt_name, is_nullable, column_default, generation_expression
    from information_schema.columns
    where table_schema = :schema and table_name !~ 'alembic|procrastinate'
"""
_CONSTRAINTS = """
    select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint
    where connamespace = cast(:schema as regnamespace) and conrelid <> 0
        and conrelid::regclass::text !~ 'alembic|procrastinate'
"""
_INDEXES = """
    select indexdef from pg_indexes
    where schemaname = :schema and indexdef !~ 'alembic|procrastinate'
"""
_FIRST_VERSION = (
    "insert into users (id, username, password_hash, role)"
    " values (gen_random_uuid(), 'ann', '-', 'analyst')",
    "insert into models (id, task, name, revision, source)"
    " values (gen_random_uuid(), 'detection', 'shapes', 'r1', 'x')",
    "insert into runs"
    " (id, user_id, face, trace_id, task, model_id, prompt, params, status, output)"
    " select gen_random_uuid(), users.id, 'ui', 't', 'detection', models.id, 'a cat',"
    """ '{"box_threshold": 0.4, "text_threshold": 0.3}', 'done',"""
    """ '{"detections": [{"score": 0.8}, {"score": 0.4}, {"score": 0.35}]}'"""
    " from users, models",
)


def test_four_processes_may_upgrade_at_once(fresh: Database) -> None:
    assert not is_current(fresh.engine)
    code = (
        "import sys; from sqlalchemy import create_engine; from db.migrate import upgrade;"
        "upgrade(create_engine(sys.argv[1]))"
    )
    url = fresh.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", code, url]
    processes = [
        subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(4)
    ]
    said = [process.communicate(timeout=60)[1] for process in processes]
    assert [process.returncode for process in processes] == [0] * 4, said
    assert is_current(fresh.engine)


def test_runs_of_the_first_version_are_kept_as_computed_ones(fresh: Database) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with fresh.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for statement in _FIRST_VERSION:
            connection.execute(text(statement))
        connection.commit()
    upgrade(fresh.engine)
    with fresh.unit_of_work() as session:
        kept = session.execute(text("select prompt, cached, request_hash, boxes from runs")).all()
    assert [tuple(row) for row in kept] == [("a cat", False, None, 2)]


def test_no_time_is_lost_on_compressing_picture_files(database: Database) -> None:
    storage = """
        select attstorage::text from pg_attribute
        where attrelid = 'images'::regclass and attname = 'content'
    """
    with database.unit_of_work() as session:
        assert session.scalar(text(storage)) == "e"


def test_equal_runs_are_found_through_their_index(database: Database) -> None:
    looked_up = """
        explain select output from runs
        where request_hash = '\\x00' and status = 'done' and task = 'detection'
        order by created_at desc limit 1
    """
    with database.unit_of_work() as session:
        session.execute(text("set local enable_seqscan = off"))
        plan = "\n".join(session.scalars(text(looked_up)))
    assert "Index Scan using ix_runs_request" in plan
    assert "Sort" not in plan


def test_refuses_a_database_of_a_newer_version(fresh: Database) -> None:
    upgrade(fresh.engine)
    with fresh.unit_of_work() as session:
        session.execute(text("update alembic_version set version_num = 'from the future'"))
    assert not is_current(fresh.engine)
    with pytest.raises(MigrationError, match="newer version"):
        upgrade(fresh.engine)


def test_alembic_finds_nothing_to_migrate(database: Database) -> None:
    with database.engine.connect() as connection:
        options = {
            "compare_type": True,
            "compare_server_default": True,
            "include_name": lambda name, *_: not (name or "").startswith("procrastinate"),
        }
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []


def test_migrated_tables_equal_those_made_from_the_models(database: Database) -> None:
    """Alembic compares neither check constraints nor expressions; the catalogue shows them all."""
    with database.engine.connect() as connection:
        connection.execute(text("create schema from_models"))
        connection.execute(text("set local search_path to from_models, public"))
        Base.metadata.create_all(connection, checkfirst=False)
        for statement in (_COLUMNS, _CONSTRAINTS, _INDEXES):
            migrated = catalogue(connection, statement, "public")
            assert migrated == catalogue(connection, statement, "from_models")
            assert migrated
        connection.rollback()


def catalogue(connection: Connection, statement: str, schema: str) -> set[tuple[Any, ...]]:
    """The rows of a catalogue query, without the names of the two schemas."""

    def plain(cell: object) -> object:
        if not isinstance(cell, str):
            return cell
        return cell.replace("public.", "").replace("from_models.", "")

    rows = connection.execute(text(statement), {"schema": schema})
    return {tuple(plain(cell) for cell in row) for row in rows}


@pytest.mark.parametrize(
    ("phrase", "found"),
    [
        ("边界框", True),
        ("框边", False),
        ("VERY good", True),
        ("good very", False),
        ("naïve", True),
        ("box", False),
        ("ボックス", True),
        ("“naïve”", True),
    ],
)
def test_comments_are_searched_by_phrases_in_any_script(
    database: Database, phrase: str, found: bool
) -> None:
    comment = "Very good boxes, naïve”—这个边界框很好，谢谢！ボックス"
    search = text("select feedback_search(:comment) @@ feedback_query(:phrase)")
    with database.unit_of_work() as session:
        answer = session.scalar(search, {"comment": comment, "phrase": phrase})
    assert answer is found


def test_a_role_that_may_not_make_tables_is_told_so(fresh: Database) -> None:
    nowhere = {"options": "-c search_path=nowhere"}
    engine = create_engine(fresh.engine.url, connect_args=nowhere)
    with pytest.raises(MigrationError, match="refuses to be prepared"):
        upgrade(engine)
    engine.dispose()
