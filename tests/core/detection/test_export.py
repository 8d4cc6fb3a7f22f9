"""Detections as files: what they hold, that other programs read them, who gets them."""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from PIL import Image
from pycocotools.coco import COCO

from core.config import Settings
from core.detection.downloads import MAX_RUNS, Download, DownloadFormat, DownloadService
from core.detection.drawing import annotated_png, outlined
from core.detection.export import CSV_COLUMNS, as_coco, as_csv, as_json
from core.detection.palette import style_of
from core.detection.types import Box, Detection, DetectionRun, ImageInfo, PhraseScore
from core.errors import Invalid, NotAllowed, NotFound
from core.ids import new_id
from core.permissions import Actor, Role, Scope
from core.runs.types import RunStatus
from db.models import Image as ImageRow
from db.session import Database
from tests.core.detection.pictures import CIRCLE, SQUARE, as_file, scene
from tests.core.review import rows

WHEN = datetime(2026, 3, 1, 12, tzinfo=UTC)
ONE, OTHER = "1" * 64, "2" * 64
RED = Detection(
    "red circle", 0.9, Box(40, 40, 140, 140), (PhraseScore("blue square", 0.2),), piece="circle"
)
BLUE = Detection("blue square", 0.5, Box(250.123, 150, 350, 250.5))
FAINT = Detection("red circle", 0.1, Box(0, 0, 10, 10))


def made(*raw: Detection, sha256: str = ONE, **fields: Any) -> DetectionRun:
    """A finished run on a picture of 400 x 300 pixels."""
    values: dict[str, Any] = {
        "id": new_id(),
        "user_id": new_id(),
        "model": "shapes",
        "revision": "r1",
        "prompt": "red circle. blue square.",
        "phrases": ("red circle", "blue square"),
        "box_threshold": 0.35,
        "text_threshold": 0.25,
        "phrase_thresholds": {},
        "caption": False,
        "image": ImageInfo(sha256, "image/jpeg", 400, 300),
        "raw": raw,
        "cached": False,
        "status": RunStatus.DONE,
        "timings_ms": {"total": 12.0},
        "created_at": WHEN,
    }
    return DetectionRun(**values | fields)


def lines(content: bytes) -> list[dict[str, str]]:
    reader = csv.DictReader(io.StringIO(content.decode(), newline=""))
    assert tuple(reader.fieldnames or ()) == CSV_COLUMNS
    return list(reader)


def loaded(content: bytes, folder: Path) -> COCO:
    file = folder / "coco.json"
    file.write_bytes(content)
    return COCO(str(file))


def test_json_tells_all_of_a_run_and_only_what_was_found() -> None:
    run = made(RED, BLUE, FAINT)
    (told,) = json.loads(as_json([run]))["runs"]
    assert told["run_id"] == str(run.id)
    assert told["created_at"] == "2026-03-01T12:00:00+00:00"
    assert (told["model"], told["revision"]) == ("shapes", "r1")
    assert told["phrases"] == ["red circle", "blue square"]
    assert (told["box_threshold"], told["text_threshold"]) == (0.35, 0.25)
    assert told["image"] == {"sha256": ONE, "mime": "image/jpeg", "width": 400, "height": 300}
    first, second = told["detections"]
    assert first == {
        "index": 0,
        "label": "red circle",
        "score": 0.9,
        "box": {"xmin": 40, "ymin": 40, "xmax": 140, "ymax": 140},
        "others": [{"label": "blue square", "score": 0.2}],
        "piece": "circle",
    }
    assert second["index"] == 1
    assert set(second) == {"index", "label", "score", "box"}


def test_boxes_keep_the_number_that_verdicts_know_them_by() -> None:
    run = made(FAINT, RED)
    (told,) = json.loads(as_json([run]))["runs"]
    assert [box["index"] for box in told["detections"]] == [1]
    assert [line["index"] for line in lines(as_csv([run]))] == ["1"]


