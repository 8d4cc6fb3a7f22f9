"""The counts that triggers keep, against the same counted afresh from the tables themselves."""

# ruff: noqa: S608 - all words of these statements are our own

from sqlalchemy import text

from db.session import Database

_DAY = "(created_at at time zone 'UTC')::date"
_SETTINGS = "coalesce(temperature, box_threshold), coalesce(top_p, text_threshold)"
_BIN = "coalesce(least(19, floor((box ->> 'score')::float8 * 20)), -1)::int"
_COUNTS = {
    "feedback_days": (
        "day, model_id, review_status, rating, demo",
        f"select {_DAY}, model_id, review_status, rating::int, demo, count(*) from feedback"
        " group by 1, 2, 3, 4, 5",
    ),
    "rater_days": (
        "user_id, day, demo",
        f"select user_id, {_DAY}, demo, count(*) from feedback group by 1, 2, 3",
    ),
    "setting_totals": (
        "model_id, x, y, rating, demo",
        f"select model_id, {_SETTINGS}, rating::int, demo, count(*) from feedback"
        " where coalesce(temperature, box_threshold) is not null"
        " and coalesce(top_p, text_threshold) is not null group by 1, 2, 3, 4, 5",
    ),
    "tag_totals": (
        "model_id, tag, other, demo",
        "select model_id, tag, other, demo, count(*) from feedback, unnest(tags) as tag,"
        ' unnest(tags) as other where tag collate "C" <= other collate "C" group by 1, 2, 3, 4',
    ),
    "verdict_totals": (
        "model_id, phrase, verdict, score_bin, demo",
        f"select f.model_id, lower(box ->> 'label'), v.verdict, {_BIN}, f.demo, count(*)"
        " from box_verdicts v join feedback f using (run_id, user_id) join runs r on r.id = run_id,"
        " lateral (select r.output #> array['detections', v.box_index::text] as box) as b"
        " group by 1, 2, 3, 4, 5",
    ),
    "run_ratings": (
        "run_id, day, model_id, demo",
        "select r.id, (r.created_at at time zone 'UTC')::date, r.model_id, r.demo, count(*)"
        " from feedback f join runs r on r.id = f.run_id group by r.id",
    ),
}
_RUN_DAYS = f"""
    select day, model_id, demo, sum(runs), sum(rated) from run_days group by 1, 2, 3
    except
    select {_DAY}, model_id, demo, count(*), count(*) filter (
        where exists (select from feedback f where f.run_id = runs.id)
    ) from runs group by 1, 2, 3
"""


def wrong_counts(database: Database) -> list[str]:
    """The tables that do not hold what there is, with how many of their rows differ."""
    wrong = []
    with database.unit_of_work() as session:
        for table, (keys, counted) in _COUNTS.items():
            kept = f"select {keys}, sum(n)::bigint from {table} group by {keys} having sum(n) <> 0"
            for one, other in ((kept, counted), (counted, kept)):
                differing = f"select count(*) from (({one}) except ({other})) as differing"
                if n := session.scalar(text(differing)):
                    wrong.append(f"{table}: {n} rows")
        if session.execute(text(_RUN_DAYS)).all():
            wrong.append("run_days")
    return wrong
