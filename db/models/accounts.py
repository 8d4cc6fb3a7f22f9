"""People, their sessions and their keys. Tokens and keys are stored as SHA-256 only."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Created, IdPk, Sha256


class User(Base):
    __tablename__ = "users"

    id: Mapped[IdPk]
    username: Mapped[str]
    password_hash: Mapped[str | None]
    """None: signs in elsewhere only."""
    role: Mapped[str]
    role_from_claim: Mapped[bool] = mapped_column(server_default=text("false"))
    """Whether the identity provider says the role anew at every sign-in."""
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    must_change_password: Mapped[bool] = mapped_column(server_default=text("false"))
    epoch: Mapped[int] = mapped_column(server_default=text("0"))
    """Raised to end every session at once: a session is valid only at the epoch it began in."""
    demo: Mapped[bool] = mapped_column(server_default=text("false"))
    """Made up, with all runs and ratings of theirs; can be cleared away."""
    created_at: Mapped[Created]
    last_seen_at: Mapped[datetime | None]
    erase_at: Mapped[datetime | None]
    """When everything of theirs is to be erased; until then that can be taken back."""
    erased_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("role in ('guest', 'analyst', 'admin')", name="role"),
        Index("uq_users_username_lower", func.lower(text("username")), unique=True),
    )


class Session(Base):
    """A sign-in. `token_hash` stays empty until the browser fetches its cookie."""

    __tablename__ = "sessions"

    id: Mapped[IdPk]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[Sha256 | None] = mapped_column(unique=True)
    epoch: Mapped[int]
    created_at: Mapped[Created]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    seen_at: Mapped[Created]
    """Its last use, to the minute: a sign-in that rests too long ends."""
    address: Mapped[str | None]
    agent: Mapped[str | None]
    """Browser and system, as in “Chromium on Linux”."""
    method: Mapped[str] = mapped_column(server_default="password")
    revoked_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("method in ('password', 'sso')", name="method"),
        Index(None, "user_id", "address"),
    )


class CookieTicket(Base):
    """One-time ticket, good for a minute, against which the browser gets or drops its cookie."""

    __tablename__ = "cookie_tickets"

    ticket_hash: Mapped[Sha256] = mapped_column(primary_key=True)
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    """None: the ticket clears the cookie."""
    expires_at: Mapped[datetime]


class SignInAttempt(Base):
    """A password that was looked at and was not, or not yet, found right."""

    __tablename__ = "sign_in_attempts"

    id: Mapped[IdPk]
    account: Mapped[str]
    """The name as it is compared, whether somebody has it or not."""
    address: Mapped[str]
    known_address: Mapped[bool]
    """Whether the account had signed in from there before."""
    created_at: Mapped[Created]

    __table_args__ = (
        Index(None, "account", "created_at"),
        Index(None, "address", "created_at"),
    )


class Identity(Base):
    """Who somebody is at an identity provider (OpenID Connect: `iss` and `sub`)."""

    __tablename__ = "identities"

    issuer: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[Created]
    last_used_at: Mapped[datetime | None]
    """When the newest token that signed somebody in was issued, by the provider's clock: none that
    is as old or older does so again."""


class ApiKey(Base):
    __tablename__ = "api_keys"

    id: Mapped[IdPk]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    label: Mapped[str]
    prefix: Mapped[str]
    """The first characters, to tell keys apart in a list."""
    key_hash: Mapped[Sha256] = mapped_column(unique=True)
    scopes: Mapped[list[str] | None]
    """None: whatever the owner's role allows."""
    created_at: Mapped[Created]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
