"""Counts of ratings and runs, kept by triggers in the transaction of every change."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_SLOTS = 8

_TABLES = (
    """
    create table feedback_days (
        day date not null, model_id uuid not null, review_status text not null,
        rating smallint not null, demo boolean not null, slot smallint not null, n bigint not null,
        constraint pk_feedback_days primary key (day, model_id, review_status, rating, demo, slot)
    ) with (fillfactor = 70)
    """,
    """
    create table rater_days (
        user_id uuid not null, day date not null, model_id uuid not null, demo boolean not null,
        n bigint not null,
        constraint pk_rater_days primary key (user_id, day, model_id, demo)
    ) with (fillfactor = 70)
    """,
    """
    create table run_ratings (
        run_id uuid not null, n integer not null, day date not null, model_id uuid not null,
        demo boolean not null, constraint pk_run_ratings primary key (run_id)
    ) with (fillfactor = 70)
    """,
    """
    create table run_days (
        day date not null, model_id uuid not null, demo boolean not null, slot smallint not null,
        runs bigint not null, rated bigint not null,
        constraint pk_run_days primary key (day, model_id, demo, slot)
    ) with (fillfactor = 70)
    """,
    """
    create table setting_totals (
        model_id uuid not null, x numeric(4, 2) not null, y numeric(4, 2) not null,
        rating smallint not null, demo boolean not null, slot smallint not null, n bigint not null,
        constraint pk_setting_totals primary key (model_id, x, y, rating, demo, slot)
    ) with (fillfactor = 70)
    """,
    """
    create table tag_totals (
        model_id uuid not null, tag text not null, other text not null,
        demo boolean not null, slot smallint not null, n bigint not null,
        constraint pk_tag_totals primary key (model_id, tag, other, demo, slot)
    ) with (fillfactor = 70)
    """,
    "create index ix_tag_totals_tag on tag_totals (tag)",
    """
    create table verdict_totals (
        model_id uuid not null, phrase text not null, verdict text not null,
        score_bin smallint not null, demo boolean not null, slot smallint not null,
        n bigint not null,
        constraint pk_verdict_totals primary key
            (model_id, phrase, verdict, score_bin, demo, slot)
    ) with (fillfactor = 70)
    """,
)

# What each ratings table counts, out of `changed`: rows of feedback, each with its `sign`.
_COUNTED = {
    "feedback_days": (
        "day, model_id, review_status, rating, demo",
        "select (created_at at time zone 'UTC')::date as day, model_id, review_status, rating,"
        " demo, sign from changed",
    ),
    "rater_days": (
        "user_id, day, model_id, demo",
        "select user_id, (created_at at time zone 'UTC')::date as day, model_id, demo, sign"
        " from changed",
    ),
    "setting_totals": (
        "model_id, x, y, rating, demo",
        "select model_id, coalesce(temperature, box_threshold) as x,"
        " coalesce(top_p, text_threshold) as y, rating, demo, sign from changed"
        " where coalesce(temperature, box_threshold) is not null"
        " and coalesce(top_p, text_threshold) is not null",
    ),
    "tag_totals": (
        "model_id, tag, other, demo",
        "select model_id, tag, other, demo, sign from changed,"
        " unnest(tags) as tag, unnest(tags) as other"
        ' where tag collate "C" <= other collate "C"',
    ),
    "verdict_totals": (
        "model_id, phrase, verdict, score_bin, demo",
        "select model_id, box ->> 'label' as phrase, box ->> 'verdict' as verdict,"
        " coalesce(least(19, floor((box ->> 'score')::float8 * 20)), -1)::smallint as score_bin,"
        " demo, sign from changed, jsonb_array_elements(verdicts) as box"
        " where box ->> 'label' is not null",
    ),
}
_CHANGED = {
    "insert": "select *, 1 as sign from new_rows",
    "delete": "select *, -1 as sign from old_rows",
    "update": "select *, 1 as sign from new_rows union all select *, -1 from old_rows",
}
_REFERENCING = {
    "insert": "new table as new_rows",
    "delete": "old table as old_rows",
    "update": "old table as old_rows new table as new_rows",
}
_SLOT = f"pg_backend_pid() % {_SLOTS}"


def _count(table: str, event: str) -> str:
    """Add up what changed; always in the order of the key, so that no two wait for each other."""
    keys, rows = _COUNTED[table]
    slot = "" if table == "rater_days" else ", slot"
    value = "" if table == "rater_days" else f", {_SLOT}"
    return f"""
    insert into {table} as kept ({keys}{slot}, n)
    with changed as ({_CHANGED[event]})
    select {keys}{value}, sum(sign) from ({rows}) as counted
    group by {keys} having sum(sign) <> 0 order by {keys}
    on conflict ({keys}{slot}) do update set n = kept.n + excluded.n;
    """


_FIRST_RATING = f"""
    with counted as (
        insert into run_ratings as kept (run_id, n, day, model_id, demo)
        select r.id, count(*), (r.created_at at time zone 'UTC')::date, r.model_id, r.demo
        from new_rows join runs r on r.id = new_rows.run_id
        group by r.id order by r.id
        on conflict (run_id) do update set n = kept.n + excluded.n
        returning day, model_id, demo, xmax = 0 as first
    )
    insert into run_days as kept (day, model_id, demo, slot, runs, rated)
    select day, model_id, demo, {_SLOT}, 0, count(*) from counted where first
    group by day, model_id, demo order by day, model_id, demo
    on conflict (day, model_id, demo, slot) do update set rated = kept.rated + excluded.rated;
