"""Generations come from one another and from a library of prompts, and their tokens are counted."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TIME = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    _create_prompts()
    _extend_runs()
    _create_progress_and_usage()
    op.add_column("feedback", sa.Column("failed_step", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_feedback_failed_step"), "feedback", "failed_step in ('boxes', 'text')"
    )


def _create_prompts() -> None:
    op.create_table(
        "prompts",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("owner_id", sa.UUID(), nullable=True),
        sa.Column("shared", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", _TIME, server_default=sa.text("now()"), nullable=False),
        sa.Column("archived_at", _TIME, nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_prompts_owner_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompts")),
    )
    op.create_index(
        "uq_prompts_owner_name",
        "prompts",
        ["owner_id", sa.literal_column("lower(name)")],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("archived_at is null"),
    )
    op.create_table(
        "prompt_versions",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("prompt_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author_id", sa.UUID(), nullable=True),
        sa.Column("created_at", _TIME, server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["prompt_id"],
            ["prompts.id"],
            name=op.f("fk_prompt_versions_prompt_id_prompts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["users.id"], name=op.f("fk_prompt_versions_author_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompt_versions")),
        sa.UniqueConstraint(
            "prompt_id", "number", name=op.f("uq_prompt_versions_prompt_id_number")
        ),
    )


def _extend_runs() -> None:
    for column in (
        sa.Column("parent_id", sa.UUID(), nullable=True),
        sa.Column("relation", sa.Text(), nullable=True),
        sa.Column("prompt_version_id", sa.UUID(), nullable=True),
        sa.Column("prompt_tokens", sa.Integer(), nullable=True),
        sa.Column("completion_tokens", sa.Integer(), nullable=True),
        sa.Column("writer", sa.BigInteger(), nullable=True),
        sa.Column("claims", sa.Integer(), nullable=True),
        sa.Column("claims_supported", sa.Integer(), nullable=True),
    ):
        op.add_column("runs", column)
    op.create_check_constraint(
        op.f("ck_runs_relation"),
        "runs",
        "relation in ('again', 'edited', 'continued', 'branched', 'described')",
    )
    for name, table in (("parent_id", "runs"), ("prompt_version_id", "prompt_versions")):
        op.create_foreign_key(
            op.f(f"fk_runs_{name}_{table}"),
            "runs",
            table,
            [name],
            ["id"],
            ondelete="SET NULL",
        )
        op.create_index(
            f"ix_runs_{name.removesuffix('_id')}",
            "runs",
            [name],
            postgresql_where=sa.text(f"{name} is not null"),
        )


def _create_progress_and_usage() -> None:
    op.create_table(
        "run_progress",
        sa.Column("run_id", sa.UUID(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("events", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["runs.id"], name=op.f("fk_run_progress_run_id_runs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "part", name=op.f("pk_run_progress")),
    )
    op.create_table(
        "usage_days",
        sa.Column("user_id", sa.UUID(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("model_id", sa.UUID(), nullable=False),
        sa.Column("runs", sa.Integer(), nullable=False),
        sa.Column("prompt_tokens", sa.BigInteger(), nullable=False),
        sa.Column("completion_tokens", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_usage_days_user_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["models.id"], name=op.f("fk_usage_days_model_id_models")
        ),
        sa.PrimaryKeyConstraint("user_id", "day", "model_id", name=op.f("pk_usage_days")),
    )
