"""The report on a detection: its picture with the boxes found, their table, how they were made."""

from core.detection.types import Detection, DetectionRun
from core.plugins.types import DetectionSubject
from plugins.pdf.document import Document
from plugins.pdf.words import moment, ratings, timings

_PICTURE_PX, _PICTURE_MM = 1600, 130.0
_MOST_ROWS = 200


def detection_report(subject: DetectionSubject) -> bytes:
    run = subject.run
    document = Document(f"Detection {run.id}", run.created_at)
    sought = run.prompt if run.caption else ", ".join(run.phrases)
    document.heading("Detection", f"{subject.owner}, {moment(run.created_at)}")
    _picture(document, subject, sought)
    _boxes(document, run)
    _settings(document, run)
    ratings(document, subject.ratings)
    return document.finished()


def _picture(document: Document, subject: DetectionSubject, sought: str) -> None:
    drawn = subject.draw(_PICTURE_PX)
    if drawn is None:
        document.note("The picture of this run is not kept any more.")
        return
    found = len(subject.run.detections)
    document.picture(drawn.content, f"The picture with {found} boxes for {sought}", _PICTURE_MM)


def _boxes(document: Document, run: DetectionRun) -> None:
    places = {id(box): place for place, box in enumerate(run.raw)}
    found = run.detections
    document.section(f"Boxes found: {len(found)}")
    if not found:
        document.note("No box reaches the thresholds of this run.")
        return
    document.listing(
        ("No.", "Label", "Score", "Left", "Top", "Right", "Bottom"),
        [_row(places[id(box)], box) for box in found[:_MOST_ROWS]],
        (6, 40, 9, 11, 11, 11, 11),
        ("RIGHT", "LEFT", *("RIGHT",) * 5),
    )
    more = len(found) - _MOST_ROWS
    document.note(
        "Pixels of the upright picture, best score first; No. is the box's place among all that "
        "the run keeps."
        + (f" {more:,} further boxes are in the CSV file of this run." if more > 0 else "")
    )


def _row(place: int, box: Detection) -> tuple[str, ...]:
    sides = (box.box.xmin, box.box.ymin, box.box.xmax, box.box.ymax)
    return (str(place), box.label, f"{box.score:.3f}", *(f"{side:.1f}" for side in sides))


def _settings(document: Document, run: DetectionRun) -> None:
    own = ", ".join(f"{phrase} from {cut:g}" for phrase, cut in run.phrase_thresholds.items())
    document.section("How it was made")
    document.facts(
        (
            ("Caption" if run.caption else "Phrases", run.prompt),
            ("Model", f"{run.model}, revision {run.revision}"),
            ("Box threshold", f"{run.box_threshold:g}"),
            ("Of single phrases", own),
            ("Text threshold", f"{run.text_threshold:g}"),
            ("Boxes kept in all", f"{len(run.raw):,}"),
            ("Picture", f"{run.image.width} × {run.image.height} pixels, {run.image.mime}"),
            ("Its SHA-256", run.image.sha256),
            ("Times", "answered from an earlier run" if run.cached else timings(run.timings_ms)),
            ("Run", str(run.id)),
        )
    )
