"""Ratings carry what the dashboard asks for, their history, and what reviewers keep."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TIME = postgresql.TIMESTAMP(timezone=True)
_NOW = sa.text("now()")

_OWN_BOXES = """
create function boxes_by_phrase(output jsonb, params jsonb) returns jsonb
language sql immutable parallel safe
return (
    select coalesce(jsonb_agg(box order by place), '[]')
    from jsonb_path_query(output, '$.detections[*]') with ordinality as raw (box, place)
    where (box ->> 'score')::numeric >= greatest(
        coalesce(
            params -> 'phrase_thresholds' ->> (box ->> 'label'), params ->> 'box_threshold'
        )::numeric,
        (params ->> 'text_threshold')::numeric
    )
)
"""
_SHOWN_BOXES = """
create function shown_boxes(output jsonb, params jsonb) returns jsonb
language sql immutable parallel safe
return case when params ? 'phrase_thresholds' then boxes_by_phrase(output, params)
else jsonb_path_query_array(
    output, '$.detections[*] ? (@.score >= $box_threshold && @.score >= $text_threshold)', params
) end
"""
"""The boxes that reach the run's thresholds, or that of their phrase: what counts as found. Apart,
so that this one costs nothing where no phrase has its own: the planner puts it in place."""

_BOXES = """
alter table runs drop column boxes, add column boxes integer generated always as (
    case when task = 'detection' and status = 'done'
    then jsonb_array_length(shown_boxes(output, params)) end
) stored
"""

_RUN_TEXT = r"""
create function run_text(task text, output jsonb, params jsonb) returns text
language sql immutable parallel safe
return case when task = 'detection' then (
    select string_agg(
        (box ->> 'label') || ' ' || round((box ->> 'score')::numeric, 2)::text, '; '
    )
    from jsonb_array_elements(shown_boxes(output, params)) as box
) else (
    select string_agg(coalesce(params #>> '{lead,text}', '') || written, E'\n\n')
    from jsonb_array_elements_text(
        jsonb_path_query_array(output, '$.outputs[*].text')
    ) as written
) end
"""
"""What a run answered, as one text: its texts, or the labels it showed with their scores."""

_RUN_SEARCH = """
create function run_search(comment text, prompt text, answer text) returns tsvector
language sql immutable parallel safe
return feedback_search(
    comment || E'\\n' || left(prompt, 100000) || E'\\n' || left(coalesce(answer, ''), 100000)
)
"""
"""A search vector must not grow over a megabyte, so very long texts count with their beginning."""

_WORDS_BEGUN = """
create function words_begun(phrase text) returns tsquery
language sql immutable parallel safe strict
return case when numnode(feedback_query(phrase)) = 0 then feedback_query(phrase)
    else (feedback_query(phrase)::text || ':*')::tsquery end
"""
"""Words in this order, of which the last may go on."""

_VERDICTS = """
create function feedback_verdicts(of_run uuid, of_user uuid) returns jsonb
language sql stable
return (
    select coalesce(jsonb_agg(box order by place, box), '[]') from (
        select v.box_index as place, jsonb_build_object(
            'label', lower(r.output #>> array['detections', v.box_index::text, 'label']),
            'score', r.output #> array['detections', v.box_index::text, 'score'],
            'verdict', v.verdict
        ) as box
        from box_verdicts v join runs r on r.id = v.run_id
        where v.run_id = of_run and v.user_id = of_user
        union all
        select
            1000000,
            jsonb_build_object('label', lower(label), 'score', null, 'verdict', 'missed')
        from missed_boxes where run_id = of_run and user_id = of_user
    ) as judged
)
"""

_FILL = """
create function feedback_fill() returns trigger language plpgsql as $$
declare
    r runs%rowtype;
    shown jsonb;
begin
    select * into r from runs where id = new.run_id;
    if not found then
        return new;  -- the foreign key refuses it
    end if;
    new.search := run_search(new.comment, r.prompt, run_text(r.task, r.output, r.params));
    if tg_op = 'UPDATE' then
        return new;
    end if;
    new.demo := r.demo;
    new.run_status := r.status;
    new.latency_ms := r.latency_ms;
    new.rate_ms := greatest(
        0, extract(epoch from new.created_at - coalesce(r.finished_at, r.created_at)) * 1000
    );
    if r.task = 'detection' then
        shown := shown_boxes(r.output, r.params);
        new.phrases := array(
            select distinct lower(box ->> 'label') from jsonb_array_elements(shown) as box
            order by 1
        );
        new.top_score := (
            select max((box ->> 'score')::float8) from jsonb_array_elements(shown) as box
        );
        new.box_threshold := round((r.params ->> 'box_threshold')::numeric * 20) / 20;
        new.text_threshold := round((r.params ->> 'text_threshold')::numeric * 20) / 20;
        new.verdicts := feedback_verdicts(new.run_id, new.user_id);
    else
        new.temperature := round((r.params ->> 'temperature')::numeric, 1);
        new.top_p := round((r.params ->> 'top_p')::numeric * 20) / 20;
    end if;
    return new;
end $$
"""

_JUDGED = """
create function verdicts_changed() returns trigger language plpgsql as $$
begin
    update feedback f set verdicts = feedback_verdicts(f.run_id, f.user_id)
    where (f.run_id, f.user_id) in (select run_id, user_id from changed);
    return null;
end $$
"""

_COPY_OLD = """
update feedback f set
    search = run_search(f.comment, r.prompt, run_text(r.task, r.output, r.params)),
    run_status = r.status,
    latency_ms = r.latency_ms,
    said_at = f.updated_at,
    rate_ms = greatest(
        0, extract(epoch from f.created_at - coalesce(r.finished_at, r.created_at)) * 1000
    ),
    phrases = array(
        select distinct lower(box ->> 'label') from jsonb_array_elements(r.shown) as box
        order by 1
    ),
    top_score = (
        select max((box ->> 'score')::float8) from jsonb_array_elements(r.shown) as box
    ),
    box_threshold = round((r.params ->> 'box_threshold')::numeric * 20) / 20,
    text_threshold = round((r.params ->> 'text_threshold')::numeric * 20) / 20,
    temperature = round((r.params ->> 'temperature')::numeric, 1),
    top_p = round((r.params ->> 'top_p')::numeric * 20) / 20,
    verdicts = feedback_verdicts(f.run_id, f.user_id)
from (
    select *, case when task = 'detection' then shown_boxes(output, params) else '[]' end as shown
    from runs
) as r
where r.id = f.run_id
"""


def upgrade() -> None:
    _add_columns()
    for boxes in (_OWN_BOXES, _SHOWN_BOXES, _BOXES):
        op.execute(boxes)
    for function in (_RUN_TEXT, _RUN_SEARCH, _WORDS_BEGUN, _VERDICTS, _FILL, _JUDGED):
        op.execute(function)
    op.execute("alter table feedback alter column search drop expression")
    op.execute(_COPY_OLD)
    _create_indexes()
    _create_triggers()
    _create_tables()


def _add_columns() -> None:
    text, big, number = sa.Text(), sa.BigInteger(), sa.Numeric(4, 2)
    for column in (
        sa.Column("corrected_text", text, nullable=True),
        sa.Column("said_at", _TIME, server_default=_NOW, nullable=False),
        sa.Column("rate_ms", big, nullable=True),
        sa.Column("assignee_id", sa.UUID(), nullable=True),
        sa.Column("fixed_in", text, nullable=True),
        sa.Column("note", text, server_default="", nullable=False),
        sa.Column("answer", text, server_default="", nullable=False),
        sa.Column("answered_at", _TIME, nullable=True),
        sa.Column("demo", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("run_status", text, nullable=True),
        sa.Column("latency_ms", big, nullable=True),
        sa.Column("phrases", postgresql.ARRAY(text), server_default="{}", nullable=False),
        sa.Column("top_score", sa.Double(), nullable=True),
        sa.Column("temperature", number, nullable=True),
        sa.Column("top_p", number, nullable=True),
        sa.Column("box_threshold", number, nullable=True),
        sa.Column("text_threshold", number, nullable=True),
        sa.Column("verdicts", postgresql.JSONB(), server_default="[]", nullable=False),
    ):
        op.add_column("feedback", column)
    for table in ("users", "runs"):
        op.add_column(
            table, sa.Column("demo", sa.Boolean(), server_default=sa.text("false"), nullable=False)
        )
    op.create_foreign_key(
        op.f("fk_feedback_assignee_id_users"), "feedback", "users", ["assignee_id"], ["id"]
    )
    op.create_check_constraint(
        op.f("ck_feedback_fixed_in"), "feedback", "fixed_in is null or review_status = 'fixed'"
    )


def _create_indexes() -> None:
    newest: list[sa.ColumnElement[str]] = [
        sa.literal_column("created_at desc"),
        sa.literal_column("id desc"),
    ]
    op.create_index(
        "ix_runs_words",
        "runs",
        [sa.literal_column("feedback_search(left(prompt, 100000))")],
        postgresql_using="gin",
    )
    op.create_index("ix_feedback_phrases", "feedback", ["phrases"], postgresql_using="gin")
    op.create_index(
        "ix_feedback_verdicts",
        "feedback",
        ["verdicts"],
        postgresql_using="gin",
        postgresql_ops={"verdicts": "jsonb_path_ops"},
    )
    op.create_index("ix_feedback_latency", "feedback", ["latency_ms", "created_at", "id"])
    op.create_index(
        "ix_feedback_score",
        "feedback",
        ["top_score"],
        postgresql_where=sa.text("top_score is not null"),
    )
    op.create_index(
        "ix_feedback_answered",
        "feedback",
        ["user_id", sa.literal_column("answered_at desc")],
        postgresql_where=sa.text("answered_at is not null"),
    )
    for name, column, condition in (
        ("rating", "rating", None),
        ("status", "review_status", None),
        ("demo", "demo", None),
        ("assignee", "assignee_id", "assignee_id is not null"),
        ("temperature", "temperature", "temperature is not null"),
        ("top_p", "top_p", "top_p is not null"),
        ("box_threshold", "box_threshold", "box_threshold is not null"),
        ("text_threshold", "text_threshold", "text_threshold is not null"),
        ("corrected", None, "corrected_text is not null"),
        ("judged", None, "verdicts <> '[]'::jsonb"),
        ("stopped", None, "run_status = 'stopped'"),
    ):
        op.create_index(
            f"ix_feedback_{name}",
            "feedback",
            [*((column,) if column else ()), *newest],
            postgresql_where=None if condition is None else sa.text(condition),
        )
    op.drop_index("uq_feedback_idempotency", "feedback")
    op.create_index(
        "uq_feedback_idempotency",
        "feedback",
        ["user_id", "idempotency_key"],
        unique=True,
        postgresql_where=sa.text("idempotency_key is not null"),
    )


def _create_triggers() -> None:
    # Whoever inserts very many rows may bring all copies along, `search` among them.
    op.execute(
        "create trigger feedback_fill before insert on feedback for each row"
        " when (new.search is null) execute function feedback_fill()"
    )
    op.execute(
        "create trigger feedback_fill_again before update of comment on feedback for each row"
        " when (new.comment is distinct from old.comment) execute function feedback_fill()"
    )
    for table in ("box_verdicts", "missed_boxes"):
        for event, rows in (("insert", "new"), ("update", "new"), ("delete", "old")):
            op.execute(
                f"create trigger {table}_{event} after {event} on {table}"
                f" referencing {rows} table as changed"
                " for each statement execute function verdicts_changed()"
            )


def _create_tables() -> None:
    _create_events_signals_and_drafts()
    op.create_table(
        "saved_views",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("owner_id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", postgresql.JSONB(), nullable=False),
        sa.Column("columns", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("shared", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", _TIME, server_default=_NOW, nullable=False),
        _refers("saved_views", "owner_id", "users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
    )
    op.create_index(
        "uq_saved_views_owner_name",
        "saved_views",
        ["owner_id", sa.literal_column("lower(name)")],
        unique=True,
    )
    op.create_table(
        "rating_requests",
        sa.Column("run_id", sa.UUID(), nullable=False),
        sa.Column("user_id", sa.UUID(), nullable=False),
        sa.Column("asked_by", sa.UUID(), nullable=False),
        sa.Column("reference", sa.SmallInteger(), nullable=True),
        sa.Column("created_at", _TIME, server_default=_NOW, nullable=False),
        sa.CheckConstraint("reference between 1 and 5", name=op.f("ck_rating_requests_reference")),
        _refers("rating_requests", "run_id", "runs", ondelete="CASCADE"),
        _refers("rating_requests", "user_id", "users", ondelete="CASCADE"),
        _refers("rating_requests", "asked_by", "users"),
        sa.PrimaryKeyConstraint("run_id", "user_id", name=op.f("pk_rating_requests")),
    )
    op.create_index(op.f("ix_rating_requests_user_id"), "rating_requests", ["user_id"])
    op.create_table(
        "phrase_thresholds",
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("phrase", sa.Text(), nullable=False),
        sa.Column("threshold", sa.Double(), nullable=False),
        sa.Column("precision", sa.Double(), nullable=False),
        sa.Column("verdicts", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.UUID(), nullable=False),
        sa.Column("created_at", _TIME, server_default=_NOW, nullable=False),
        sa.CheckConstraint(
            "threshold between 0 and 1", name=op.f("ck_phrase_thresholds_threshold")
        ),
        sa.CheckConstraint(
            "precision between 0 and 1", name=op.f("ck_phrase_thresholds_precision")
        ),
        _refers("phrase_thresholds", "set_by", "users"),
        sa.PrimaryKeyConstraint("model", "phrase", name=op.f("pk_phrase_thresholds")),
    )


def _create_events_signals_and_drafts() -> None:
    op.create_table(
        "feedback_events",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("feedback_id", sa.UUID(), nullable=False),
        sa.Column("run_id", sa.UUID(), nullable=False),
        sa.Column("rater_id", sa.UUID(), nullable=False),
        sa.Column("actor_id", sa.UUID(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=True),
        sa.Column("after", postgresql.JSONB(), nullable=True),
        sa.Column("created_at", _TIME, server_default=_NOW, nullable=False),
        sa.CheckConstraint(
            "action in ('rated', 'changed', 'withdrawn', 'reviewed')",
            name=op.f("ck_feedback_events_action"),
        ),
        _refers("feedback_events", "run_id", "runs", ondelete="CASCADE"),
        _refers("feedback_events", "rater_id", "users"),
        _refers("feedback_events", "actor_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_events")),
    )
    op.create_index(op.f("ix_feedback_events_run_id"), "feedback_events", ["run_id"])
    op.create_index("ix_feedback_events_feedback", "feedback_events", ["feedback_id", "created_at"])
    op.create_table(
        "run_signals",
        sa.Column("run_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("detail", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("model_id", sa.UUID(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("demo", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", _TIME, server_default=_NOW, nullable=False),
        sa.CheckConstraint(
            "kind in ('stopped', 'regenerated', 'abandoned', 'copied', 'downloaded')",
            name=op.f("ck_run_signals_kind"),
        ),
        _refers("run_signals", "run_id", "runs", ondelete="CASCADE"),
        _refers("run_signals", "model_id", "models"),
        sa.PrimaryKeyConstraint("run_id", "kind", name=op.f("pk_run_signals")),
    )
    op.create_table(
        "rating_drafts",
        sa.Column("run_id", sa.UUID(), nullable=False),
        sa.Column("user_id", sa.UUID(), nullable=False),
        sa.Column("body", postgresql.JSONB(), nullable=False),
        sa.Column("updated_at", _TIME, server_default=_NOW, nullable=False),
        _refers("rating_drafts", "run_id", "runs", ondelete="CASCADE"),
        _refers("rating_drafts", "user_id", "users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "user_id", name=op.f("pk_rating_drafts")),
    )


def _refers(
    table: str, column: str, other: str, ondelete: str | None = None
) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete=ondelete)
