"""What was asked of which model, and what it answered."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    Index,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Created, IdPk, Json, Sha256

BOXES = """
case when task = 'detection'::text and status = 'done'::text then
    jsonb_array_length(shown_boxes(output, params))
else null::integer end
"""
"""Counted when a run is written, as reading its output costs more than all else of a list. In
PostgreSQL's own spelling, so that it can be compared with what the database says."""


class Model(Base):
    """A model at one revision; runs point here, so a changed checkpoint is a new row."""

    __tablename__ = "models"

    id: Mapped[IdPk]
    task: Mapped[str]
    name: Mapped[str]
    revision: Mapped[str]
    source: Mapped[str]
    created_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint("task in ('detection', 'generation')", name="task"),
        UniqueConstraint("task", "name", "revision"),
    )


class Image(Base):
    """An uploaded file as it came, kept once by its SHA-256. Sizes are of the upright picture."""

    __tablename__ = "images"

    sha256: Mapped[Sha256] = mapped_column(primary_key=True)
    mime: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    """Empty where it was removed, being past its time."""
    created_at: Mapped[Created]


class Run(Base):
    __tablename__ = "runs"

    id: Mapped[IdPk]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("sessions.id", ondelete="SET NULL"))
    key_id: Mapped[UUID | None] = mapped_column(ForeignKey("api_keys.id", ondelete="SET NULL"))
    face: Mapped[str]
    trace_id: Mapped[str]
    task: Mapped[str]
    model_id: Mapped[UUID] = mapped_column(ForeignKey("models.id"))
    prompt: Mapped[str]
    """As typed: the phrases of a detection, the prompt of a generation."""
    params: Mapped[Json]
    image_sha256: Mapped[bytes | None] = mapped_column(ForeignKey("images.sha256"))
    request_hash: Mapped[Sha256 | None]
    """Of a detection: SHA-256 over all that its boxes depend on; equal hashes, equal boxes."""
    cached: Mapped[bool] = mapped_column(server_default=text("false"))
    """Whether the boxes were taken from an equal run."""
    status: Mapped[str]
    output: Mapped[Json | None]
    boxes: Mapped[int | None] = mapped_column(Computed(BOXES, persisted=True))
    """Of a finished detection: how many of its boxes reach its thresholds."""
    error_code: Mapped[str | None]
    timings_ms: Mapped[Json | None]
    latency_ms: Mapped[int | None] = mapped_column(BigInteger)
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("runs.id", ondelete="SET NULL"))
    """The run this one came from, and in `relation` what it is to that."""
    relation: Mapped[str | None]
    prompt_version_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("prompt_versions.id", ondelete="SET NULL")
    )
    """The version of a prompt of the library that the prompt was made from."""
    prompt_tokens: Mapped[int | None]
    completion_tokens: Mapped[int | None]
    writer: Mapped[int | None] = mapped_column(BigInteger)
    """Of a generation: the key of the lock by which its process shows that it lives."""
    claims: Mapped[int | None]
    """Of a report on boxes: how many claims it makes, and how many of them the boxes support."""
    claims_supported: Mapped[int | None]
    demo: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[Created]
    finished_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    """When what was asked and answered was removed; what is counted stays."""

    __table_args__ = (
        CheckConstraint("task in ('detection', 'generation')", name="task"),
        CheckConstraint("status in ('running', 'done', 'stopped', 'failed')", name="status"),
        CheckConstraint("face in ('ui', 'api', 'cli', 'job')", name="face"),
        CheckConstraint(
            "relation in ('again', 'edited', 'continued', 'branched', 'described')",
            name="relation",
        ),
        Index("ix_runs_parent", "parent_id", postgresql_where=text("parent_id is not null")),
        Index(
            "ix_runs_prompt_version",
            "prompt_version_id",
            postgresql_where=text("prompt_version_id is not null"),
        ),
        Index("ix_runs_page", text("created_at desc"), text("id desc")),
        Index("ix_runs_user", "user_id", text("created_at desc"), text("id desc")),
        *(
            Index(f"ix_runs_{column}", column, postgresql_where=text(f"{column} is not null"))
            for column in ("session_id", "key_id")
        ),
        Index("ix_runs_kept", "created_at", postgresql_where=text("erased_at is null")),
        Index("ix_runs_running", "created_at", postgresql_where=text("status = 'running'")),
        Index(
            "ix_runs_words",
            text("feedback_search(left(prompt, 100000))"),
            postgresql_using="gin",
        ),
        Index("ix_runs_image", "image_sha256", postgresql_using="hash"),
        Index(
            "ix_runs_request",
            "request_hash",
            text("created_at desc"),
            postgresql_where=text(
                "status = 'done' and task = 'detection' and request_hash is not null"
            ),
        ),
    )


class RunProgress(Base):
    """What a running generation has written so far, in parts; gone once the run is recorded.

    A process that is killed leaves them behind, and the next one makes the run's text of them.
    """

    __tablename__ = "run_progress"

    run_id: Mapped[UUID] = mapped_column(
        ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True
    )
    part: Mapped[int] = mapped_column(primary_key=True)
    events: Mapped[Json]


class UsageDay(Base):
    """What one person had written by one model on one day (UTC), kept while runs come and go."""

    __tablename__ = "usage_days"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    model_id: Mapped[UUID] = mapped_column(ForeignKey("models.id"), primary_key=True)
    runs: Mapped[int]
    prompt_tokens: Mapped[int] = mapped_column(BigInteger)
    completion_tokens: Mapped[int] = mapped_column(BigInteger)
