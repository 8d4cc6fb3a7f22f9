"""Boxes drawn onto a picture, as the page shows them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageDraw, PngImagePlugin

from core.detection.lettering import Font, font_for, own_font
from core.detection.palette import LabelStyle, style_of
from core.detection.types import Detection, DetectionRun

Corners = tuple[float, float, float, float]
"""Left, top, right, bottom."""

_SHOWN_STROKE = 2
"""The page's strokes, which the dash patterns are made for, in pixels."""


@dataclass(frozen=True)
class _Tag:
    text: str
    font: Font
    width: int
    height: int
    pad: int


def annotated_png(
    picture: Image.Image, run: DetectionRun, detections: Sequence[Detection]
) -> bytes:
    """What `annotated` draws, as a file that names the run."""
    return _png(annotated(picture, run, detections), run)


def annotated(
    picture: Image.Image, run: DetectionRun, detections: Sequence[Detection]
) -> Image.Image:
    """`detections` of `run` on its upright RGB `picture`, which is left as it is.

    Strokes and letters grow with the picture. A label that no font can write is replaced by the
    box's number in the other exports.
    """
    drawn = picture.copy()
    ordered = sorted(detections, key=_area, reverse=True)  # small ones on top
    stroke = _outlines(drawn, ordered)
    draw = ImageDraw.Draw(drawn)
    taken: list[Corners] = []
    for detection in ordered:
        tag = _tag(detection, run, max(12, round(_scale(drawn) / 60)), drawn.width)
        place = _place(tag, _inside(detection, drawn.size, stroke), drawn.size, taken)
        taken.append(place)
        _write(draw, tag, place, style_of(detection.label))
    return drawn


def outlined(picture: Image.Image, run: DetectionRun) -> Image.Image:
    """The boxes found by `run`, without their labels, on its `picture` made smaller."""
    drawn = picture.copy()
    by = drawn.width / run.image.width, drawn.height / run.image.height
    _outlines(drawn, sorted(run.detections, key=_area, reverse=True), by)
    return drawn


def _outlines(
    drawn: Image.Image, ordered: Sequence[Detection], by: tuple[float, float] = (1, 1)
) -> int:
    """Draw them with their places multiplied; the width of the strokes."""
    stroke = max(_SHOWN_STROKE, round(_scale(drawn) / 500))
    draw = ImageDraw.Draw(drawn)
    for detection in ordered:
        at = _inside(detection, drawn.size, stroke, by)
        _outline(draw, at, stroke, style_of(detection.label))
    return stroke


def _scale(picture: Image.Image) -> int:
    return min(max(picture.size), 2 * min(picture.size))


def _area(detection: Detection) -> float:
    box = detection.box
    return (box.xmax - box.xmin) * (box.ymax - box.ymin)


def _inside(
    detection: Detection, size: tuple[int, int], stroke: int, by: tuple[float, float] = (1, 1)
) -> Corners:
    """The box, moved in where its stroke would be cut off at the picture's edge."""
    box, half = detection.box, stroke / 2
    right, bottom = size[0] - 1 - half, size[1] - 1 - half
    return (
        min(max(box.xmin * by[0], half), right),
        min(max(box.ymin * by[1], half), bottom),
        max(min(box.xmax * by[0], right), half),
        max(min(box.ymax * by[1], bottom), half),
    )


def _outline(draw: ImageDraw.ImageDraw, at: Corners, stroke: int, style: LabelStyle) -> None:
    for line in _lines(at, 2 * stroke, ""):
        draw.rectangle(line, fill="white")
    for line in _lines(at, stroke, style.dash):
        draw.rectangle(line, fill=style.colour)


def _lines(at: Corners, stroke: int, dash: str) -> Iterator[Corners]:
    """The four sides as filled rectangles, cut into dashes that begin at their corners."""
    left, top, right, bottom = at
    half = stroke / 2
    for start, end in _dashes(left - half, right + half, stroke, dash):
        for y in (top, bottom):
            yield _ordered(start, y - half, end, y + half)
    for start, end in _dashes(top - half, bottom + half, stroke, dash):
        for x in (left, right):
            yield _ordered(x - half, start, x + half, end)


def _dashes(start: float, end: float, stroke: int, dash: str) -> Iterator[tuple[float, float]]:
    if not dash:
        yield start, end
        return
    on, off = (int(length) * stroke / _SHOWN_STROKE for length in dash.split())
    while start < end:
        yield start, min(start + on, end)
        start += on + off


def _ordered(left: float, top: float, right: float, bottom: float) -> Corners:
    """Whole pixels, none of them outside; Pillow counts the last one in."""
    return (
        round(left),
        round(top),
        max(round(right) - 1, round(left)),
        max(round(bottom) - 1, round(top)),
    )


def _tag(detection: Detection, run: DetectionRun, size: int, widest: int) -> _Tag:
    score = f"{detection.score:.2f}"
    label = " ".join(detection.label.split())
    font = font_for(label, size)
    if font is None:
        label, font = f"#{run.raw.index(detection)}", own_font(size)
    pad = max(2, size // 4)
    text = f"{label} {score}"
    while len(label) > 1 and font.getlength(text) + 2 * pad > widest:
        label = label[:-1]
        text = f"{label.rstrip()}… {score}"
    height = round(size * 1.4)
    return _Tag(text, font, min(widest, round(font.getlength(text)) + 2 * pad), height, pad)


def _place(tag: _Tag, at: Corners, size: tuple[int, int], taken: Sequence[Corners]) -> Corners:
    """Over the box, else under or in it: where it covers no other tag, or the least of them."""
    left, top, right, bottom = at
    tops = (top - tag.height, bottom, top, bottom - tag.height)
    places = [_placed(tag, x, y, size) for y in tops for x in (left, right - tag.width)]
    return min(places, key=lambda place: sum(_shared(place, other) for other in taken))


def _placed(tag: _Tag, x: float, y: float, size: tuple[int, int]) -> Corners:
    """There, or as near as the picture's edges allow."""
    left = max(0, min(round(x), size[0] - tag.width))
    top = max(0, min(round(y), size[1] - tag.height))
    return left, top, left + tag.width - 1, top + tag.height - 1


def _shared(a: Corners, b: Corners) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    return max(0, width) * max(0, height)


def _write(draw: ImageDraw.ImageDraw, tag: _Tag, place: Corners, style: LabelStyle) -> None:
    left, top, _, bottom = place
    draw.rectangle(place, fill=style.colour)
    middle = (left + tag.pad, (top + bottom) / 2)
    draw.text(middle, tag.text, fill=style.ink, font=tag.font, anchor="lm")


def _png(drawn: Image.Image, run: DetectionRun) -> bytes:
    about = PngImagePlugin.PngInfo()
    about.add_itxt("Title", run.prompt)
    about.add_itxt("Source", f"{run.model} {run.revision}".strip())
    about.add_itxt("Comment", f"Glimpse run {run.id}")
    buffer = BytesIO()
    drawn.save(buffer, "PNG", pnginfo=about, compress_level=3)
    return buffer.getvalue()
