"""Somebody who may look into the audit log, and somebody who may not."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from core.audit.service import AuditService
from core.ids import new_id
from core.permissions import Actor, Role
from db.models import AuditEntry
from db.session import Database
from tests.core.review import rows


@pytest.fixture
def audit(database: Database) -> AuditService:
    return AuditService(database)


@pytest.fixture
def root(database: Database) -> Actor:
    return rows.person(database, "root", Role.ADMIN)


@pytest.fixture
def wei(database: Database) -> Actor:
    return rows.person(database, "wei")


def noted(
    database: Database, by: Actor | None = None, *, at: datetime = rows.NOON, **columns: Any
) -> UUID:
    """An entry as it is stored; a sign-in through the pages unless `columns` say else."""
    values: dict[str, Any] = {"action": "signed_in", "face": "ui", "trace_id": new_id().hex}
    values |= {"actor_id": by and by.user_id, "role": by and by.role} | columns
    row = AuditEntry(id=new_id(), at=at, **values)
    with database.unit_of_work() as session:
        session.add(row)
    return row.id
