"""What came of a job: each item beside its run, listed in the ways the page offers."""

from uuid import UUID

import pytest

from core.config import Settings
from core.errors import Invalid, NotFound
from core.inference.registry import ModelRegistry
from core.jobs.result_types import JobResult, Listed
from core.jobs.results import JobResultService
from core.jobs.service import JobService
from core.permissions import Actor, Role
from db.session import Database
from tests.core.jobs import rows as job_rows
from tests.core.review import rows

FOUND = ["red circle", "!It is no picture.", "", "blue star, red circle, red circle", None]


@pytest.fixture
def ann(database: Database) -> Actor:
    return rows.person(database, "ann")


@pytest.fixture
def results(database: Database, settings: Settings) -> JobResultService:
    models = ModelRegistry.from_file(settings)
    return JobResultService(database, JobService(database, models, settings))


def positions(found: tuple[JobResult, ...]) -> list[int]:
    return [each.item.position for each in found]


def test_each_item_says_what_its_run_found(
    results: JobResultService, database: Database, ann: Actor
) -> None:
    job_id = job_rows.job(database, ann, FOUND, state="running")
    page = results.page(ann, job_id)
    assert positions(page.results) == [0, 1, 2, 3, 4]
    assert [dict(each.found) for each in page.results] == [
        {"red circle": 1},
        {},
        {},
        {"red circle": 2, "blue star": 1},
        {},
    ]
    assert list(page.results[3].found) == ["red circle", "blue star"]
    assert page.results[1].item.error == "It is no picture."
    assert page.results[0].latency_ms == 120
    assert page.results[4].item.run_id is None


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        (Listed.ALL, [0, 1, 2, 3, 4]),
        (Listed.FAILED, [1]),
        (Listed.NOTHING, [2]),
        (Listed.MOST, [3, 0, 2]),
    ],
)
def test_lists_are_narrowed_and_counted(
    results: JobResultService,
    database: Database,
    ann: Actor,
    listed: Listed,
    expected: list[int],
) -> None:
    job_id = job_rows.job(database, ann, FOUND)
    page = results.page(ann, job_id, listed)
    assert positions(page.results) == expected
    assert page.counts == {Listed.ALL: 5, Listed.FAILED: 1, Listed.NOTHING: 1, Listed.MOST: 3}


def test_pages_follow_one_another(
    results: JobResultService, database: Database, ann: Actor
) -> None:
    job_id = job_rows.job(database, ann, FOUND)
    pages = [results.page(ann, job_id, page=number, limit=2).results for number in (1, 2, 3, 4)]
    assert [positions(page) for page in pages] == [[0, 1], [2, 3], [4], []]
    with pytest.raises(Invalid, match="begin at 1"):
        results.page(ann, job_id, page=0)


def test_texts_are_told_with_their_tokens(
    results: JobResultService, database: Database, ann: Actor
) -> None:
    job_id = job_rows.job(database, ann, ["A report." * 200, None], kind="generate")
    written, waiting = results.page(ann, job_id).results
    assert written.text is not None
    assert (len(written.text), written.tokens) == (500, 5)
    assert (written.item.prompt, waiting.text) == ("Prompt 0", None)


def test_a_removed_run_leaves_its_item_and_says_so(
    results: JobResultService, database: Database, ann: Actor
) -> None:
    job_id = job_rows.job(database, ann, ["red circle"])
    job_rows.erase_runs(database)
    (result,) = results.page(ann, job_id).results
    assert (result.removed, dict(result.found)) == (True, {})


def test_another_persons_job_is_not_there_and_no_item_behind_the_last(
    results: JobResultService, database: Database, ann: Actor
) -> None:
    job_id = job_rows.job(database, ann, FOUND)
    bob = rows.person(database, "bob", Role.ANALYST)
    for ask in (
        lambda: results.page(bob, job_id),
        lambda: results.item(bob, job_id, 0),
        lambda: results.item(ann, job_id, 5),
        lambda: results.item(ann, job_id, -1),
        lambda: results.page(ann, UUID(int=0)),
    ):
        with pytest.raises(NotFound):
            ask()
    assert [results.item(ann, job_id, at).name for at in (0, 4)] == [
        "picture 0.png",
        "picture 4.png",
    ]
