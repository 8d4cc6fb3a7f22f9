"""Counts of ratings and runs, kept by triggers in the transaction of every change.

Each roll-up has a function that counts the same anew; whoever checks or repairs asks that, so that
what is counted is written here alone.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_SLOTS = 16
_LOCKS = 0x526F6C6C  # "Roll": the advisory locks of the slots

# A transaction counts in a slot that no other open one counts in, and so waits for none of them.
# The first slots are taken first: counts of writers that do not meet stay together in one row.
_SLOT_FUNCTION = f"""
create function rollup_slot() returns smallint language plpgsql as $$
begin
    for slot in 0..{_SLOTS - 1} loop
        if pg_try_advisory_xact_lock({_LOCKS}, slot) then
            return slot;
        end if;
    end loop;
    return pg_backend_pid() % {_SLOTS};
end $$
"""

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
_DAY = "(created_at at time zone 'UTC')::date"
_COUNTED = {
    "feedback_days": (
        "day, model_id, review_status, rating, demo",
        f"select {_DAY} as day, model_id, review_status, rating, demo, sign from changed",
    ),
    "rater_days": (
        "user_id, day, model_id, demo",
        f"select user_id, {_DAY} as day, model_id, demo, sign from changed",
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
_READ = (
    "id, user_id, model_id, created_at, review_status, rating, demo, temperature, top_p,"
    " box_threshold, text_threshold, tags, verdicts"
)
"""All that any of them counts by."""
_CHANGED = {
    "insert": f"select {_READ}, 1 as sign from new_rows",
    "delete": f"select {_READ}, -1 as sign from old_rows",
    "update": f"select {_READ}, 1 as sign from new_rows union all"
    f" select {_READ}, -1 as sign from old_rows",
}
_REFERENCING = {
    "insert": "new table as new_rows",
    "delete": "old table as old_rows",
    "update": "old table as old_rows new table as new_rows",
}
_NOTHING = {
    "insert": "not exists (select from new_rows)",
    "delete": "not exists (select from old_rows)",
    # Nothing that is counted: a note, say. Not a join: its plan is kept, whatever comes next.
    "update": f"not exists (select from ({_CHANGED['update']}) as changed"
    f" group by {_READ} having sum(sign) <> 0)",
}


def _slotted(table: str) -> bool:
    """One person's ratings of a day are counted in one row: nobody else waits for it."""
    return table != "rater_days"


def _count(table: str, event: str) -> str:
    """Add up what changed; always in the order of the key, so that no two wait for each other."""
    keys, rows = _COUNTED[table]
    slot, value = (", slot", ", free") if _slotted(table) else ("", "")
    return f"""
    insert into {table} as kept ({keys}{slot}, n)
    with changed as ({_CHANGED[event]})
    select {keys}{value}, sum(sign) from ({rows}) as counted
    group by {keys} having sum(sign) <> 0 order by {keys}
    on conflict ({keys}{slot}) do update set n = kept.n + excluded.n;
    """


_FIRST_RATING = """
    with counted as (
        insert into run_ratings as kept (run_id, n, day, model_id, demo)
        select r.id, count(*), (r.created_at at time zone 'UTC')::date, r.model_id, r.demo
        from new_rows join runs r on r.id = new_rows.run_id
        group by r.id order by r.id
        on conflict (run_id) do update set n = kept.n + excluded.n
        returning day, model_id, demo, xmax = 0 as first
    )
    insert into run_days as kept (day, model_id, demo, slot, runs, rated)
    select day, model_id, demo, free, 0, count(*) from counted where first
    group by day, model_id, demo order by day, model_id, demo
    on conflict (day, model_id, demo, slot) do update set rated = kept.rated + excluded.rated;
"""
_LAST_RATING = """
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
    select day, model_id, demo, free, 0, -count(*) from none
    group by day, model_id, demo order by day, model_id, demo
    on conflict (day, model_id, demo, slot) do update set rated = kept.rated + excluded.rated;
"""


def _runs(sign: str, rows: str) -> str:
    return f"""
    insert into run_days as kept (day, model_id, demo, slot, runs, rated)
    select {_DAY} as day, model_id, demo, free, {sign}count(*), 0
    from {rows} group by 1, model_id, demo order by 1, model_id, demo
    on conflict (day, model_id, demo, slot) do update set runs = kept.runs + excluded.runs;
    """


def upgrade() -> None:
    op.execute(_SLOT_FUNCTION)
    for statement in _TABLES:
        op.execute(statement)
    runs_counted = {"insert": _FIRST_RATING, "delete": _LAST_RATING, "update": ""}
    for event, after in runs_counted.items():
        body = "".join(_count(table, event) for table in _COUNTED)
        _trigger("feedback", event, _NOTHING[event], body + after)
    _trigger("runs", "insert", _NOTHING["insert"], _runs("", "new_rows"))
    _trigger("runs", "delete", _NOTHING["delete"], _runs("-", "old_rows"))
    _create_recounts()
    for table in (*_COUNTED, "run_ratings", "run_days"):
        op.execute(f"insert into {table} select * from {table}_recount()")


def _trigger(table: str, event: str, nothing: str, body: str) -> None:
    op.execute(
        f"""
        create function {table}_counted_{event}() returns trigger language plpgsql as $$
        declare
            free smallint;
        begin
            if {nothing} then
                return null;
            end if;
            free := rollup_slot();
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


def _create_recounts() -> None:
    """For each table, what it should hold: as if all had come in one statement."""
    for table, (keys, rows) in _COUNTED.items():
        slot = ", 0::smallint" if _slotted(table) else ""
        _recount(
            table,
            f"with changed as (select {_READ}, 1 as sign from feedback)"
            f" select {keys}{slot}, sum(sign) from ({rows}) as counted group by {keys}",
        )
    _recount(
        "run_ratings",
        f"select r.id, k.n::integer, {_DAY}, r.model_id, r.demo"
        " from runs r join (select run_id, count(*) as n from feedback group by run_id) as k"
        " on k.run_id = r.id",
    )
    _recount(
        "run_days",
        f"select {_DAY}, r.model_id, r.demo, 0::smallint, count(*), count(k.run_id)"
        " from runs r left join (select distinct run_id from feedback) as k on k.run_id = r.id"
        " group by 1, 2, 3",
    )


def _recount(table: str, query: str) -> None:
    op.execute(
        f"create function {table}_recount() returns setof {table} language sql stable"
        f" as $$ {query} $$"
    )
