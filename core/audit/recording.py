"""Writing to the audit log: one row, in the transaction of what it tells of."""

from collections.abc import Mapping
from uuid import UUID

from core.audit.types import Action, Target
from core.ids import new_id
from core.permissions import Actor, Face
from core.trace import current_trace_id
from db.repositories.audit import AuditRepository
from db.session import Session

Facts = Mapping[str, object]


def record(
    session: Session,
    actor: Actor,
    action: Action,
    target: tuple[Target, object] | None = None,
    *,
    before: Facts | None = None,
    after: Facts | None = None,
) -> None:
    """Note what `actor` does; it stands in the log if, and only if, `session` is committed.

    Parameters
    ----------
    target : the kind of thing it is done to, and its id.
    before, after : the facts that change, as JSON holds them. Never a secret, a name that only
        its owner should be known by, or what somebody wrote: people are named by their ids, and
        what was written is told by its length.
    """
    AuditRepository(session).add(
        id=new_id(),
        action=action,
        actor_id=actor.user_id if actor.user_id.int else None,
        role=actor.role,
        face=actor.face,
        address=actor.address,
        session_id=actor.session_id,
        key_id=actor.key_id,
        target=target,
        before=before,
        after=after,
        trace_id=current_trace_id(),
    )


def record_stranger(
    session: Session,
    action: Action,
    *,
    face: Face,
    address: str | None,
    user_id: UUID | None = None,
    after: Facts | None = None,
) -> None:
    """The same for somebody who has not shown who they are, at most whom they wanted to be."""
    AuditRepository(session).add(
        id=new_id(),
        action=action,
        actor_id=None,
        role=None,
        face=face,
        address=address,
        session_id=None,
        key_id=None,
        target=None if user_id is None else (Target.USER, user_id),
        before=None,
        after=after,
        trace_id=current_trace_id(),
    )
