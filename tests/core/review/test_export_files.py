"""What else an export can be: chosen columns, COCO, and an evidence pack."""

import csv
import hashlib
import io
import json
import zipfile
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from core.errors import Invalid, NotAllowed, TooLarge
from core.ids import new_id
from core.permissions import Actor, Role
from core.review import evidence
from core.review.export import ExportService
from core.review.types import FeedbackFilter, JudgedAs
from core.runs.types import Task
from db.copy import CopyStream, Sink, Source
from db.models import BoxVerdict, Feedback, Image, MissedBox
from db.session import Database
from tests.core.review import rows
from tests.core.review.conftest import World

ALL = FeedbackFilter()
CONTENTS = (b"first picture", b"second picture")


@pytest.fixture
def judged(database: Database) -> tuple[Actor, list[UUID]]:
    """Three detections on two pictures, judged by ann and Bob, and a rated text."""
    root = rows.person(database, "root", Role.ADMIN)
    ann, bob = rows.person(database, "ann"), rows.person(database, "Bob")
    model_id = rows.model(database, "detection", "shapes")
    digests = [hashlib.sha256(content).digest() for content in CONTENTS]
    with database.unit_of_work() as session:
        for digest, content, mime in zip(
            digests, CONTENTS, ("image/png", "image/jpeg"), strict=True
        ):
            session.add(Image(sha256=digest, mime=mime, width=90, height=60, content=content))
    runs = [
        rows.run(
            *(database, ann, model_id),
            task="detection",
            text=label,
            image_sha256=digest,
        )
        for label, digest in (
            ('Red "circle"\\', digests[0]),
            ("red circle", digests[0]),
            ("蓝色的星", digests[1]),
        )
    ]
    with database.unit_of_work() as session:
        for run_id, who, verdict in (
            (runs[0], ann, "right"),
            (runs[1], ann, "loose"),
            (runs[1], bob, "absent"),
            (runs[2], bob, "wrong_label"),
        ):
            session.add(
                BoxVerdict(
                    id=new_id(), run_id=run_id, user_id=who.user_id, box_index=0, verdict=verdict
                )
            )
        session.add(
            MissedBox(
                id=new_id(),
                run_id=runs[2],
                user_id=bob.user_id,
                label="Green cross",
                **{"x_min": 1.5, "y_min": 2, "x_max": 11.25, "y_max": 22},
            )
        )
    text_model = rows.model(database, "generation", "writer")
    written = rows.run(database, ann, text_model)
    pairs = [(runs[0], ann), (runs[1], ann), (runs[1], bob), (runs[2], bob), (written, ann)]
    with database.unit_of_work() as session:
        for number, (run_id, who) in enumerate(pairs, start=1):
            session.add(
                Feedback(
                    id=new_id(),
                    run_id=run_id,
                    user_id=who.user_id,
                    model_id=text_model if run_id == written else model_id,
                    task="generation" if run_id == written else "detection",
                    rating=number,
                    created_at=rows.NOON,
                )
            )
    return root, [*runs, written]


def coco(database: Database, who: Actor, filter: FeedbackFilter = ALL) -> dict[str, Any]:
    content = b"".join(ExportService(database).coco(who, filter))
    found: dict[str, Any] = json.loads(content)
    return found


def pack(
    database: Database, who: Actor, filter: FeedbackFilter = ALL, **asked: Any
) -> zipfile.ZipFile:
    content = b"".join(ExportService(database).evidence(who, filter, **asked))
    opened = zipfile.ZipFile(io.BytesIO(content))
    assert opened.testzip() is None
    return opened


def test_columns_are_those_asked_for_in_that_order(world: World) -> None:
    service = ExportService(world.database)
    content = b"".join(service.csv(world.admin, ALL, ("rating", "note", "rating", "user")))
    assert content.startswith(b"rating,note,user\n")
    with pytest.raises(Invalid, match="“colour”"):
        service.csv(world.admin, ALL, ("rating", "colour"))
    with pytest.raises(Invalid, match="at least one"):
        service.csv(world.admin, ALL, ())