def test_csv_has_a_line_for_each_box_found() -> None:
    run, nothing = made(RED, BLUE, FAINT), made(FAINT)
    first, second = lines(as_csv([run, nothing]))
    assert first == {
        "run_id": str(run.id),
        "created_at": "2026-03-01T12:00:00+00:00",
        "model": "shapes",
        "revision": "r1",
        "prompt": "red circle. blue square.",
        "caption": "false",
        "image_sha256": ONE,
        "image_width": "400",
        "image_height": "300",
        "index": "0",
        "label": "red circle",
        "score": "0.9",
        "xmin": "40",
        "ymin": "40",
        "xmax": "140",
        "ymax": "140",
    }
    assert (second["label"], second["xmin"], second["ymax"]) == ("blue square", "250.12", "250.5")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_text_is_left_to_be_computed(start: str) -> None:
    hostile = f"{start}1+1, “a”"
    run = made(
        Detection(hostile, 0.9, Box(0, 0, 9, 9)), prompt=hostile, model=hostile, revision=hostile
    )
    (line,) = lines(as_csv([run]))
    for name in ("label", "prompt", "model", "revision"):
        assert line[name] == f"'{hostile}"


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_line_ends_in_text_begin_no_line_of_the_file(end: str) -> None:
    (line,) = lines(as_csv([made(RED, prompt=f"red circle{end}=1+1")]))
    assert line["prompt"] == f"red circle{end}=1+1"


def test_coco_is_read_by_pycocotools(tmp_path: Path) -> None:
    one, other = made(RED, BLUE, FAINT), made(BLUE, sha256=OTHER)
    coco = loaded(as_coco([one, other]), tmp_path)
    assert sorted(coco.getImgIds()) == [1, 2]
    assert coco.loadImgs(1)[0] == {
        "id": 1,
        "file_name": f"{ONE}.jpg",
        "width": 400,
        "height": 300,
    }
    assert [c["name"] for c in coco.loadCats([1, 2])] == ["blue square", "red circle"]
    boxes = coco.loadAnns(coco.getAnnIds(imgIds=[1]))
    assert [(b["id"], b["category_id"], b["bbox"]) for b in boxes] == [
        (1, 2, [40, 40, 100, 100]),
        (2, 1, [250.12, 150, 99.88, 100.5]),
    ]
    assert boxes[1]["area"] == pytest.approx(99.88 * 100.5, abs=0.01)
    assert all(b["iscrowd"] == 0 and b["run_id"] == str(one.id) for b in boxes)
    assert [b["score"] for b in boxes] == [0.9, 0.5]
    assert len(coco.getAnnIds(catIds=[1])) == 2
    results = coco.loadRes([{**b, "score": b["score"]} for b in coco.loadAnns(coco.getAnnIds())])
    assert len(results.getAnnIds()) == 3


def test_coco_has_a_picture_once_and_a_label_once_in_any_case(tmp_path: Path) -> None:
    shouted = Detection("RED CIRCLE", 0.8, Box(1, 1, 5, 5))
    coco = loaded(as_coco([made(RED), made(shouted, phrases=("RED CIRCLE",))]), tmp_path)
    assert len(coco.getImgIds()) == 1
    assert sorted(c["name"] for c in coco.loadCats(coco.getCatIds())) == [
        "blue square",
        "red circle",
    ]
    assert len(coco.getAnnIds(catIds=coco.getCatIds(catNms=["red circle"]))) == 2


def test_coco_of_nothing_found_still_says_what_was_looked_for(tmp_path: Path) -> None:
    coco = loaded(as_coco([made()]), tmp_path)
    assert len(coco.getImgIds()) == 1
    assert len(coco.getCatIds()) == 2
    assert coco.getAnnIds() == []


