"""What reviewers keep, and what happened to ratings and runs."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Double, ForeignKey, Index, SmallInteger, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Created, IdPk, Json


class FeedbackEvent(Base):
    """One change of a rating, written with it; it outlives a rating that is withdrawn."""

    __tablename__ = "feedback_events"

    id: Mapped[IdPk]
    feedback_id: Mapped[UUID]
    run_id: Mapped[UUID] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), index=True)
    rater_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    actor_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    """Who changed it: whoever rated, or a reviewer."""
    action: Mapped[str]
    before: Mapped[Json | None] = mapped_column(JSONB(none_as_null=True))
    """The fields that changed, as they were; None where the rating is new."""
    after: Mapped[Json | None] = mapped_column(JSONB(none_as_null=True))
    """None where it was withdrawn."""
    created_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint("action in ('rated', 'changed', 'withdrawn', 'reviewed')", name="action"),
        Index("ix_feedback_events_feedback", "feedback_id", "created_at"),
    )


class RunSignal(Base):
    """What people did with a run without saying anything, once for each kind."""

    __tablename__ = "run_signals"

    run_id: Mapped[UUID] = mapped_column(
        ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(primary_key=True)
    detail: Mapped[Any] = mapped_column(JSONB, server_default="{}")
    model_id: Mapped[UUID] = mapped_column(ForeignKey("models.id"))
    """This, the day in UTC and `demo` are copies of the run's own, so that no count reads runs."""
    day: Mapped[date]
    demo: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint(
            "kind in ('stopped', 'regenerated', 'abandoned', 'copied', 'downloaded')", name="kind"
        ),
    )


class RatingDraft(Base):
    """A rating that is not said yet, as it stands in the fields; nobody else ever sees it."""

    __tablename__ = "rating_drafts"

    run_id: Mapped[UUID] = mapped_column(
        ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    body: Mapped[Json]
    updated_at: Mapped[Created]


class SavedView(Base):
    """A filter, and the columns of the table, under a name."""

    __tablename__ = "saved_views"

    id: Mapped[IdPk]
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str]
    query: Mapped[Json]
    """The filter in the words of the page's address."""
    columns: Mapped[list[str] | None]
    """None: the usual ones."""
    shared: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[Created]

    __table_args__ = (
        Index("uq_saved_views_owner_name", "owner_id", func.lower(text("name")), unique=True),
    )


class RatingRequest(Base):
    """A run that a reviewer asks somebody else to rate; with a reference it is an anchor, which
    looks like any other to whoever is asked."""

    __tablename__ = "rating_requests"

    run_id: Mapped[UUID] = mapped_column(
        ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    reference: Mapped[int | None] = mapped_column(SmallInteger)
    """The rating that the reviewer holds to be right."""
    created_at: Mapped[Created]

    __table_args__ = (CheckConstraint("reference between 1 and 5", name="reference"),)


class PhraseThreshold(Base):
    """The score from which boxes of one phrase are shown by default, learned from verdicts."""

    __tablename__ = "phrase_thresholds"

    model: Mapped[str] = mapped_column(primary_key=True)
    phrase: Mapped[str] = mapped_column(primary_key=True)
    """In lower case."""
    threshold: Mapped[float] = mapped_column(Double)
    precision: Mapped[float] = mapped_column(Double)
    """The one that was wanted."""
    verdicts: Mapped[int]
    """How many stood behind it."""
    set_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint("threshold between 0 and 1", name="threshold"),
        CheckConstraint("precision between 0 and 1", name="precision"),
    )