"""
_LAST_RATING = f"""
    with gone as (select run_id, count(*) as n from old_rows group by run_id),
    locked as (
        select kept.run_id, kept.n - gone.n as n, day, model_id, demo
        from run_ratings kept join gone using (run_id) order by run_id for update of kept
    ),
    fewer as (
        update run_ratings kept set n = locked.n from locked
        where kept.run_id = locked.run_id and locked.n > 0
    ),
    none as (
        delete from run_ratings kept using locked
        where kept.run_id = locked.run_id and locked.n <= 0
        returning kept.day, kept.model_id, kept.demo
    )
    insert into run_days as kept (day, model_id, demo, slot, runs, rated)
    select day, model_id, demo, {_SLOT}, 0, -count(*) from none
    group by day, model_id, demo order by day, model_id, demo
    on conflict (day, model_id, demo, slot) do update set rated = kept.rated + excluded.rated;
"""


def _runs(sign: str, rows: str) -> str:
    return f"""
    insert into run_days as kept (day, model_id, demo, slot, runs, rated)
    select (created_at at time zone 'UTC')::date as day, model_id, demo, {_SLOT}, {sign}count(*), 0
    from {rows} group by 1, model_id, demo order by 1, model_id, demo
    on conflict (day, model_id, demo, slot) do update set runs = kept.runs + excluded.runs;
    """


def upgrade() -> None:
    for statement in _TABLES:
        op.execute(statement)
    runs_counted = {"insert": _FIRST_RATING, "delete": _LAST_RATING, "update": ""}
    for event, after in runs_counted.items():
        body = "".join(_count(table, event) for table in _COUNTED)
        _trigger("feedback", event, body + after)
    _trigger("runs", "insert", _runs("", "new_rows"))
    _trigger("runs", "delete", _runs("-", "old_rows"))
    _count_all()


def _trigger(table: str, event: str, body: str) -> None:
    rows = "old_rows" if event == "delete" else "new_rows"
    op.execute(
        f"""
        create function {table}_counted_{event}() returns trigger language plpgsql as $$
        begin
            if not exists (select from {rows}) then
                return null;
            end if;
            {body}
            return null;
        end $$
        """
    )
    op.execute(
        f"create trigger {table}_counted_{event} after {event} on {table}"
        f" referencing {_REFERENCING[event]}"
        f" for each statement execute function {table}_counted_{event}()"
    )


def _count_all() -> None:
    """Count what is there already, as if it came in one statement."""
    for table, (keys, rows) in _COUNTED.items():
        slot, value = ("", "") if table == "rater_days" else (", slot", ", 0")
        op.execute(
            f"insert into {table} ({keys}{slot}, n)"
            " with changed as (select *, 1 as sign from feedback)"
            f" select {keys}{value}, sum(sign) from ({rows}) as counted group by {keys}"
        )
    op.execute(
        "insert into run_ratings (run_id, n, day, model_id, demo)"
        " select r.id, count(*), (r.created_at at time zone 'UTC')::date, r.model_id, r.demo"
        " from feedback f join runs r on r.id = f.run_id group by r.id"
    )
    op.execute(
        "insert into run_days (day, model_id, demo, slot, runs, rated)"
        " select (r.created_at at time zone 'UTC')::date, r.model_id, r.demo, 0, count(*),"
        " count(k.run_id) from runs r left join run_ratings k on k.run_id = r.id group by 1, 2, 3"
    )
