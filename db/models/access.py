"""What may be used and what was, what was done by whom."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Created, IdPk, Json


class Limit(Base):
    """How much of one task a role, or one person, may use; None sets no limit here."""

    __tablename__ = "limits"

    id: Mapped[IdPk]
    role: Mapped[str | None]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    task: Mapped[str]
    per_minute: Mapped[int | None]
    """Requests."""
    per_day: Mapped[int | None] = mapped_column(BigInteger)
    """Pictures of a detection, tokens of a generation."""
    streams: Mapped[int | None]
    """At the same time."""
    updated_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint("role in ('guest', 'analyst', 'admin')", name="role"),
        CheckConstraint("task in ('detection', 'generation')", name="task"),
        CheckConstraint("(role is null) <> (user_id is null)", name="whose"),
        CheckConstraint("per_minute >= 0 and per_day >= 0 and streams >= 0", name="positive"),
        UniqueConstraint("role", "task"),
        UniqueConstraint("user_id", "task"),
    )


class LimitUse(Base):
    """What a person, or an API key, used of one task in one minute or on one day (UTC)."""

    __tablename__ = "limit_use"

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    task: Mapped[str] = mapped_column(primary_key=True)
    span: Mapped[str] = mapped_column(primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(primary_key=True, index=True)
    used: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (CheckConstraint("span in ('minute', 'day')", name="span"),)


class StreamLease(Base):
    """The place of one running stream; a process that dies leaves it to run out."""

    __tablename__ = "stream_leases"

    run_id: Mapped[IdPk]
    user_id: Mapped[UUID] = mapped_column(index=True)
    key_id: Mapped[UUID | None]
    task: Mapped[str]
    day: Mapped[datetime]
    """When the day began on which its tokens are counted."""
    reserved: Mapped[int] = mapped_column(BigInteger)
    """Tokens counted for it beforehand; what it does not write is given back at its end."""
    expires_at: Mapped[datetime]


class AuditEntry(Base):
    """One thing done; the table takes new rows only. It names people by their ids alone."""

    __tablename__ = "audit_log"

    id: Mapped[IdPk]
    at: Mapped[Created]
    action: Mapped[str]
    actor_id: Mapped[UUID | None]
    """None: nobody who is known, or the program itself."""
    role: Mapped[str | None]
    face: Mapped[str]
    address: Mapped[str | None]
    session_id: Mapped[UUID | None]
    key_id: Mapped[UUID | None]
    target_kind: Mapped[str | None]
    target_id: Mapped[str | None]
    before: Mapped[Json | None] = mapped_column(JSONB(none_as_null=True))
    after: Mapped[Json | None] = mapped_column(JSONB(none_as_null=True))
    trace_id: Mapped[str]

    __table_args__ = (
        Index("ix_audit_log_page", text("at desc"), text("id desc")),
        Index("ix_audit_log_action", "action", text("at desc")),
        Index("ix_audit_log_actor", "actor_id", text("at desc")),
        Index("ix_audit_log_target", "target_kind", "target_id"),
        Index("ix_audit_log_address", "address", text("at desc")),
        Index("ix_audit_log_trace_id", "trace_id"),
    )
