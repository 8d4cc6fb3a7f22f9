"""The audit log's SQL: which conditions there are, and what an export of it reads."""

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, and_, cast, func, or_, select
from sqlalchemy.orm import aliased

from db.models import AuditEntry, User
from db.repositories.exports import safe, utc

AnySelect = Select[*tuple[Any, ...]]
Criteria = Mapping[str, Any]
"""Condition name to value; names outside `CONDITIONS` raise `KeyError`."""

QUOTED = ("actor", "address", "target_id", "target", "before", "after", "trace_id")
"""Columns of an export that are always in quotes."""

_Target = aliased(User, name="targets")


def where_audit(criteria: Criteria) -> list[ColumnElement[bool]]:
    return [CONDITIONS[name](value) for name, value in criteria.items()]


def export_statement(criteria: Criteria) -> AnySelect:
    """Every matching entry, newest first, with the names that people have today."""
    return (
        select(
            AuditEntry.id,
            utc(AuditEntry.at).label("at"),
            AuditEntry.action,
            AuditEntry.actor_id,
            safe(User.username).label("actor"),
            AuditEntry.role,
            AuditEntry.face,
            safe(AuditEntry.address).label("address"),
            AuditEntry.session_id,
            AuditEntry.key_id,
            AuditEntry.target_kind,
            safe(AuditEntry.target_id).label("target_id"),
            safe(_Target.username).label("target"),
            cast(AuditEntry.before, Text).label("before"),
            cast(AuditEntry.after, Text).label("after"),
            safe(AuditEntry.trace_id).label("trace_id"),
        )
        .outerjoin(User, User.id == AuditEntry.actor_id)
        .outerjoin(
            _Target,
            and_(
                AuditEntry.target_kind == "user",
                cast(_Target.id, Text) == AuditEntry.target_id,
            ),
        )
        .where(*where_audit(criteria))
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    )


def _done_by(name: str) -> ColumnElement[bool]:
    id = select(User.id).where(func.lower(User.username) == name.lower())
    return AuditEntry.actor_id == id.scalar_subquery()


def _done_to(name: str) -> ColumnElement[bool]:
    id = select(cast(User.id, Text)).where(func.lower(User.username) == name.lower())
    return and_(AuditEntry.target_kind == "user", AuditEntry.target_id == id.scalar_subquery())


def _concerns(people: Collection[UUID]) -> ColumnElement[bool]:
    """Known ids, and no subquery for them: only so does one index for each side answer."""
    done_to = AuditEntry.target_id.in_([str(id) for id in people])
    return or_(AuditEntry.actor_id.in_(people), and_(AuditEntry.target_kind == "user", done_to))


CONDITIONS: Mapping[str, Callable[[Any], ColumnElement[bool]]] = MappingProxyType(
    {
        "since": lambda at: AuditEntry.at >= at,
        "until": lambda at: AuditEntry.at < at,
        "action": lambda actions: AuditEntry.action.in_(actions),
        "by": _done_by,
        "to": _done_to,
        "kind": lambda kind: AuditEntry.target_kind == kind,
        "id": lambda id: AuditEntry.target_id == id,
        "face": lambda face: AuditEntry.face == face,
        "address": lambda address: AuditEntry.address == address,
        "trace": lambda trace: AuditEntry.trace_id == trace,
        "people": _concerns,
    }
)
