"""What people think of a run, and of its boxes."""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Computed,
    Double,
    ForeignKey,
    Index,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Created, IdPk, Sha256


class Feedback(Base):
    """One person's judgement of one run; `task` and `model_id` are copies of the run's own."""

    __tablename__ = "feedback"

    id: Mapped[IdPk]
    run_id: Mapped[UUID] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    model_id: Mapped[UUID] = mapped_column(ForeignKey("models.id"))
    task: Mapped[str]
    rating: Mapped[int] = mapped_column(SmallInteger)
    tags: Mapped[list[str]] = mapped_column(server_default="{}")
    comment: Mapped[str] = mapped_column(server_default="")
    failed_step: Mapped[str | None]
    """Of a report on boxes that was rated badly: whether the boxes were wrong, or the text."""
    review_status: Mapped[str] = mapped_column(server_default="new")
    reviewer_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    idempotency_key: Mapped[str | None]
    request_hash: Mapped[Sha256 | None]
    """SHA-256 of the request that `idempotency_key` was first used for."""
    search: Mapped[Any] = mapped_column(
        TSVECTOR, Computed("feedback_search(comment)", persisted=True), deferred=True, nullable=True
    )
    created_at: Mapped[Created]
    updated_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint("rating between 1 and 5", name="rating"),
        CheckConstraint(
            "review_status in ('new', 'triaged', 'fixed', 'wont_fix')", name="review_status"
        ),
        CheckConstraint("failed_step in ('boxes', 'text')", name="failed_step"),
        Index("uq_feedback_run_user", "run_id", "user_id", unique=True),
        Index("uq_feedback_idempotency", "user_id", "idempotency_key", unique=True),
        Index("ix_feedback_page", text("created_at desc"), text("id desc")),
        Index("ix_feedback_model", "model_id", text("created_at desc"), text("id desc")),
        Index("ix_feedback_user", "user_id", text("created_at desc"), text("id desc")),
        Index("ix_feedback_tags", "tags", postgresql_using="gin"),
        Index("ix_feedback_search", "search", postgresql_using="gin"),
    )


class BoxVerdict(Base):
    """One person's judgement of one box; `box_index` is its place among the run's boxes."""

    __tablename__ = "box_verdicts"

    id: Mapped[IdPk]
    run_id: Mapped[UUID] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    box_index: Mapped[int]
    verdict: Mapped[str]
    created_at: Mapped[Created]
    updated_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint("box_index >= 0", name="box_index"),
        CheckConstraint("verdict in ('right', 'wrong_label', 'loose', 'absent')", name="verdict"),
        UniqueConstraint("run_id", "user_id", "box_index"),
    )


class MissedBox(Base):
    """What a detection should have found, as one person drew it: pixels of the upright picture.

    The columns are not called xmin and xmax: PostgreSQL keeps these names to itself.
    """

    __tablename__ = "missed_boxes"

    id: Mapped[IdPk]
    run_id: Mapped[UUID] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    label: Mapped[str]
    x_min: Mapped[float] = mapped_column(Double)
    y_min: Mapped[float] = mapped_column(Double)
    x_max: Mapped[float] = mapped_column(Double)
    y_max: Mapped[float] = mapped_column(Double)
    created_at: Mapped[Created]

    __table_args__ = (Index("ix_missed_boxes_run_user", "run_id", "user_id"),)
