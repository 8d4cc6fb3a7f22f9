"""Where people sign in from, what they may use, what was done, and what is kept how long.

The audit log takes new rows only: a trigger refuses every change, so that no statement of the
application, an injected one included, can rewrite what happened. What is older than a year may be
deleted, for retention.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_UUID = postgresql.UUID(as_uuid=True)
_TIME = postgresql.TIMESTAMP(timezone=True)

_AUDIT_GUARD = """
create function audit_log_kept() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and old.at < now() - interval '365 days' then
        return old;
    end if;
    raise exception 'the audit log only grows' using errcode = 'insufficient_privilege';
end $$
"""
_TASKS = "task in ('detection', 'generation')"

# As functions, their plans are kept: put together anew for each request they would take longer than
# all the rest. Each of their statements sees what others have committed until then.
_COUNT = """
create function limit_count(
    whose uuid, of_task text, of_span text, since timestamptz, amount bigint, most bigint
) returns boolean language plpgsql as $$
begin
    insert into limit_use as known (subject_id, task, span, starts_at, used)
    select whose, of_task, of_span, since, amount
    where most is null or amount <= most
    on conflict (subject_id, task, span, starts_at) do update
    set used = known.used + excluded.used
    where most is null or known.used + excluded.used <= most;
    return found;
end $$
"""
_TAKE = """
create function limit_take(
    who uuid, by_key uuid, as_role text, of_task text,
    requests bigint, amount bigint, stream uuid, lease interval,
    inout most_minute integer, inout most_day bigint, inout most_streams integer,
    out refused text, out at timestamptz
) language plpgsql as $$
declare
    own record;
    today timestamptz;
begin
    select * into own from limits
    where task = of_task and (user_id = who or role = as_role)
    order by user_id nulls last limit 1;
    if found then
        most_minute := own.per_minute;
        most_day := own.per_day;
        most_streams := own.streams;
    end if;
    if stream is null then  -- a crash of the server may lose a count of its last second
        perform set_config('synchronous_commit', 'off', true);
    else  -- places are counted over rows, so by one transaction at a time
        perform pg_advisory_xact_lock(hashtextextended('streams of ' || who, 0));
    end if;
    at := clock_timestamp();
    today := date_trunc('day', at, 'UTC');
    if amount > 0 and not limit_count(who, of_task, 'day', today, amount, most_day) then
        refused := 'day';
    elsif requests > 0 and not limit_count(
        who, of_task, 'minute', date_trunc('minute', at, 'UTC'), requests, most_minute
    ) then
        refused := 'minute';
    elsif stream is not null and most_streams <= (
        select count(*) from stream_leases
        where user_id = who and task = of_task and expires_at > at
    ) then
        refused := 'streams';
    end if;
    if refused is not null then
        return;
    end if;
    if by_key is not null and amount > 0 then
        perform limit_count(by_key, of_task, 'day', today, amount, null);
    end if;
    if by_key is not null and requests > 0 then
        perform limit_count(
            by_key, of_task, 'minute', date_trunc('minute', at, 'UTC'), requests, null
        );
    end if;
    if stream is not null then
        insert into stream_leases (run_id, user_id, key_id, task, day, reserved, expires_at)
        values (stream, who, by_key, of_task, today, amount, at + lease);
    end if;
end $$
"""
_SETTLE = """
create function limit_settle(run uuid, written bigint) returns void language plpgsql as $$
declare
    lease record;
    unused bigint;
begin
    delete from stream_leases where run_id = run returning * into lease;
    unused := lease.reserved - written;
    if unused > 0 then
        update limit_use set used = greatest(used - unused, 0)
        where subject_id = lease.user_id and task = lease.task and span = 'day'
            and starts_at = lease.day;
        update limit_use set used = greatest(used - unused, 0)
        where subject_id = lease.key_id and task = lease.task and span = 'day'
            and starts_at = lease.day;
    end if;
