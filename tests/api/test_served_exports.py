"""Exports over a real socket: many at once never mix, and those left behind hold nothing."""

import csv
import io
import json
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from api.app import create_app
from core.permissions import Role
from core.workbench import Workbench
from tests.api.conftest import People
from tests.api.test_served import served, wait_until

EXPORT = "/api/v1/feedback/export"
NAMES = ("quinn", "bobby")
RATINGS = 600


@pytest.fixture
def address(bench: Workbench) -> Iterator[str]:
    with served(create_app(lambda: bench)) as url:
        yield url


def keys(bench: Workbench, people: People) -> dict[str, str]:
    """Two people with as many ratings of the same length, on judged detections with a picture."""
    found = {name: people.key(name) for name in NAMES} | {"root": people.key("root", Role.ADMIN)}
    with bench.database.engine.begin() as connection:
        connection.exec_driver_sql(_RATINGS)
    return found


_RATINGS = """
insert into models (id, task, name, revision, source)
values (gen_random_uuid(), 'detection', 'm', 'r', 's');
insert into images (sha256, mime, width, height, content)
select sha256('x'), 'image/png', 9, 9, decode(repeat('ab', 300000), 'hex');
insert into runs (id, user_id, face, trace_id, task, model_id, prompt, params, status, output,
    image_sha256)
select gen_random_uuid(), u.id, 'api', 't', 'detection', (select id from models),
    rpad('', 1000, u.username || ' '), '{"box_threshold": 0.1, "text_threshold": 0.1}', 'done',
    jsonb_build_object('detections', jsonb_build_array(jsonb_build_object(
        'label', rpad(u.username, 6), 'score', 0.5,
        'box', '{"xmin": 0, "ymin": 0, "xmax": 5, "ymax": 5}'::jsonb
    ))), sha256('x')
from users u, generate_series(1, 600) where u.username in ('quinn', 'bobby');
insert into box_verdicts (id, run_id, user_id, box_index, verdict)
select gen_random_uuid(), id, user_id, 0, 'right' from runs;
insert into feedback (id, run_id, user_id, model_id, task, rating, comment)
select gen_random_uuid(), r.id, r.user_id, model_id, task, 3, rpad('', 1000, u.username)
from runs r join users u on u.id = r.user_id
"""


def get(address: str, key: str, **params: str) -> bytes:
    headers = {"Authorization": f"Bearer {key}"}
    answer = httpx2.get(address + EXPORT, params=params, headers=headers, timeout=60)
    assert answer.status_code == 200, answer.text
    return answer.content


def test_exports_at_the_same_time_never_mix(address: str, bench: Workbench, people: People) -> None:
    found = keys(bench, people)
    asked = [
        (name, kind) for _ in range(4) for name in NAMES for kind in ("csv", "coco", "evidence")
    ]
    with ThreadPoolExecutor(8) as pool:
        contents = list(pool.map(lambda each: get(address, found[each[0]], format=each[1]), asked))
    for (name, kind), content in zip(asked, contents, strict=True):
        other = next(each for each in NAMES if each != name)
        if kind == "evidence":
            opened = zipfile.ZipFile(io.BytesIO(content))
            assert json.loads(opened.read("manifest.json"))["created_by"] == name
            content = opened.read("ratings.csv")
        assert other.encode() not in content
        if kind == "coco":
            assert len(json.loads(content)["annotations"]) == RATINGS
        else:
            read = csv.DictReader(io.StringIO(content.decode(), newline=""))
            assert {row["user"] for row in read} == {name}
        shorter = content.replace(name.encode(), b"")
        assert len(content) - len(shorter) >= RATINGS * len(name)


@pytest.mark.parametrize(
    "query", [{"format": "csv"}, {"format": "coco"}, {"format": "evidence", "images": "yes"}]
)
def test_an_export_that_is_left_frees_its_connection_within_a_second(
    address: str, bench: Workbench, people: People, query: dict[str, str]
) -> None:
    found = keys(bench, people)
    with bench.database.engine.begin() as connection:
        connection.exec_driver_sql(
            "update runs set prompt = repeat('word ', 4000);"
            "update models set revision = repeat('r', 20000);"
            "update images set content = (select string_agg(sha256(n::text::bytea), '')"
            " from generate_series(1, 1000000) as n)"
        )
    pool: Any = bench.database.engine.pool
    headers = {"Authorization": f"Bearer {found['root']}"}
    with httpx2.stream(
        "GET", address + EXPORT, params=query, headers=headers, timeout=60
    ) as answer:
        assert answer.status_code == 200
        chunks = answer.iter_bytes(1024)
        assert next(chunks)
        time.sleep(0.3)
        assert pool.checkedout() == 1, "it has ended already"
    began = time.monotonic()
    wait_until(lambda: pool.checkedout() == 0, 5)
    assert time.monotonic() - began <= 1


def test_a_refused_pack_is_an_error_and_no_broken_file(
    address: str, bench: Workbench, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = keys(bench, people)
    monkeypatch.setattr("core.review.evidence.MAX_RATINGS", 10)
    headers = {"Authorization": f"Bearer {found['root']}"}
    answer = httpx2.get(f"{address}{EXPORT}?format=evidence", headers=headers)
    assert answer.status_code == 413
    assert "at most 10 ratings" in answer.json()["error"]["message"]
    pool: Any = bench.database.engine.pool
    wait_until(lambda: pool.checkedout() == 0, 1)


def test_only_those_who_are_signed_in_export(address: str) -> None:
    for kind in ("csv", "coco", "evidence"):
        assert httpx2.get(f"{address}{EXPORT}?format={kind}").status_code == 401
