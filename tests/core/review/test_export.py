"""The export: what the dashboard counts, safe to open, constant in memory, free when left."""

import csv
import io
import random
import time
from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Engine, QueuePool, text

from core.errors import GlimpseError, NotAllowed
from core.feedback.types import ReviewStatus
from core.ids import new_id
from core.permissions import Permission, Role
from core.review.export import ExportService
from core.review.service import ReviewService
from core.review.types import FeedbackFilter
from core.runs.types import Task
from db.models import Feedback
from db.session import Database
from tests.core.review import rows
from tests.core.review.conftest import World

COLUMNS = (
    *("feedback_id", "run_id", "created_at", "updated_at", "user", "task", "model", "revision"),
    *("rating", "tags", "status", "comment", "prompt", "output", "params", "image_sha256"),
    *("latency_ms", "run_status", "failed_step", "role", "assignee", "fixed_in", "note", "answer"),
    *("corrected_text", "verdicts", "top_score", "temperature", "top_p"),
    *("box_threshold", "text_threshold", "rate_ms", "demo"),
)


def exported(world: World, filter: FeedbackFilter, who: int = 0) -> list[dict[str, str]]:
    content = b"".join(ExportService(world.database).csv(world.people[who], filter))
    reader = csv.DictReader(io.StringIO(content.decode(), newline=""))
    hidden = () if world.people[who].may(Permission.EXPORT_ALL) else ("assignee", "note")
    assert tuple(reader.fieldnames or ()) == tuple(name for name in COLUMNS if name not in hidden)
    return list(reader)


def random_filter(draw: random.Random) -> FeedbackFilter:
    since = date(2026, 3, 1) + timedelta(days=draw.randrange(8))
    low = draw.randint(1, 4)
    every: dict[str, Any] = {
        "since": since,
        "until": since + timedelta(days=draw.randrange(8)),
        "task": draw.choice(list(Task)),
        "model": draw.choice(("shapes", "reporter", "reporter@r2")),
        "user": draw.choice(("ann", "Bob")),
        "rating_min": low,
        "rating_max": draw.randint(low, 5),
        "tag": (draw.choice(("untrue", "=cmd")),),
        "status": draw.choice(list(ReviewStatus)),
        "text": draw.choice(("红色", "circle", "fine")),
    }
    return FeedbackFilter(**{name: every[name] for name in draw.sample(sorted(every), 2)})


def test_the_header_equals_pandas_on_the_export(world: World) -> None:
    draw = random.Random(11)  # noqa: S311
    seen = 0
    for filter in [FeedbackFilter(), *(random_filter(draw) for _ in range(10))]:
        kpis = world.review.header(world.admin, filter).current
        content = b"".join(ExportService(world.database).csv(world.admin, filter))
        table = pd.read_csv(io.BytesIO(content))
        seen += len(table)
        assert kpis.rated == len(table)
        assert kpis.positive == (table.rating >= 4).sum()
        assert kpis.raters == table.user.nunique()
        assert kpis.untriaged == (table.status == "new").sum()
        counts = table.rating.value_counts()
        assert kpis.by_rating == tuple(counts.get(rating, 0) for rating in range(1, 6))
        if len(table):
            assert kpis.mean_rating == pytest.approx(table.rating.mean(), abs=1e-12)
            assert kpis.positive_share == pytest.approx((table.rating >= 4).mean(), abs=1e-12)
        else:
            assert kpis.mean_rating is None
    assert seen > len(world.feedback)


def test_coverage_counts_the_runs_of_the_same_period_model_and_user(world: World) -> None:
    rated = {row.run_id for row in world.feedback}
    day = date(2026, 3, 4)
    for filter, keep in (
        (FeedbackFilter(), lambda run: True),
        (FeedbackFilter(since=day), lambda run: run.created_at.date() >= day),
        (FeedbackFilter(until=day), lambda run: run.created_at.date() <= day),
        (FeedbackFilter(task=Task.DETECTION), lambda run: run.task == "detection"),
        (FeedbackFilter(user="ann"), lambda run: run.user_id == world.people[1].user_id),
        (FeedbackFilter(rating_min=5, text="红色"), lambda run: True),
    ):
        runs = [run for run in world.runs if keep(run)]
        kpis = world.review.header(world.admin, filter).current
        assert kpis.runs == len(runs)
        assert kpis.rated_runs == sum(run.id in rated for run in runs)