end $$
"""
_LIMIT_FUNCTIONS = {
    "limit_count(uuid, text, text, timestamptz, bigint, bigint)": _COUNT,
    "limit_take(uuid, uuid, text, text, bigint, bigint, uuid, interval, int, bigint, int)": _TAKE,
    "limit_settle(uuid, bigint)": _SETTLE,
}


def upgrade() -> None:
    _people()
    _limits()
    _audit()
    op.add_column("runs", sa.Column("erased_at", _TIME))
    op.create_index(
        "ix_runs_kept", "runs", ["created_at"], postgresql_where=sa.text("erased_at is null")
    )
    for column in ("session_id", "key_id"):  # both are set null where these are deleted
        op.create_index(
            f"ix_runs_{column}", "runs", [column], postgresql_where=sa.text(f"{column} is not null")
        )


def downgrade() -> None:
    for name in ("ix_runs_key_id", "ix_runs_session_id", "ix_runs_kept"):
        op.drop_index(name, "runs")
    op.drop_column("runs", "erased_at")
    op.drop_table("audit_log")
    op.execute("drop function audit_log_kept()")
    for function in _LIMIT_FUNCTIONS:
        op.execute(f"drop function {function}")
    for table in ("stream_leases", "limit_use", "limits", "identities", "sign_in_attempts"):
        op.drop_table(table)
    op.drop_column("api_keys", "expires_at")
    for column in ("method", "agent", "address", "seen_at"):
        op.drop_column("sessions", column)
    for column in ("erased_at", "erase_at", "role_from_claim"):
        op.drop_column("users", column)
    op.execute("update users set password_hash = '' where password_hash is null")
    op.alter_column("users", "password_hash", nullable=False)
    op.create_table(
        "login_failures",
        sa.Column("id", _UUID, primary_key=True),
        sa.Column("username", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("created_at", _TIME, server_default=sa.func.now(), nullable=False),
    )
    for column in ("username", "address"):
        op.create_index(
            f"ix_login_failures_{column}_created_at", "login_failures", [column, "created_at"]
        )


def _people() -> None:
    op.alter_column("users", "password_hash", nullable=True)
    op.add_column(
        "users",
        sa.Column("role_from_claim", sa.Boolean, server_default=sa.false(), nullable=False),
    )
    op.add_column("users", sa.Column("erase_at", _TIME))
    op.add_column("users", sa.Column("erased_at", _TIME))
    op.add_column(
        "sessions", sa.Column("seen_at", _TIME, server_default=sa.func.now(), nullable=False)
    )
    op.add_column("sessions", sa.Column("address", sa.Text))
    op.add_column("sessions", sa.Column("agent", sa.Text))
    op.add_column(
        "sessions", sa.Column("method", sa.Text, server_default="password", nullable=False)
    )
    op.create_check_constraint("method", "sessions", "method in ('password', 'sso')")
    op.create_index("ix_sessions_user_id_address", "sessions", ["user_id", "address"])
    op.add_column("api_keys", sa.Column("expires_at", _TIME))
    op.drop_table("login_failures")
    op.create_table(
        "sign_in_attempts",
        sa.Column("id", _UUID, primary_key=True),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("known_address", sa.Boolean, nullable=False),
        sa.Column("created_at", _TIME, server_default=sa.func.now(), nullable=False),
    )
    for column in ("account", "address"):
        op.create_index(
            f"ix_sign_in_attempts_{column}_created_at", "sign_in_attempts", [column, "created_at"]
        )
    op.create_table(
        "identities",
        sa.Column("issuer", sa.Text, primary_key=True),
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("user_id", _UUID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("created_at", _TIME, server_default=sa.func.now(), nullable=False),
        sa.Column("last_used_at", _TIME),
    )
    op.create_index("ix_identities_user_id", "identities", ["user_id"])


def _limits() -> None:
    op.create_table(
        "limits",
        sa.Column("id", _UUID, primary_key=True),
        sa.Column("role", sa.Text),
        sa.Column("user_id", _UUID, sa.ForeignKey("users.id", ondelete="CASCADE")),
        sa.Column("task", sa.Text, nullable=False),
        sa.Column("per_minute", sa.Integer),
        sa.Column("per_day", sa.BigInteger),
        sa.Column("streams", sa.Integer),
        sa.Column("updated_at", _TIME, server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("role in ('guest', 'analyst', 'admin')", name="role"),
        sa.CheckConstraint(_TASKS, name="task"),
        sa.CheckConstraint("(role is null) <> (user_id is null)", name="whose"),
        sa.CheckConstraint("per_minute >= 0 and per_day >= 0 and streams >= 0", name="positive"),
        sa.UniqueConstraint("role", "task"),
        sa.UniqueConstraint("user_id", "task"),
    )
    op.create_table(
        "limit_use",
        sa.Column("subject_id", _UUID, primary_key=True),
        sa.Column("task", sa.Text, primary_key=True),
        sa.Column("span", sa.Text, primary_key=True),
        sa.Column("starts_at", _TIME, primary_key=True),
        sa.Column("used", sa.BigInteger, nullable=False),
        sa.CheckConstraint("span in ('minute', 'day')", name="span"),
    )
    op.create_index("ix_limit_use_starts_at", "limit_use", ["starts_at"])
    op.create_table(
        "stream_leases",
        sa.Column("run_id", _UUID, primary_key=True),
        sa.Column("user_id", _UUID, nullable=False),
        sa.Column("key_id", _UUID),
        sa.Column("task", sa.Text, nullable=False),
        sa.Column("day", _TIME, nullable=False),
        sa.Column("reserved", sa.BigInteger, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
    )
    op.create_index("ix_stream_leases_user_id", "stream_leases", ["user_id"])
    for statement in _LIMIT_FUNCTIONS.values():
        op.execute(statement)


def _audit() -> None:
    op.create_table(
        "audit_log",
        sa.Column("id", _UUID, primary_key=True),
        sa.Column("at", _TIME, server_default=sa.func.now(), nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("actor_id", _UUID),
        sa.Column("role", sa.Text),
        sa.Column("face", sa.Text, nullable=False),
        sa.Column("address", sa.Text),
        sa.Column("session_id", _UUID),
        sa.Column("key_id", _UUID),
        sa.Column("target_kind", sa.Text),
        sa.Column("target_id", sa.Text),
        sa.Column("before", postgresql.JSONB(none_as_null=True)),
        sa.Column("after", postgresql.JSONB(none_as_null=True)),
        sa.Column("trace_id", sa.Text, nullable=False),
    )
    op.create_index("ix_audit_log_page", "audit_log", [sa.text("at desc"), sa.text("id desc")])
    op.create_index("ix_audit_log_action", "audit_log", ["action", sa.text("at desc")])
    op.create_index("ix_audit_log_actor", "audit_log", ["actor_id", sa.text("at desc")])
    op.create_index("ix_audit_log_target", "audit_log", ["target_kind", "target_id"])
    op.create_index("ix_audit_log_address", "audit_log", ["address", sa.text("at desc")])
    op.create_index("ix_audit_log_trace_id", "audit_log", ["trace_id"])
    op.execute(_AUDIT_GUARD)
    op.execute(
        "create trigger audit_log_kept before update or delete on audit_log "
        "for each row execute function audit_log_kept()"
    )
    op.execute(
        "create trigger audit_log_not_emptied before truncate on audit_log "
        "for each statement execute function audit_log_kept()"
    )
