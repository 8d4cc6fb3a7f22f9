"""What people think of a run, and of its boxes."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKey,
    Index,
    Numeric,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Created, IdPk, Json, Sha256

_NEWEST = (text("created_at desc"), text("id desc"))
LED = {
    "rating": ("rating", None),
    "status": ("review_status", None),
    "demo": ("demo", None),
    "assignee": ("assignee_id", "assignee_id is not null"),
    "temperature": ("temperature", "temperature is not null"),
    "top_p": ("top_p", "top_p is not null"),
    "box_threshold": ("box_threshold", "box_threshold is not null"),
    "text_threshold": ("text_threshold", "text_threshold is not null"),
    "corrected": (None, "corrected_text is not null"),
    "judged": (None, "verdicts <> '[]'::jsonb"),
    "stopped": (None, "run_status = 'stopped'"),
}
"""What a page is asked for, newest first: a column's value, or what few rows have."""


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
    corrected_text: Mapped[str | None]
    """What the model should have written, by whoever rated."""
    said_at: Mapped[Created]
    """When whoever rated last said it; a later word is never replaced by an earlier one."""
    rate_ms: Mapped[int | None] = mapped_column(BigInteger)
    """From the run's end to the first rating."""
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    fixed_in: Mapped[str | None]
    """The revision that a fixed one is fixed in."""
    note: Mapped[str] = mapped_column(server_default="")
    """For reviewers only."""
    answer: Mapped[str] = mapped_column(server_default="")
    """For whoever rated."""
    answered_at: Mapped[datetime | None]
    created_at: Mapped[Created]
    updated_at: Mapped[Created]

    # Copies of what the run and the person's verdicts say, kept by triggers, so that no filter and
    # no figure reads another table.
    demo: Mapped[bool] = mapped_column(server_default=text("false"))
    run_status: Mapped[str | None]
    latency_ms: Mapped[int | None] = mapped_column(BigInteger)
    phrases: Mapped[list[str]] = mapped_column(server_default="{}")
    """The labels of the boxes shown, in lower case, each once."""
    top_score: Mapped[float | None] = mapped_column(Double)
    """Of the best box shown."""
    temperature: Mapped[Decimal | None] = mapped_column(Numeric(4, 2))
    """Rounded to .1, the other settings to .05."""
    top_p: Mapped[Decimal | None] = mapped_column(Numeric(4, 2))
    box_threshold: Mapped[Decimal | None] = mapped_column(Numeric(4, 2))
    text_threshold: Mapped[Decimal | None] = mapped_column(Numeric(4, 2))
    verdicts: Mapped[list[Json]] = mapped_column(JSONB, server_default="[]")
    """`{label, score, verdict}` of each box judged, `missed` among the verdicts."""
    search: Mapped[Any] = mapped_column(TSVECTOR, deferred=True, nullable=True)

    __table_args__ = (
        CheckConstraint("fixed_in is null or review_status = 'fixed'", name="fixed_in"),
        CheckConstraint("rating between 1 and 5", name="rating"),
        CheckConstraint(
            "review_status in ('new', 'triaged', 'fixed', 'wont_fix')", name="review_status"
        ),
        CheckConstraint("failed_step in ('boxes', 'text')", name="failed_step"),
        Index("uq_feedback_run_user", "run_id", "user_id", unique=True),
        Index(
            "uq_feedback_idempotency",
            "user_id",
            "idempotency_key",
            unique=True,
            postgresql_where=text("idempotency_key is not null"),
        ),
        Index("ix_feedback_page", text("created_at desc"), text("id desc")),
        Index("ix_feedback_model", "model_id", text("created_at desc"), text("id desc")),
        Index("ix_feedback_user", "user_id", text("created_at desc"), text("id desc")),
        Index("ix_feedback_tags", "tags", postgresql_using="gin"),
        Index("ix_feedback_search", "search", postgresql_using="gin"),
        Index("ix_feedback_phrases", "phrases", postgresql_using="gin"),
        Index(
            "ix_feedback_verdicts",
            "verdicts",
            postgresql_using="gin",
            postgresql_ops={"verdicts": "jsonb_path_ops"},
        ),
        Index("ix_feedback_latency", "latency_ms", "created_at", "id"),
        Index("ix_feedback_score", "top_score", postgresql_where=text("top_score is not null")),
        Index(
            "ix_feedback_answered",
            "user_id",
            text("answered_at desc"),
            postgresql_where=text("answered_at is not null"),
        ),
        *(
            Index(
                f"ix_feedback_{name}",
                *((column,) if column else ()),
                *_NEWEST,
                postgresql_where=None if condition is None else text(condition),
            )
            for name, (column, condition) in LED.items()
        ),
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
