"""Two detections on one picture, box by box."""

from typing import Any
from uuid import UUID

import pytest

from core.errors import Invalid, NotFound
from core.permissions import Actor, Role
from core.runs.service import RunService
from db.models import Image, Run
from db.session import Database
from tests.core.review import rows

Found = tuple[str, float, tuple[float, float, float, float]]


class Bench:
    """Detections with given boxes, put straight into the tables."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.ann = rows.person(database, "ann")
        self.model = rows.model(database, "detection", "shapes")
        self.picture = rows.image(database)
        self.runs = RunService(database)

    def run(self, *found: Found, owner: Actor | None = None, **columns: Any) -> UUID:
        boxes = [
            {
                "label": label,
                "score": score,
                "box": dict(zip(("xmin", "ymin", "xmax", "ymax"), box, strict=True)),
            }
            for label, score, box in found
        ]
        columns = {"image_sha256": self.picture, **columns}
        run_id = rows.run(self.database, owner or self.ann, self.model, task="detection", **columns)
        with self.database.unit_of_work() as session:
            row = session.get_one(Run, run_id)
            row.output = {"phrases": [], "detections": boxes}
        return run_id


@pytest.fixture
def bench(database: Database) -> Bench:
    return Bench(database)


def test_boxes_are_matched_by_label_and_overlap(bench: Bench) -> None:
    a = bench.run(
        ("Cat", 0.9, (0, 0, 10, 10)),
        ("dog", 0.8, (20, 0, 30, 10)),
        ("bus", 0.7, (40, 0, 50, 10)),
        ("car", 0.1, (60, 0, 70, 10)),
    )
    b = bench.run(
        ("cat", 0.6, (0, 0, 10, 5)),
        ("taxi", 0.6, (20, 0, 30, 10)),
        ("bus", 0.5, (44, 0, 54, 10)),
        ("car", 0.9, (60, 0, 70, 10)),
    )
    compared = bench.runs.compare(bench.ann, a, b)
    assert (compared.a.id, compared.b.id) == (a, b)
    (pair,) = compared.pairs
    assert (pair.a.label, pair.b.label, pair.iou) == ("Cat", "cat", 0.5)
    assert [d.label for d in compared.only_a] == ["dog", "bus"]
    assert [d.label for d in compared.only_b] == ["taxi", "bus", "car"]


def test_each_box_is_matched_once_the_best_overlap_first(bench: Bench) -> None:
    a = bench.run(("cat", 0.9, (0, 0, 10, 10)), ("cat", 0.8, (1, 0, 11, 10)))
    b = bench.run(("cat", 0.9, (1, 0, 11, 10)), ("cat", 0.8, (3, 0, 13, 10)))
    compared = bench.runs.compare(bench.ann, a, b)
    boxes = [(pair.a.box.xmin, pair.b.box.xmin, round(pair.iou, 2)) for pair in compared.pairs]
    assert boxes == [(1, 1, 1.0), (0, 3, 0.54)]
    assert (compared.only_a, compared.only_b) == ((), ())


def test_each_run_counts_at_its_own_thresholds(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    box: Found = ("cat", 0.4, (0, 0, 10, 10))
    a = bench.run(box)
    strict = {"box_threshold": 0.5, "text_threshold": 0.25}
    monkeypatch.setitem(rows._PARAMS, "detection", strict)
    compared = bench.runs.compare(bench.ann, a, bench.run(box))
    assert (len(compared.only_a), compared.only_b) == (1, ())


def test_only_two_finished_runs_on_one_picture_can_be_compared(bench: Bench) -> None:
    other = bytes(32)
    with bench.database.unit_of_work() as session:
        session.add(Image(sha256=other, mime="image/png", width=1, height=1, content=b"-"))
    a = bench.run()
    with pytest.raises(Invalid, match="different pictures"):
        bench.runs.compare(bench.ann, a, bench.run(image_sha256=other))
    with pytest.raises(Invalid, match="same run twice"):
        bench.runs.compare(bench.ann, a, a)
    with pytest.raises(Invalid, match="did not finish"):
        bench.runs.compare(bench.ann, a, bench.run(status="failed"))


def test_only_ones_own_detections_can_be_compared(bench: Bench) -> None:
    own, bob = bench.run(), rows.person(bench.database, "bob")
    theirs = bench.run(owner=bob)
    written = rows.run(
        bench.database, bench.ann, rows.model(bench.database, "generation", "writer")
    )
    for run_id in (theirs, written, UUID(int=1)):
        with pytest.raises(NotFound, match="no such run"):
            bench.runs.compare(bench.ann, own, run_id)
    admin = rows.person(bench.database, "root", Role.ADMIN)
    with pytest.raises(NotFound, match="no such run"):
        bench.runs.compare(admin, own, theirs)