def test_every_cell_is_what_the_row_holds(database: Database) -> None:
    ann = rows.person(database, "=ann")
    model_id = rows.model(database, "detection", "shapes", "+r1")
    run_id = rows.run(
        database,
        ann,
        model_id,
        task="detection",
        prompt="＝red circle",
        text="-red circle",
        image_sha256=rows.image(database),
    )
    comment = '=1+1 "quoted", two\nlines 红色'
    row = _feedback(
        *(run_id, ann.user_id, model_id),
        task="detection",
        comment=comment,
        review_status="fixed",
        fixed_in="=r2",
        note="-for us only",
        answer="@mended",
        corrected_text="+better",
    )
    with database.unit_of_work() as session:
        session.add(row)
    world = World(database, ReviewService(database), ann, (ann,), [], [])
    (cells,) = exported(world, FeedbackFilter())
    assert cells == {
        "feedback_id": str(row.id),
        "run_id": str(run_id),
        "created_at": "2026-03-01T12:00:00.000000Z",
        "updated_at": "2026-03-01T12:00:00.000000Z",
        "user": "'=ann",
        "task": "detection",
        "model": "shapes",
        "revision": "'+r1",
        "rating": "2",
        "tags": "'@one; two",
        "status": "fixed",
        "comment": "'" + comment,
        "prompt": "'＝red circle",
        "output": "'-red circle 0.91",
        "params": '{"box_threshold": 0.35, "text_threshold": 0.25}',
        "image_sha256": bytes(range(32)).hex(),
        "latency_ms": "120",
        "run_status": "done",
        "failed_step": "",
        "role": "analyst",
        "fixed_in": "'=r2",
        "answer": "'@mended",
        "corrected_text": "'+better",
        "verdicts": "[]",
        "top_score": "0.913",
        "temperature": "",
        "top_p": "",
        "box_threshold": "0.35",
        "text_threshold": "0.25",
        "rate_ms": "0",
        "demo": "false",
    }


def test_a_text_that_was_written_on_is_exported_whole(database: Database) -> None:
    ann = rows.person(database, "ann")
    model_id = rows.model(database, "generation", "writer")
    run_id = rows.run(database, ann, model_id, text=" and two stars.")
    lead = text(
        """update runs set params = params || '{"lead": {"text": "A circle", "ids": []}}'"""
    )
    with database.unit_of_work() as session:
        session.execute(lead)
        session.add(_feedback(run_id, ann.user_id, model_id))
    world = World(database, ReviewService(database), ann, (ann,), [], [])
    (cells,) = exported(world, FeedbackFilter(text="circle and two"))
    assert cells["output"] == "A circle and two stars."


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_text_is_left_to_be_computed(database: Database, start: str) -> None:
    ann = rows.person(database, "ann")
    model_id = rows.model(database, "generation", "writer")
    run_id = rows.run(database, ann, model_id, prompt=f"{start}1", text=f"{start}2")
    with database.unit_of_work() as session:
        session.add(_feedback(run_id, ann.user_id, model_id, comment=f"{start}3"))
    world = World(database, ReviewService(database), ann, (ann,), [], [])
    (cells,) = exported(world, FeedbackFilter())
    assert cells["prompt"] == f"'{start}1"
    assert cells["output"] == f"'{start}2"
    assert cells["comment"] == f"'{start}3"


def test_analysts_export_their_own_ratings_only(world: World) -> None:
    own = exported(world, FeedbackFilter(), who=1)
    assert {row["user"] for row in own} == {"ann"}
    assert len(own) == sum(row.user_id == world.people[1].user_id for row in world.feedback)
    assert exported(world, FeedbackFilter(user="Bob"), who=1) == []
    everyone = {row["user"] for row in exported(world, FeedbackFilter())}
    assert everyone == {"root", "ann", "Bob"}


