"""The library of prompts: templates with variables, each in versions that never change."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Created, IdPk


class Prompt(Base):
    """`owner_id` is empty for those that come with the product, which are everybody's."""

    __tablename__ = "prompts"

    id: Mapped[IdPk]
    name: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="")
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    shared: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[Created]
    archived_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "uq_prompts_owner_name",
            "owner_id",
            func.lower(text("name")),
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("archived_at is null"),
        ),
    )


class PromptVersion(Base):
    __tablename__ = "prompt_versions"

    id: Mapped[IdPk]
    prompt_id: Mapped[UUID] = mapped_column(ForeignKey("prompts.id", ondelete="CASCADE"))
    number: Mapped[int]
    """From 1 on, without gaps."""
    text: Mapped[str]
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[Created]

    __table_args__ = (UniqueConstraint("prompt_id", "number"),)
