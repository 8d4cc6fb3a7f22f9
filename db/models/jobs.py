"""Work that goes on without anybody waiting for it, and what everybody is told."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Created, IdPk, Json


class Job(Base):
    """One task for many items, which a worker does one after the other."""

    __tablename__ = "jobs"

    id: Mapped[IdPk]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    key_id: Mapped[UUID | None] = mapped_column(ForeignKey("api_keys.id", ondelete="SET NULL"))
    face: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str]
    """What people know it by, such as the name of the archive."""
    params: Mapped[Json] = mapped_column(JSONB)
    """What is the same for all items, as `core.jobs` reads it."""
    state: Mapped[str] = mapped_column(server_default=text("'queued'"))
    error: Mapped[str | None]
    """Why the whole job failed; an item's own failure stands with the item."""
    queue_id: Mapped[int | None] = mapped_column(BigInteger)
    """Its newest entry in the queue."""
    trace_id: Mapped[str]
    created_at: Mapped[Created]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("kind in ('detect', 'generate')", name="kind"),
        CheckConstraint(
            "state in ('queued', 'running', 'done', 'failed', 'cancelled')", name="state"
        ),
        Index("ix_jobs_page", "user_id", text("created_at desc"), text("id desc")),
    )


class JobItem(Base):
    """One picture or prompt of a job, and the run that answers it."""

    __tablename__ = "job_items"

    job_id: Mapped[UUID] = mapped_column(
        ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    """From 0, in the order given."""
    name: Mapped[str]
    """The file's name, or the number of the line."""
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    """The picture's file until it is answered; then its run has it."""
    asked: Mapped[Json] = mapped_column(JSONB)
    """What is this item's own, such as its prompt."""
    run_id: Mapped[UUID] = mapped_column(unique=True)
    """The id its run has or will have, made beforehand: so that nothing is done twice."""
    state: Mapped[str] = mapped_column(server_default=text("'waiting'"))
    error: Mapped[str | None]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("state in ('waiting', 'done', 'failed')", name="state"),
        CheckConstraint("position >= 0", name="position"),
        Index(
            "ix_job_items_waiting", "job_id", "position", postgresql_where=text("state = 'waiting'")
        ),
    )


class Notice(Base):
    """The sentence that stands above every page, such as one on maintenance; at most one row."""

    __tablename__ = "notices"

    id: Mapped[IdPk]
    text: Mapped[str]
    until: Mapped[datetime | None]
    created_at: Mapped[Created]