def test_guests_export_nothing(world: World) -> None:
    guest = rows.person(world.database, "guest", Role.GUEST)
    with pytest.raises(NotAllowed):
        ExportService(world.database).csv(guest, FeedbackFilter())


def test_hostile_filter_texts_stay_texts(world: World) -> None:
    for hostile in ("'; drop table feedback; --", "%s %(x)s %%", "\\x", "/%x", "''x"):
        assert exported(world, FeedbackFilter(text=hostile)) == []
        assert exported(world, FeedbackFilter(tag=(hostile,))) == []
    assert len(exported(world, FeedbackFilter())) == len(world.feedback)


def test_a_reader_who_leaves_frees_the_connection_at_once(database: Database) -> None:
    many_ratings(database, 2_000)
    admin = rows.person(database, "root", Role.ADMIN)
    with closing(ExportService(database).csv(admin, FeedbackFilter())) as stream:
        assert next(stream).startswith(b"feedback_id,run_id,")
        assert copies(database) == 1
        assert in_use(database.engine) == 1
        began = time.monotonic()
    wait_until(lambda: copies(database) == 0 and in_use(database.engine) == 0)
    assert time.monotonic() - began < 1
    assert list(stream) == []
    stream.close()
    database.ping()


def test_a_whole_export_gives_its_connection_back(world: World) -> None:
    assert len(exported(world, FeedbackFilter())) == len(world.feedback)
    wait_until(lambda: in_use(world.database.engine) == 0)


def test_an_export_that_breaks_raises(database: Database) -> None:
    many_ratings(database, 2_000)
    admin = rows.person(database, "root", Role.ADMIN)
    with closing(ExportService(database).csv(admin, FeedbackFilter())) as stream:
        next(stream)
        with database.unit_of_work() as session:
            session.execute(
                text(
                    "select pg_terminate_backend(pid) from pg_stat_activity "
                    "where query like 'copy %' and backend_type = 'client backend'"
                )
            )
        with pytest.raises(GlimpseError, match="away"):
            list(stream)
    wait_until(lambda: in_use(database.engine) == 0)


def test_an_export_from_a_database_that_is_away_says_so(world: World) -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/none", lambda: GlimpseError("away"))
    with pytest.raises(GlimpseError, match="away"):
        ExportService(away).csv(world.admin, FeedbackFilter())


def many_ratings(database: Database, n: int) -> None:
    """`n` ratings of one person, made by the server, each 8 KB in the export."""
    ann = rows.person(database, "ann")
    model_id = rows.model(database, "generation", "writer")
    with database.unit_of_work() as session:
        session.execute(
            text(
                "insert into runs (id, user_id, face, trace_id, task, model_id, prompt, params,"
                " status) select gen_random_uuid(), :user, 'ui', '-', 'generation', :model,"
                " repeat('prompt ', 1200), '{}', 'done' from generate_series(1, :n)"
            ),
            {"user": ann.user_id, "model": model_id, "n": n},
        )
        session.execute(
            text(
                "insert into feedback (id, run_id, user_id, model_id, task, rating)"
                " select gen_random_uuid(), id, user_id, model_id, task, 3 from runs"
            )
        )


def copies(database: Database) -> int:
    """How many COPY commands the server is running."""
    with database.unit_of_work() as session:
        found = session.scalar(
            text(
                "select count(*) from pg_stat_activity where state = 'active'"
                " and query like 'copy %' and backend_type = 'client backend'"
            )
        )
    return found or 0


def in_use(engine: Engine) -> int:
    assert isinstance(engine.pool, QueuePool)
    return engine.pool.checkedout()


def wait_until(holds: Callable[[], bool], seconds: float = 5) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def _feedback(run_id: Any, user_id: Any, model_id: Any, **columns: Any) -> Feedback:
    values = {"task": "generation", "rating": 2, "tags": ["@one", "two"], "comment": ""}
    at = {"created_at": rows.NOON, "updated_at": rows.NOON}
    return Feedback(
        id=new_id(),
        run_id=run_id,
        user_id=user_id,
        model_id=model_id,
        **(values | at | columns),
    )
