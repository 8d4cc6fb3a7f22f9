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
    password_hash: Mapped[str]
    role: Mapped[str]
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    must_change_password: Mapped[bool] = mapped_column(server_default=text("false"))
    epoch: Mapped[int] = mapped_column(server_default=text("0"))
    """Raised to end every session at once: a session is valid only at the epoch it began in."""
    demo: Mapped[bool] = mapped_column(server_default=text("false"))
    """Made up, with all runs and ratings of theirs; can be cleared away."""
    created_at: Mapped[Created]
    last_seen_at: Mapped[datetime | None]

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
    revoked_at: Mapped[datetime | None]


class CookieTicket(Base):
    """One-time ticket, good for a minute, against which the browser gets or drops its cookie."""

    __tablename__ = "cookie_tickets"

    ticket_hash: Mapped[Sha256] = mapped_column(primary_key=True)
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    """None: the ticket clears the cookie."""
    expires_at: Mapped[datetime]


class LoginFailure(Base):
    __tablename__ = "login_failures"

    id: Mapped[IdPk]
    username: Mapped[str]
    address: Mapped[str]
    created_at: Mapped[Created]

    __table_args__ = (
        Index(None, "username", "created_at"),
        Index(None, "address", "created_at"),
    )


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
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
