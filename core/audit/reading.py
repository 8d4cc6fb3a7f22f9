"""Rows of the audit log as they leave the service, and what changed in them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from core.audit.types import AuditEntry, Change
from core.permissions import Face
from db.repositories.audit import AuditEntry as Row

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def who_and_whom(rows: Iterable[Row]) -> set[UUID]:
    """The ids of whoever did it, and of what it was done to."""
    return {id for row in rows for id in _ids(row.actor_id, row.target_id)}


def all_ids(row: Row) -> set[UUID]:
    """Every id that stands in the row, be it a person's or not."""
    return set(_ids(row.actor_id, row.target_id, row.before, row.after))


def entry(row: Row, names: Mapping[UUID, str]) -> AuditEntry:
    known = all_ids(row) & names.keys()
    return AuditEntry(
        id=row.id,
        at=row.at,
        action=row.action,
        actor_id=row.actor_id,
        role=row.role,
        face=Face(row.face),
        address=row.address,
        session_id=row.session_id,
        key_id=row.key_id,
        target_kind=row.target_kind,
        target_id=row.target_id,
        before=row.before or {},
        after=row.after or {},
        trace_id=row.trace_id,
        names={str(id): names[id] for id in known},
    )


def difference(entry: AuditEntry) -> tuple[Change, ...]:
    """What the entry tells fact by fact, first what changed."""
    names = dict.fromkeys((*entry.before, *entry.after))
    changes = [Change(name, entry.before.get(name), entry.after.get(name)) for name in names]
    return tuple(sorted(changes, key=lambda change: change.before == change.after))


def _ids(*values: Any) -> Iterator[UUID]:
    for value in values:
        if isinstance(value, UUID):
            yield value
        elif isinstance(value, Mapping):
            yield from _ids(*value.values())
        elif isinstance(value, list):
            yield from _ids(*value)
        elif isinstance(value, str) and _UUID.fullmatch(value):
            yield UUID(value)
