"""Demo data: as the triggers would have it, counted exactly, and gone without a trace."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image as Picture
from sqlalchemy import text

from core.accounts.service import AccountService
from core.config import Settings
from core.demo.service import DemoService
from core.errors import Conflict, Invalid, NotSignedIn
from core.feedback.service import FeedbackService
from core.permissions import Role
from db.models import Base
from db.session import Database
from tests.core.review import rows

RUNS = 400
TABLES = [table.name for table in Base.metadata.sorted_tables]
ROLLUPS = ("feedback_days", "rater_days", "run_days", "setting_totals", "tag_totals",
           "verdict_totals")  # fmt: skip
_COPIED = (
    "demo, run_status, latency_ms, rate_ms, phrases, top_score, temperature, top_p, box_threshold,"
    " text_threshold, verdicts, search"
)


SYSTEM = AccountService.system_actor()


def quiet(_: str) -> None:
    pass


@pytest.fixture
def service(database: Database, settings: Settings) -> DemoService:
    return DemoService(database, settings)


def select(database: Database, query: str, **values: Any) -> list[Any]:
    with database.unit_of_work() as session:
        return [tuple(row) for row in session.execute(text(query), values)]


def counted(database: Database) -> dict[str, list[Any]]:
    """Every roll-up, its slots added up."""
    found = {}
    for table in ROLLUPS:
        numbers = "sum(runs), sum(rated)" if table == "run_days" else "sum(n)"
        keys = ", ".join(
            column.name
            for column in Base.metadata.tables[table].columns
            if column.name not in {"slot", "n", "runs", "rated"}
        )
        found[table] = select(
            database,
            f"select {keys}, {numbers} from {table} group by {keys}"  # noqa: S608
            f" having ({numbers}) is distinct from (0{', 0' * numbers.count(',')})"
            f" order by {keys}",
        )
    found["run_ratings"] = select(database, "select * from run_ratings order by run_id")
    return found


def everything(database: Database) -> dict[str, list[Any]]:
    return {
        table: select(database, f"select t::text from {table} t order by 1")  # noqa: S608
        for table in TABLES
        if table != "audit_log"
    }


@pytest.fixture
def real(database: Database) -> Callable[[], dict[str, list[Any]]]:
    """A person of flesh and blood with a rated run on a picture; and all rows there are."""
    ann = rows.person(database, "mei.chen", Role.ADMIN)
    model = rows.model(database, "detection", "shapes")
    run = rows.run(
        database, ann, model, task="detection", text="red circle", image_sha256=rows.image(database)
    )
    FeedbackService(database).rate(ann, run, 4, ["style"], "左边漏掉了")
    return lambda: everything(database)


def test_copies_are_what_the_trigger_makes_of_the_same_rows(
    database: Database, service: DemoService
) -> None:
    service.load(SYSTEM, RUNS, 7, quiet)
    columns = ", ".join(
        column.name
        for column in Base.metadata.tables["feedback"].columns
        if column.name not in {name.strip() for name in _COPIED.split(",")}
    )
    query = f"select id, {_COPIED} from feedback order by id"  # noqa: S608
    supplied = select(database, query)
    before = counted(database)
    with database.unit_of_work() as session:
        session.execute(
            text(f"create temp table kept on commit drop as select {columns} from feedback")  # noqa: S608
        )
        session.execute(text("delete from feedback"))
        session.execute(
            text(f"insert into feedback ({columns}) select {columns} from kept")  # noqa: S608
        )
    assert len(supplied) > RUNS / 2
    assert select(database, query) == supplied
    assert counted(database) == before


def test_every_kind_of_row_is_there(database: Database, service: DemoService) -> None:
    loaded = service.load(SYSTEM, RUNS, 7, quiet)
    assert loaded.runs == RUNS
    assert select(database, "select count(*) from runs where demo") == [(RUNS,)]
    assert select(database, "select count(*) from feedback where demo") == [(loaded.ratings,)]
    for condition in (
        "comment <> ''",
        "comment ~ '[\\u4e00-\\u9fff]'",
        "comment ~ '[\\u3040-\\u30ff]'",
        "comment ~ '[\\uac00-\\ud7af]'",
        "tags <> '{}'",
        "corrected_text is not null",
        "verdicts <> '[]'",
        "answer <> ''",
        "assignee_id is not null",
        "fixed_in is not null",
        "run_status = 'stopped'",
        "temperature is not null",
    ):
        query = f"select count(*) > 0 from feedback where {condition}"  # noqa: S608
        assert select(database, query) == [(True,)], condition
    for table in ("box_verdicts", "missed_boxes", "feedback_events", "usage_days",
                  "rating_requests"):  # fmt: skip
        query = f"select count(*) > 0 from {table}"  # noqa: S608
        assert select(database, query) == [(True,)], table


def test_no_detection_is_answered_from_a_demo_run(database: Database, service: DemoService) -> None:
    """Equal requests are found by their hash."""
    service.load(SYSTEM, RUNS, 7, quiet)
    assert select(database, "select count(*) from runs where request_hash is not null") == [(0,)]


def test_ids_carry_the_time_of_their_row(database: Database, service: DemoService) -> None:
    service.load(SYSTEM, RUNS, 7, quiet)
    for table, time in (("runs", "created_at"), ("feedback", "created_at"), ("users", "created_at"),
                        ("box_verdicts", "created_at"), ("models", "created_at")):  # fmt: skip
        wrong = select(
            database,
            f"select id, {time} from {table} where ("  # noqa: S608
            "('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint"
            f" <> floor(extract(epoch from {time}) * 1000)) or substr(id::text, 15, 1) <> '7'",
        )
        assert not wrong, table


def test_boxes_lie_where_the_pictures_have_something(
    database: Database, service: DemoService
) -> None:
    """The paper is plain, so a right box holds another colour than the corner beside all things."""
    service.load(SYSTEM, RUNS, 7, quiet)
    found = select(
        database,
        "select i.content, r.output -> 'detections' -> v.box_index -> 'box'"
        " from box_verdicts v join runs r on r.id = v.run_id"
        " join images i on i.sha256 = r.image_sha256 where v.verdict = 'right' limit 40",
    )
    empty = 0
    for content, box in found:
        picture = Picture.open(io.BytesIO(bytes(content)))
        part = picture.crop((box["xmin"], box["ymin"], box["xmax"], box["ymax"]))
        empty += len(part.getcolors(100_000) or []) < 2
    assert len(found) > 10
    assert empty <= len(found) // 5  # one verdict in twenty-five is wrong


def test_same_seed_makes_the_same_rows_and_is_refused_while_it_is_there(
    database: Database, service: DemoService
) -> None:
    service.load(SYSTEM, RUNS, 7, quiet)
    query = "select r.id, r.output, f.id, f.rating, f.comment from runs r left join feedback f"
    query += " on f.run_id = r.id order by r.id, f.id"
    first = select(database, query)
    with pytest.raises(Conflict, match="another seed"):
        service.load(SYSTEM, RUNS, 7, quiet)
    with pytest.raises(Conflict, match="another seed"):
        service.load(SYSTEM, RUNS * 2, 7, quiet)
    service.clear(SYSTEM, quiet)
    service.load(SYSTEM, RUNS, 7, quiet)
    assert select(database, query) == first


def test_seeds_add_up(database: Database, service: DemoService) -> None:
    service.load(SYSTEM, RUNS, 7, quiet)
    service.load(SYSTEM, RUNS, 8, quiet)
    assert select(database, "select count(*) from runs where demo") == [(2 * RUNS,)]
    assert select(database, "select count(*) from users where demo") == [(106,)]


def test_load_that_was_broken_off_is_completed(
    database: Database, service: DemoService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.demo.plan.BATCH", 60)
    monkeypatch.setattr("core.demo.loading.WORKERS", 1)

    class Pulled(Exception):
        """The plug."""

    def pull(line: str) -> None:
        if RUNS / 2 < int(line.split()[0]) < RUNS:
            raise Pulled

    service.load(SYSTEM, RUNS, 7, quiet)
    whole = select(database, "select id from runs order by id")
    service.clear(SYSTEM, quiet)
    with pytest.raises(Pulled):
        service.load(SYSTEM, RUNS, 7, pull)
    part = select(database, "select id from runs order by id")
    assert 0 < len(part) < RUNS
    assert service.load(SYSTEM, RUNS, 7, quiet).runs == RUNS - len(part)
    assert select(database, "select id from runs order by id") == whole


@pytest.mark.usefixtures("real")
def test_real_person_keeps_the_name_that_a_demo_person_would_have(
    database: Database, service: DemoService
) -> None:
    service.load(SYSTEM, RUNS, 7, quiet)
    assert select(database, "select username, demo from users where username like 'mei.chen%'") in (
        [("mei.chen", False), ("mei.chen2", True)],
        [("mei.chen2", True), ("mei.chen", False)],
    )


def test_clearing_leaves_real_rows_as_they_were(
    database: Database, service: DemoService, real: Callable[[], dict[str, list[Any]]]
) -> None:
    before, counts = real(), counted(database)
    service.load(SYSTEM, RUNS, 7, quiet)
    during = counted(database)
    gone = service.clear(SYSTEM, quiet)
    assert during != counts
    assert gone.runs == RUNS
    assert real() == before
    assert counted(database) == counts


def test_rating_of_a_demo_run_by_a_real_person_is_demo_and_goes_with_it(
    database: Database, service: DemoService, real: Callable[[], dict[str, list[Any]]]
) -> None:
    before = real()
    service.load(SYSTEM, RUNS, 7, quiet)
    boss = rows.person(database, "boss", Role.ADMIN)
    [(run,)] = select(database, "select id from runs where demo and status = 'done' limit 1")
    FeedbackService(database).rate(boss, run, 2)
    assert select(database, "select demo from feedback where user_id = :id", id=boss.user_id) == [
        (True,)
    ]
    service.clear(SYSTEM, quiet)
    after = real()
    after["users"] = [row for row in after["users"] if "boss" not in row[0]]
    assert after == before


def test_real_rating_that_a_demo_person_should_look_into_stays(
    database: Database, service: DemoService, real: Callable[[], dict[str, list[Any]]]
) -> None:
    before = real()
    service.load(SYSTEM, RUNS, 7, quiet)
    with database.unit_of_work() as session:
        session.execute(
            text("update feedback set assignee_id = (select id from users where demo limit 1)"
                 " where not demo")
        )  # fmt: skip
    service.clear(SYSTEM, quiet)
    assert real() == before


def test_nobody_signs_in_as_a_demo_person_even_when_enabled(
    database: Database, service: DemoService, settings: Settings
) -> None:
    service.load(SYSTEM, RUNS, 7, quiet)
    [(name,)] = select(database, "select username from users where demo and role = 'admin' limit 1")
    accounts = AccountService(database, settings)
    for _ in range(2):
        with pytest.raises(NotSignedIn):
            accounts.sign_in(name, "", "a")
        accounts.set_active(accounts.system_actor(), name, active=True)


def test_first_admin_is_made_beside_demo_people(
    database: Database, service: DemoService, settings: Settings
) -> None:
    service.load(SYSTEM, RUNS, 7, quiet)
    accounts = AccountService(database, settings)
    accounts.ensure_first_admin()
    assert select(database, "select username from users where not demo") == [("admin",)]


@pytest.mark.parametrize(
    ("runs", "seed", "why"), [(0, 1, "--runs"), (10**9, 1, "--runs"), (5, -1, "--seed")]
)
def test_impossible_numbers_are_refused_by_name(
    service: DemoService, runs: int, seed: int, why: str
) -> None:
    with pytest.raises(Invalid, match=why):
        service.load(SYSTEM, runs, seed, quiet)


def test_two_at_a_time_are_refused(database: Database, service: DemoService) -> None:
    refused = []

    def again(_: str) -> None:
        with pytest.raises(Conflict, match="wait"):
            service.clear(SYSTEM, quiet)
        refused.append(True)

    service.load(SYSTEM, RUNS, 7, again)
    assert refused