def test_notes_of_reviewers_are_kept_from_those_who_rated(world: World) -> None:
    service, ann = ExportService(world.database), world.people[1]
    with world.database.unit_of_work() as session:
        session.execute(text("update feedback set note = 'careless', assignee_id = user_id"))
    for name in ("note", "assignee"):
        with pytest.raises(NotAllowed, match=name):
            service.csv(ann, ALL, (name,))
        with pytest.raises(NotAllowed, match=name):
            service.evidence(ann, ALL, (name,))
    for content in (b"".join(service.csv(ann, ALL)), b"".join(service.coco(ann, ALL))):
        assert b"careless" not in content
    assert b"careless" not in pack(world.database, ann).read("ratings.csv")
    assert b"careless" in b"".join(service.csv(world.admin, ALL))


def test_texts_stand_in_quotes_whatever_is_in_them(database: Database) -> None:
    """LibreOffice splits at semicolons and tabs too, unless a cell stands in quotes."""
    ann = rows.person(database, "ann")
    model_id = rows.model(database, "generation", "writer")
    run_id = rows.run(database, ann, model_id, prompt="a;=1+1", text="b\t=1+1")
    with database.unit_of_work() as session:
        session.add(
            Feedback(
                id=new_id(),
                run_id=run_id,
                user_id=ann.user_id,
                model_id=model_id,
                task="generation",
                rating=3,
                comment="c;=1+1",
                corrected_text="d;=1+1",
            )
        )
    names = ("rating", "comment", "prompt", "output", "corrected_text")
    content = b"".join(ExportService(database).csv(ann, ALL, names)).decode()
    assert content.splitlines()[1] == '3,"c;=1+1","a;=1+1","b\t=1+1","d;=1+1"'


def test_coco_holds_each_verdict_with_its_box(
    database: Database, judged: tuple[Actor, list[UUID]]
) -> None:
    root, runs = judged
    found = coco(database, root)
    assert set(found) == {"info", "licenses", "images", "categories", "annotations"}
    digests = {hashlib.sha256(content).hexdigest(): content for content in CONTENTS}
    names = {image["file_name"] for image in found["images"]}
    endings = {f"{digest}.{'png' if c == CONTENTS[0] else 'jpg'}" for digest, c in digests.items()}
    assert names == endings
    assert all((image["width"], image["height"]) == (90, 60) for image in found["images"])
    labels = {each["id"]: each["name"] for each in found["categories"]}
    assert set(labels.values()) == {'red "circle"\\', "red circle", "蓝色的星", "green cross"}
    for part in ("images", "categories", "annotations"):
        ids = [each["id"] for each in found[part]]
        assert ids == list(range(1, len(ids) + 1)), part
    images = {image["id"]: image["file_name"] for image in found["images"]}
    told = {
        (labels[each["category_id"]], each["verdict"], each["rater"], each["rating"])
        for each in found["annotations"]
    }
    assert told == {
        ('red "circle"\\', "right", "ann", 1),
        ("red circle", "loose", "ann", 2),
        ("red circle", "absent", "Bob", 3),
        ("蓝色的星", "wrong_label", "Bob", 4),
        ("green cross", "missed", "Bob", 4),
    }
    for each in found["annotations"]:
        assert images[each["image_id"]]
        assert each["iscrowd"] == 0
        assert each["run_id"] in map(str, runs)
        missed = each["verdict"] == "missed"
        assert each["bbox"] == ([1.5, 2, 9.75, 20] if missed else [0, 0, 9, 9])
        assert each["area"] == (195 if missed else 81)
        assert each["score"] == (None if missed else 0.913)
        assert each["index"] == (None if missed else 0)


