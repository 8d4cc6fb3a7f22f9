"""The SQL behind the charts: of the same rows, out of a roll-up or out of the ratings alone."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Date,
    Double,
    Integer,
    Select,
    SQLColumnExpression,
    Text,
    any_,
    cast,
    collate,
    column,
    func,
    literal,
    null,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import JSONB

from db.models import Feedback, Model
from db.repositories.review_sql import Criteria, where_feedback
from db.repositories.rollups import (
    FeedbackDay,
    SettingTotal,
    TagTotal,
    VerdictTotal,
    small_sum,
    where_rollup,
)

_KINDS = {
    "correct": ("right", "loose"),
    "wrong": ("wrong_label", "absent"),
    "missed": ("missed",),
}
_ONE = literal(1).label("n")

AnySelect = Select[*tuple[Any, ...]]


def by_rating(
    rating: SQLColumnExpression[Any], n: SQLColumnExpression[Any]
) -> list[ColumnElement[Any]]:
    return [func.coalesce(small_sum(n).filter(rating == each), 0) for each in range(1, 6)]


def day_rows(criteria: Criteria) -> AnySelect:
    keys = (FeedbackDay.day, FeedbackDay.model_id, FeedbackDay.rating)
    return select(*keys, FeedbackDay.n).where(*where_rollup(criteria, FeedbackDay))


def days_and_models(rows: AnySelect) -> AnySelect:
    """Counts of each rating by day, and by model with its first day; of either the other is null.

    Added up in two steps, as most rows of a roll-up share their day and model.
    """
    each = rows.subquery()
    keys = (each.c.day, each.c.model_id)
    counts = (
        count.label(f"rated_{stars}")
        for stars, count in enumerate(by_rating(each.c.rating, each.c.n), start=1)
    )
    pairs = select(*keys, *counts).group_by(*keys).having(small_sum(each.c.n) > 0).subquery()
    day, model_id, *counted = pairs.c
    sets = func.grouping_sets(tuple_(day), tuple_(model_id))
    return select(day, model_id, func.min(day), *map(small_sum, counted)).group_by(sets)


def rating_rows(criteria: Criteria) -> AnySelect:
    # Behind a fence, as the planner takes the days of so many moments for as many days, and sorts
    # what it could hash, and alone what several workers could share.
    day = cast(func.timezone("UTC", Feedback.created_at), Date).label("day")
    each = (
        select(day, Feedback.model_id, Feedback.rating)
        .where(*where_feedback(criteria))
        .offset(0)
        .subquery()
    )
    return select(*each.c, func.count().label("n")).group_by(*each.c)


def setting_totals(criteria: Criteria) -> AnySelect:
    return (
        select(Model.task, SettingTotal.x, SettingTotal.y, SettingTotal.rating, SettingTotal.n)
        .join(Model, Model.id == SettingTotal.model_id)
        .where(*where_rollup(criteria, SettingTotal))
    )


def setting_rows(criteria: Criteria) -> AnySelect:
    x = func.coalesce(Feedback.temperature, Feedback.box_threshold)
    y = func.coalesce(Feedback.top_p, Feedback.text_threshold)
    return select(Feedback.task, x.label("x"), y.label("y"), Feedback.rating, _ONE).where(
        x.is_not(None), y.is_not(None), *where_feedback(criteria)
    )


def verdict_totals(criteria: Criteria) -> AnySelect:
    return select(
        VerdictTotal.phrase, VerdictTotal.verdict, VerdictTotal.score_bin, VerdictTotal.n
    ).where(*where_rollup(criteria, VerdictTotal))


def verdict_rows(criteria: Criteria) -> AnySelect:
    box = func.jsonb_array_elements(Feedback.verdicts).table_valued(
        column("value", JSONB), name="box"
    )
    label = box.c.value["label"].astext
    score = cast(box.c.value["score"].astext, Double)
    twentieth = func.coalesce(func.least(19, func.floor(score * 20)), -1)
    return (
        select(
            label.label("phrase"),
            box.c.value["verdict"].astext.label("verdict"),
            twentieth.label("score_bin"),
            _ONE,
        )
        .select_from(Feedback)
        .join(box, true())
        .where(Feedback.verdicts != [], label.is_not(None), *where_feedback(criteria))
    )


def judged(rows: AnySelect, most: int) -> CompoundSelect[Any]:
    """Of both kinds of rows in one reading: those of a phrase, and those of a score."""
    each = rows.cte("each_box")
    keys = (each.c.phrase, each.c.score_bin)
    sums = (
        func.coalesce(small_sum(each.c.n).filter(each.c.verdict.in_(verdicts)), 0).label(name)
        for name, verdicts in _KINDS.items()
    )
    counted = select(*keys, *sums).group_by(*keys).cte("counted")
    columns = [func.sum(counted.c[name]).label(name) for name in _KINDS]
    judged = select(counted.c.phrase, *columns).group_by(counted.c.phrase).subquery()
    n = judged.c.correct + judged.c.wrong
    phrases = (
        select(
            judged.c.phrase,
            cast(null(), Integer).label("score_bin"),
            *(judged.c[name] for name in _KINDS),
            func.count().over().label("total"),
        )
        .where(n + judged.c.missed > 0, judged.c.phrase != "")  # labels of erased runs
        .order_by(n.desc(), judged.c.missed.desc(), _by_code(judged.c.phrase))
        .limit(most)
        .subquery()
    )
    bins = (
        select(cast(null(), Text), cast(counted.c.score_bin, Integer), *columns, literal(0))
        .group_by(counted.c.score_bin)
        .having(func.sum(counted.c.correct + counted.c.wrong) > 0)
    )
    return select(phrases).union_all(bins)


def tag_totals(criteria: Criteria, most: int) -> AnySelect:
    where, n = where_rollup(criteria, TagTotal), func.sum(TagTotal.n)
    top = (
        select(TagTotal.tag)
        .where(TagTotal.tag == TagTotal.other, *where)
        .group_by(TagTotal.tag)
        .having(n > 0)
        .order_by(n.desc(), _by_code(TagTotal.tag))
        .limit(most)
        .cte("top")
    )
    return (
        select(TagTotal.tag, TagTotal.other, n)
        .where(TagTotal.tag.in_(select(top.c.tag)), TagTotal.other.in_(select(top.c.tag)), *where)
        .group_by(TagTotal.tag, TagTotal.other)
        .having(n > 0)
    )


def tag_rows(criteria: Criteria, most: int) -> AnySelect:
    # Few ratings differ in their tags: those that have the same are counted before any are paired.
    tagged = (
        select(Feedback.tags, func.count().label("n"))
        .where(func.cardinality(Feedback.tags) > 0, *where_feedback(criteria))
        .group_by(Feedback.tags)
        .cte("tagged")
    )
    one, other = (
        func.unnest(tagged.c.tags).table_valued(column("tag", Text)).render_derived(name)
        for name in ("one", "other")
    )
    n = func.sum(tagged.c.n)
    top = func.array(
        select(one.c.tag)
        .select_from(tagged)
        .join(one, true())
        .group_by(one.c.tag)
        .order_by(n.desc(), _by_code(one.c.tag))
        .limit(most)
        .scalar_subquery()
    )
    return (
        select(one.c.tag, other.c.tag, n)
        .select_from(tagged)
        .join(one, one.c.tag == any_(top))
        .join(other, _by_code(one.c.tag) <= _by_code(other.c.tag))
        .where(other.c.tag == any_(top))
        .group_by(one.c.tag, other.c.tag)
    )


def _by_code(text: SQLColumnExpression[Any]) -> ColumnElement[Any]:
    """In the order of code points, whatever the database's own."""
    return collate(text, "C")
