"""The audit log only grows: whatever the application's role sends, what stands in it stays."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError

from core.config import ROOT
from core.ids import new_id
from db.embedded.place import APP, SUPERUSER, place_of
from db.migrate import upgrade
from db.models import AuditEntry
from db.session import Database, Session
from tests.db.conftest import Away

KEPT = timedelta(days=365)


def entry(age: timedelta = timedelta(0)) -> AuditEntry:
    return AuditEntry(
        id=new_id(),
        at=datetime.now(UTC) - age,
        action="signed_in",
        face="ui",
        trace_id="t",
        after={"method": "password"},
    )


def stored(database: Database) -> list[tuple[object, ...]]:
    with database.unit_of_work() as session:
        return [tuple(row) for row in session.execute(text("select * from audit_log order by id"))]


def changed_object(session: Session) -> None:
    session.scalars(select(AuditEntry)).one().action = "signed_out"
    session.flush()


def deleted_object(session: Session) -> None:
    session.delete(session.scalars(select(AuditEntry)).one())
    session.flush()


def overwritten(session: Session) -> None:
    row = session.scalars(select(AuditEntry)).one()
    values = {"id": row.id, "at": row.at, "action": "x", "face": "ui", "trace_id": "t"}
    adding = insert(AuditEntry).values(**values)
    session.execute(adding.on_conflict_do_update(index_elements=["id"], set_={"action": "x"}))


def sends(statement: str) -> Callable[[Session], object]:
    return lambda session: session.execute(text(statement))


REWRITING: dict[str, Callable[[Session], object]] = {
    "an object changed": changed_object,
    "an object deleted": deleted_object,
    "update": lambda session: session.execute(update(AuditEntry).values(actor_id=None)),
    "delete": lambda session: session.execute(delete(AuditEntry)),
    "upsert": overwritten,
    **{
        statement: sends(statement)
        for statement in (
            "update audit_log set after = null",
            "update audit_log set at = now() - interval '400 days'",
            "delete from audit_log where action = 'signed_in'",
            "truncate audit_log",
            "truncate users, audit_log cascade",
            "with gone as (delete from audit_log returning 1) select count(*) from gone",
            "merge into audit_log a using (select 1) s on true when matched then delete",
        )
    },
}


@pytest.mark.parametrize("way", REWRITING)
def test_no_statement_of_the_application_rewrites_it(database: Database, way: str) -> None:
    with database.unit_of_work() as session:
        session.add(entry())
    before = stored(database)
    with (
        pytest.raises(DBAPIError, match="the audit log only grows"),
        database.unit_of_work() as session,
    ):
        REWRITING[way](session)
    assert stored(database) == before


def test_what_is_older_than_a_year_may_go_and_nothing_else(database: Database) -> None:
    old, young = entry(KEPT + timedelta(hours=1)), entry(KEPT - timedelta(hours=1))
    with database.unit_of_work() as session:
        session.add_all([old, young])
    with pytest.raises(DBAPIError, match="only grows"), database.unit_of_work() as session:
        session.execute(delete(AuditEntry))
    with pytest.raises(DBAPIError, match="only grows"), database.unit_of_work() as session:
        session.execute(update(AuditEntry).where(AuditEntry.id == old.id).values(action="x"))
    with database.unit_of_work() as session:
        session.execute(delete(AuditEntry).where(AuditEntry.id == old.id))
    assert [row[0] for row in stored(database)] == [young.id]


def test_a_role_that_owns_no_table_cannot_switch_the_guard_off(
    fresh: Database, shared_home: Path
) -> None:
    """With the roles split as the guide says, in its own words."""
    upgrade(fresh.engine)
    place = place_of(shared_home)
    guide = (ROOT / "docs" / "database.md").read_text()
    statements = guide.partition("```sql")[2].partition("```")[0]
    superuser = Database(place.address(SUPERUSER, APP), Away)
    with superuser.unit_of_work() as session:
        session.execute(text(statements.replace("choose-one", place.password("glimpse_app"))))
    app = Database(place.address("glimpse_app", APP), Away)
    upgrade(app.engine)
    with app.unit_of_work() as session:
        session.add(entry())
    before = stored(app)
    for statement in (
        "update audit_log set after = null",
        "truncate audit_log",
        "delete from audit_log",
        "alter table audit_log disable trigger all",
        "drop trigger audit_log_kept on audit_log",
        "set session_replication_role = replica",
        "drop table audit_log",
    ):
        with pytest.raises(DBAPIError), app.unit_of_work() as session:
            session.execute(text(statement))
    assert stored(app) == before
    app.close()
    superuser.close()