def test_coco_obeys_the_filter_and_the_right_to_see(
    database: Database, judged: tuple[Actor, list[UUID]]
) -> None:
    root, _ = judged
    found = coco(database, root, FeedbackFilter(verdict=JudgedAs.ABSENT))
    assert [each["verdict"] for each in found["annotations"]] == ["absent"]
    assert len(found["images"]) == len(found["categories"]) == 1
    found = coco(database, root, FeedbackFilter(task=Task.GENERATION))
    assert found["images"] == found["categories"] == found["annotations"] == []
    with database.unit_of_work() as session:
        ann_id = session.scalar(text("select id from users where username = 'ann'"))
    assert ann_id
    ann = Actor(ann_id, "ann", Role.ANALYST, root.face)
    assert {each["rater"] for each in coco(database, ann)["annotations"]} == {"ann"}


def test_a_pack_says_what_made_it_and_what_is_in_it(
    database: Database, judged: tuple[Actor, list[UUID]]
) -> None:
    root, runs = judged
    filter = FeedbackFilter(rating_min=2, task=Task.DETECTION)
    opened = pack(database, root, filter, images=True)
    manifest = json.loads(opened.read("manifest.json"))
    ratings = opened.read("ratings.csv")
    assert manifest["filter"] == {
        "words": "task: detection; rating from 2 up",
        "query": "task=detection&rating_min=2",
    }
    assert manifest["counts"] == {"ratings": 3, "runs": 2, "raters": 2, "images": 2}
    assert manifest["ratings"]["sha256"] == hashlib.sha256(ratings).hexdigest()
    assert manifest["ratings"]["bytes"] == len(ratings)
    rows_ = list(csv.DictReader(io.StringIO(ratings.decode(), newline="")))
    assert len(rows_) == 3
    assert list(rows_[0]) == manifest["ratings"]["columns"]
    assert manifest["version"] == "0.1.0"
    assert manifest["created_by"] == "root"
    (model,) = manifest["models"]
    assert (model["model"], model["revision"], model["runs"]) == ("shapes", "r1", 2)
    for image in manifest["images"]:
        content = opened.read(image["file"])
        assert hashlib.sha256(content).hexdigest() == image["sha256"]
        assert len(content) == image["bytes"]
    assert len(manifest["images"]) == 2
    assert {run["run_id"] for run in manifest["runs"]} == {str(runs[1]), str(runs[2])}
    for run in manifest["runs"]:
        assert run["again"] == f"python manage.py runs again {run['run_id']}"
        assert run["params"]["box_threshold"] == 0.35
        assert run["seed"] is None
        assert len(run["output_sha256"]) == 64


def test_a_pack_without_pictures_still_names_them(
    database: Database, judged: tuple[Actor, list[UUID]]
) -> None:
    root, runs = judged
    opened = pack(database, root)
    assert opened.namelist() == ["ratings.csv", "manifest.json"]
    manifest = json.loads(opened.read("manifest.json"))
    assert [image["file"] for image in manifest["images"]] == [None, None]
    assert len(manifest["images"]) == 2
    (written,) = [run for run in manifest["runs"] if run["task"] == "generation"]
    assert (written["run_id"], written["seed"]) == (str(runs[3]), 7)
    assert manifest["filter"] == {"words": "all ratings", "query": ""}


def test_a_pack_of_nothing_is_a_pack(world: World) -> None:
    opened = pack(world.database, world.admin, FeedbackFilter(text="nowhere"), images=True)
    manifest = json.loads(opened.read("manifest.json"))
    assert manifest["runs"] == manifest["images"] == manifest["models"] == []
    assert manifest["counts"]["ratings"] == 0


def test_too_many_ratings_for_a_pack_are_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "MAX_RATINGS", len(world.feedback) - 1)
    with pytest.raises(TooLarge, match="narrow it"):
        next(ExportService(world.database).evidence(world.admin, ALL))
    monkeypatch.setattr(evidence, "MAX_RATINGS", len(world.feedback))
    assert pack(world.database, world.admin)


def test_an_export_shows_one_moment(world: World) -> None:
    count = select(func.count()).select_from(Feedback)

    def work(source: Source, sink: Sink) -> None:
        source.copy_lines(count, sink)
        with world.database.unit_of_work() as session:
            session.execute(text("delete from feedback"))
        source.copy_lines(count, sink)

    before, after = b"".join(CopyStream(world.database, work)).split()
    assert before == after == str(len(world.feedback)).encode()
