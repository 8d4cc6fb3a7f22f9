"""Jobs and their items, the queue's own tables, and the notice above every page.

The queue's tables come from the library that works with them, in the version that requirements.txt
pins; a newer version brings changes of its own, which need a migration here.
"""

from contextlib import closing

import sqlalchemy as sa
from alembic import op
from procrastinate.schema import SchemaManager
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_UUID = postgresql.UUID(as_uuid=True)
_TIME = postgresql.TIMESTAMP(timezone=True)
_DROP_QUEUE = """
do $$
declare name text;
begin
    for name in select format('drop table %I cascade', relname) from pg_class
        where relnamespace = current_schema()::regnamespace and relkind = 'r'
            and relname like 'procrastinate\\_%'
    loop execute name; end loop;
    for name in select format('drop function %s cascade', oid::regprocedure) from pg_proc
        where pronamespace = current_schema()::regnamespace and proname like 'procrastinate\\_%'
    loop execute name; end loop;
    for name in select format('drop type %I cascade', typname) from pg_type
        where typnamespace = current_schema()::regnamespace and typname like 'procrastinate\\_%'
            and typtype in ('e', 'c')
    loop execute name; end loop;
end $$
"""


def upgrade() -> None:
    _set_faces("'ui', 'api', 'cli', 'job'")
    with closing(op.get_bind().connection.cursor()) as cursor:  # SQLAlchemy would read its signs
        cursor.execute(SchemaManager.get_schema())
    op.create_table(
        "jobs",
        sa.Column("id", _UUID, primary_key=True),
        sa.Column("user_id", _UUID, sa.ForeignKey("users.id"), nullable=False),
        sa.Column("key_id", _UUID, sa.ForeignKey("api_keys.id", ondelete="SET NULL")),
        sa.Column("face", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("params", postgresql.JSONB, nullable=False),
        sa.Column("state", sa.Text, server_default=sa.text("'queued'"), nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("queue_id", sa.BigInteger),
        sa.Column("trace_id", sa.Text, nullable=False),
        sa.Column("created_at", _TIME, server_default=sa.func.now(), nullable=False),
        sa.Column("started_at", _TIME),
        sa.Column("ended_at", _TIME),
        sa.CheckConstraint("kind in ('detect', 'generate')", name="kind"),
        sa.CheckConstraint(
            "state in ('queued', 'running', 'done', 'failed', 'cancelled')", name="state"
        ),
    )
    op.create_index(
        "ix_jobs_page", "jobs", ["user_id", sa.text("created_at desc"), sa.text("id desc")]
    )
    op.create_table(
        "job_items",
        sa.Column("job_id", _UUID, sa.ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary),
        sa.Column("asked", postgresql.JSONB, nullable=False),
        sa.Column("run_id", _UUID, nullable=False),
        sa.Column("state", sa.Text, server_default=sa.text("'waiting'"), nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("ended_at", _TIME),
        sa.CheckConstraint("state in ('waiting', 'done', 'failed')", name="state"),
        sa.CheckConstraint("position >= 0", name="position"),
        sa.UniqueConstraint("run_id"),
    )
    op.create_index(
        "ix_job_items_waiting",
        "job_items",
        ["job_id", "position"],
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "notices",
        sa.Column("id", _UUID, primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("until", _TIME),
        sa.Column("created_at", _TIME, server_default=sa.func.now(), nullable=False),
    )


def downgrade() -> None:
    for table in ("notices", "job_items", "jobs"):
        op.drop_table(table)
    op.execute(_DROP_QUEUE)
    op.execute("update runs set face = 'api' where face = 'job'")
    _set_faces("'ui', 'api', 'cli'")


def _set_faces(allowed: str) -> None:
    """Where runs may come in."""
    op.drop_constraint(op.f("ck_runs_face"), "runs")
    op.create_check_constraint(op.f("ck_runs_face"), "runs", f"face in ({allowed})")