def test_words_of_a_caption_become_categories(tmp_path: Path) -> None:
    word = Detection("帽子", 0.8, Box(1, 1, 5, 5), span=(2, 4))
    run = made(word, phrases=(), prompt="红色帽子", caption=True)
    assert json.loads(as_json([run]))["runs"][0]["detections"][0]["span"] == [2, 4]
    coco = loaded(as_coco([run]), tmp_path)
    assert [c["name"] for c in coco.loadCats(coco.getCatIds())] == ["帽子"]


def drawn(run: DetectionRun, picture: Image.Image) -> Image.Image:
    opened = Image.open(io.BytesIO(annotated_png(picture, run, run.detections)))
    opened.load()
    assert opened.format == "PNG"
    return opened


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


def test_the_drawn_picture_has_its_own_size_and_the_boxes_colours() -> None:
    plain = scene()
    before = plain.tobytes()
    shown = drawn(made(RED, BLUE, FAINT), plain)
    assert shown.size == (400, 300)
    assert plain.tobytes() == before
    assert shown.getpixel((250, 151)) == rgb(style_of("blue square").colour)
    assert shown.getpixel((40, 139)) == rgb(style_of("red circle").colour)
    assert shown.getpixel((5, 5)) == (255, 255, 255), "a box under the threshold is drawn"
    for left, top, right, bottom in (CIRCLE, SQUARE):
        centre = ((left + right) // 2, (top + bottom) // 2)
        assert shown.getpixel(centre) == plain.getpixel(centre)


def test_a_small_picture_has_outlines_without_letters_where_the_boxes_are() -> None:
    small = scene().resize((200, 150))
    shown = outlined(small, made(RED, BLUE, FAINT))
    assert shown.size == (200, 150)
    assert shown.getpixel((130, 75)) == rgb(style_of("blue square").colour)
    assert shown.getpixel((22, 15)) == small.getpixel((22, 15)), "a label is written there"
    assert shown.getpixel((1, 1)) == small.getpixel((1, 1)), "a box under the threshold is drawn"


def test_strokes_and_letters_grow_with_the_picture() -> None:
    large = Image.new("RGB", (4000, 3000), "grey")
    style = style_of("blue square")
    box = Detection("blue square", 0.5, Box(1000, 1000, 3000, 2500))
    shown = drawn(made(box, image=ImageInfo(ONE, "image/jpeg", 4000, 3000)), large)
    for row in range(996, 1004):
        assert shown.getpixel((2900, row)) == rgb(style.colour)
    written = shown.crop((1000, 900, 1700, 996))
    assert rgb(style.ink) in {colour for _, colour in written.getcolors(10**6) or ()}


@pytest.mark.parametrize("label", ["a" * 100, "红色圆形", "\U0001f600", "x\ny", "\u0378"])
def test_any_label_is_drawn_on_any_picture(label: str) -> None:
    edge = Detection(label, 0.9, Box(-1, -1, 31, 9))
    thin = Image.new("RGB", (30, 8), "grey")
    shown = drawn(made(edge, image=ImageInfo(ONE, "image/png", 30, 8)), thin)
    assert rgb(style_of(label).colour) in {colour for _, colour in shown.getcolors() or ()}


def test_tags_do_not_cover_each_other() -> None:
    same = Box(100, 100, 300, 250)
    labels = ("red circle", "blue star", "green cross")
    run = made(*(Detection(label, 0.9 - at / 10, same) for at, label in enumerate(labels)))
    shown = drawn(run, Image.new("RGB", (400, 300), "white"))
    counts = {colour: count for count, colour in shown.getcolors(10**6) or ()}
    for label in labels:
        assert counts[rgb(style_of(label).colour)] > 400, label


@pytest.fixture
def downloads(database: Database, settings: Settings) -> DownloadService:
    return DownloadService(database, settings)


def recorded(database: Database, owner: Actor, **columns: Any) -> UUID:
    """A detection on the scene, as it stands in the tables; its model is made anew."""
    content = as_file(scene())
    digest = bytes.fromhex(ONE)
    with database.unit_of_work() as session:
        session.merge(
            ImageRow(sha256=digest, mime="image/png", width=400, height=300, content=content)
        )
    model_id = rows.model(database, "detection", f"shapes {new_id()}")
    values = {"task": "detection", "image_sha256": digest, "text": "red circle"} | columns
    return rows.run(database, owner, model_id, **values)


def run_ids(download: Download) -> list[str]:
    return [run["run_id"] for run in json.loads(download.content)["runs"]]


def test_one_run_is_downloaded_in_every_format(
    database: Database, downloads: DownloadService, ann: Actor
) -> None:
    run_id = recorded(database, ann)
    files = {kind: downloads.of_run(ann, run_id, kind) for kind in DownloadFormat}
    assert {kind: file.name for kind, file in files.items()} == {
        "json": f"glimpse-{run_id}.json",
        "csv": f"glimpse-{run_id}.csv",
        "coco": f"glimpse-{run_id}.coco.json",
        "png": f"glimpse-{run_id}.png",
    }
    assert run_ids(files[DownloadFormat.JSON]) == [str(run_id)]
    assert len(lines(files[DownloadFormat.CSV].content)) == 1
    picture = Image.open(io.BytesIO(files[DownloadFormat.PNG].content))
    assert picture.size == (400, 300)


def test_several_runs_come_in_the_order_asked_each_once(
    database: Database, downloads: DownloadService, ann: Actor
) -> None:
    first, second = (recorded(database, ann) for _ in range(2))
    file = downloads.of_runs(ann, [second, first, second], DownloadFormat.JSON)
    assert run_ids(file) == [str(second), str(first)]
    assert file.name.startswith("glimpse-detections-2")
    with pytest.raises(Invalid, match="json, csv, coco"):
        downloads.of_runs(ann, [first], DownloadFormat.PNG)


def test_somebody_elses_runs_are_not_there_but_for_who_may_export_all(
    database: Database, downloads: DownloadService, ann: Actor
) -> None:
    own, bob = recorded(database, ann), rows.person(database, "bob")
    for kind in DownloadFormat:
        with pytest.raises(NotFound):
            downloads.of_run(bob, own, kind)
    with pytest.raises(NotFound):
        downloads.of_runs(bob, [recorded(database, bob), own], DownloadFormat.CSV)
    root = rows.person(database, "root", Role.ADMIN)
    assert run_ids(downloads.of_run(root, own, DownloadFormat.JSON)) == [str(own)]


def test_exporting_needs_the_right_to(
    database: Database, downloads: DownloadService, ann: Actor
) -> None:
    guest = rows.person(database, "gus", Role.GUEST)
    run_id = recorded(database, guest)
    with pytest.raises(NotAllowed):
        downloads.of_run(guest, run_id, DownloadFormat.PNG)
    key = Actor(ann.user_id, "ann", Role.ANALYST, ann.face, scopes=frozenset({Scope.DETECT}))
    with pytest.raises(NotAllowed):
        downloads.of_run(key, recorded(database, ann), DownloadFormat.JSON)


def test_what_has_no_boxes_is_refused(
    database: Database, downloads: DownloadService, ann: Actor
) -> None:
    failed = recorded(database, ann, status="failed")
    with pytest.raises(Invalid, match="did not finish"):
        downloads.of_runs(ann, [failed], DownloadFormat.COCO)
    text = rows.run(database, ann, rows.model(database, "generation", "writer"))
    with pytest.raises(NotFound):
        downloads.of_run(ann, text, DownloadFormat.JSON)
    with pytest.raises(NotFound):
        downloads.of_run(ann, new_id(), DownloadFormat.PNG)


@pytest.mark.parametrize("count", [0, MAX_RUNS + 1])
def test_the_number_of_runs_is_limited(downloads: DownloadService, ann: Actor, count: int) -> None:
    with pytest.raises(Invalid, match=str(MAX_RUNS)):
        downloads.of_runs(ann, [new_id() for _ in range(count)], DownloadFormat.JSON)
