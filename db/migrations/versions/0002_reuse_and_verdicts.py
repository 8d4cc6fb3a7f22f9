"""Equal detections are answered from earlier ones; boxes are judged one by one."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


_BOXES = """
case when task = 'detection'::text and status = 'done'::text then
    jsonb_array_length(jsonb_path_query_array(
        output,
        '$.detections[*].score ? (@ >= $box_threshold && @ >= $text_threshold)'::jsonpath,
        params
    ))
else null::integer end
"""


def upgrade() -> None:
    _add_reuse()
    op.add_column("runs", sa.Column("boxes", sa.Integer(), sa.Computed(_BOXES, persisted=True)))
    _create_verdicts()
    # Picture files are compressed already; trying it again took a third of the time of keeping one.
    op.execute("alter table images alter column content set storage external")


def _add_reuse() -> None:
    op.add_column("runs", sa.Column("request_hash", sa.LargeBinary(length=32), nullable=True))
    op.add_column(
        "runs", sa.Column("cached", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.create_index(
        "ix_runs_request",
        "runs",
        ["request_hash", sa.literal_column("created_at desc")],
        postgresql_where=sa.text(
            "status = 'done' and task = 'detection' and request_hash is not null"
        ),
    )


def _create_verdicts() -> None:
    op.create_table(
        "box_verdicts",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("run_id", sa.UUID(), nullable=False),
        sa.Column("user_id", sa.UUID(), nullable=False),
        sa.Column("box_index", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("box_index >= 0", name=op.f("ck_box_verdicts_box_index")),
        sa.CheckConstraint(
            "verdict in ('right', 'wrong_label', 'loose', 'absent')",
            name=op.f("ck_box_verdicts_verdict"),
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["runs.id"], name=op.f("fk_box_verdicts_run_id_runs"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_box_verdicts_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_box_verdicts")),
        sa.UniqueConstraint(
            "run_id",
            "user_id",
            "box_index",
            name=op.f("uq_box_verdicts_run_id_user_id_box_index"),
        ),
    )
    op.create_table(
        "missed_boxes",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("run_id", sa.UUID(), nullable=False),
        sa.Column("user_id", sa.UUID(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        *(
            sa.Column(edge, sa.Double(), nullable=False)
            for edge in ("x_min", "y_min", "x_max", "y_max")
        ),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["runs.id"], name=op.f("fk_missed_boxes_run_id_runs"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_missed_boxes_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_missed_boxes")),
    )
    op.create_index("ix_missed_boxes_run_user", "missed_boxes", ["run_id", "user_id"])
