"""What the parts of the account service share."""

import hashlib
import secrets
from dataclasses import dataclass

from core.accounts.types import UserInfo
from core.config import Settings
from core.permissions import Actor, Face, Role
from db.repositories.credentials import Session as SessionRow
from db.repositories.credentials import User
from db.session import Database


@dataclass
class AccountPart:
    database: Database
    settings: Settings


def new_secret() -> str:
    """32 random bytes, fit for a cookie, a header or a page."""
    return secrets.token_urlsafe(32)


def fingerprint(secret: str) -> bytes:
    """SHA-256: enough for secrets that are random in all their 32 bytes."""
    return hashlib.sha256(secret.encode()).digest()


def session_actor(row: SessionRow, user: User, address: str | None = None) -> Actor:
    return Actor(
        user_id=user.id,
        username=user.username,
        role=Role(user.role),
        face=Face.UI,
        session_id=row.id,
        must_change_password=user.must_change_password,
        address=address,
    )


def user_info(user: User) -> UserInfo:
    return UserInfo(
        id=user.id,
        username=user.username,
        role=Role(user.role),
        active=user.active,
        must_change_password=user.must_change_password,
        created_at=user.created_at,
        last_seen_at=user.last_seen_at,
        demo=user.demo,
        has_password=user.password_hash is not None,
        erase_at=user.erase_at,
        erased_at=user.erased_at,
    )
