"""A key's row, as it leaves this area and as the audit log tells of it."""

from core.accounts.types import KeyInfo
from core.audit.recording import record
from core.audit.types import Action, Target
from core.permissions import Actor, Scope
from db.repositories.credentials import ApiKey, User
from db.session import Session


def recorded(session: Session, actor: Actor, action: Action, key: ApiKey) -> None:
    """Everything but the label, which is its owner's word."""
    facts = {
        "user_id": str(key.user_id),
        "scopes": key.scopes,
        "expires_at": None if key.expires_at is None else key.expires_at.isoformat(),
    }
    record(session, actor, action, (Target.KEY, key.id), after=facts)


def key_info(key: ApiKey, owner: User) -> KeyInfo:
    return KeyInfo(
        id=key.id,
        username=owner.username,
        label=key.label,
        prefix=key.prefix,
        scopes=scopes_of(key),
        created_at=key.created_at,
        expires_at=key.expires_at,
        last_used_at=key.last_used_at,
        revoked_at=key.revoked_at,
    )


def scopes_of(key: ApiKey) -> frozenset[Scope] | None:
    return None if key.scopes is None else frozenset(map(Scope, key.scopes))
