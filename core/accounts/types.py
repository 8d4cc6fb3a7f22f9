"""What leaves the accounts area."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from core.clock import now
from core.permissions import Actor, Role, Scope

COOKIE_NAME = "glimpse_session"


def cookie_name(public_url: str | None) -> str:
    """What the browser's session cookie is called.

    Where people come over TLS it is bound to this very host by its name: no neighbour under the
    same domain can plant another one.
    """
    return f"__Host-{COOKIE_NAME}" if (public_url or "").startswith("https:") else COOKIE_NAME


class SignInMethod(StrEnum):
    PASSWORD = "password"  # noqa: S105
    SSO = "sso"


@dataclass(frozen=True)
class SignedIn:
    session_id: UUID
    actor: Actor


class UserState(StrEnum):
    """Each person is in exactly one."""

    ACTIVE = "active"
    TEMPORARY = "temporary password"
    """Let in to choose a password of their own, and for nothing else until then."""
    DISABLED = "disabled"
    DEMO = "demo"
    LEAVING = "to be erased"
    ERASED = "erased"


@dataclass(frozen=True)
class SessionInfo:
    """A sign-in that is good now."""

    id: UUID
    user_id: UUID
    created_at: datetime
    seen_at: datetime
    """Its last use, to the minute."""
    expires_at: datetime
    """By then it ends, however much it is used."""
    address: str | None
    browser: str | None
    """Where it began, as in “Chromium on Linux”."""
    method: SignInMethod
    current: bool
    """Whether it is the one that asks."""


@dataclass(frozen=True)
class UserInfo:
    id: UUID
    username: str
    role: Role
    active: bool
    must_change_password: bool
    created_at: datetime
    last_seen_at: datetime | None
    demo: bool = False
    has_password: bool = True
    """Without one they sign in elsewhere only."""
    erase_at: datetime | None = None
    erased_at: datetime | None = None

    @property
    def state(self) -> UserState:
        if self.erased_at is not None:
            return UserState.ERASED
        if self.erase_at is not None:
            return UserState.LEAVING
        if not self.active:
            return UserState.DEMO if self.demo else UserState.DISABLED
        return UserState.TEMPORARY if self.must_change_password else UserState.ACTIVE


@dataclass(frozen=True)
class IdentityInfo:
    """Who somebody is at an identity provider."""

    issuer: str
    subject: str
    created_at: datetime
    last_used_at: datetime | None
    """By the provider's clock."""


@dataclass(frozen=True)
class KeyInfo:
    id: UUID
    username: str
    label: str
    prefix: str
    scopes: frozenset[Scope] | None
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None

    @property
    def expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= now()


@dataclass(frozen=True)
class NewKey:
    """A key as it is shown, once."""

    info: KeyInfo
    secret: str


@dataclass(frozen=True)
class CookieChange:
    """What the browser's session cookie becomes: `token` for `max_age_s`, or nothing."""

    token: str | None
    max_age_s: int
