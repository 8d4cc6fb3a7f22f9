"""The one drawing of boxes: a picture, its boxes, labels and scores, and the table of them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from core.detection.types import Detection, DetectionRun
from ui.components.bundle import api_url, component
from ui.palette import style_of

SHOWN_SIDE = 1600
"""Longest side of the picture as it is sent to the browser, in pixels."""

_mount = component("boxview", "boxview_mark")


@dataclass(frozen=True)
class Shown:
    """A picture to look at. `identity` is equal for equal pictures, whatever `source` is.

    `source` is an address or a `data:` URL; width and height are of the upright original.
    """

    identity: str
    source: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True)
class BoxChoice:
    """What the person has settled on: the least score, the labels switched off, one box."""

    threshold: float
    hidden: frozenset[str] = frozenset()
    selected: int | None = None


def picture_only(picture: Shown, *, key: str) -> None:
    """The picture without boxes, exactly where `run_boxes` with the same `key` will draw it."""
    _draw(key, {**_stage(picture), "id": "", "bare": True, "boxes": [], "styles": {}})


def run_boxes(run: DetectionRun, *, floor: float, key: str) -> BoxChoice:
    """All boxes of `run`; those under its threshold wait behind the score slider.

    Moving the slider costs nothing here: Python hears the value where it comes to rest.
    """
    picture = Shown(
        identity=run.image.sha256,
        source=api_url(f"runs/{run.id}/image?max_side={SHOWN_SIDE}"),
        width=run.image.width,
        height=run.image.height,
        alt=f"The picture of this run, with boxes for {', '.join(run.phrases)}",
    )
    data = {
        **_stage(picture),
        "id": str(run.id),
        "bare": False,
        "floor": floor,
        "threshold": run.least_score,
        "boxes": [_box(detection) for detection in run.raw],
        "styles": {d.label: asdict(style_of(d.label)) for d in run.raw},
    }
    told = _draw(key, data)
    view = _of(run, told.get("view"))
    selected = _of(run, told.get("selected"))
    return BoxChoice(
        threshold=float(view.get("threshold", run.least_score)),
        hidden=frozenset(view.get("hidden", ())),
        selected=selected.get("index"),
    )


def _draw(key: str, data: Mapping[str, object]) -> Mapping[str, Any]:
    return _mount(
        key=key,
        data={"floor": 0.0, "threshold": 0.0, **data},
        default={"view": None, "selected": None},
        on_view_change=_heard,
        on_selected_change=_heard,
    )


def _heard() -> None:
    """Streamlit wants a callback for every state; the rerun that follows is all that is needed."""


def _of(run: DetectionRun, told: Mapping[str, Any] | None) -> Mapping[str, Any]:
    return told if told and told.get("id") == str(run.id) else {}


def _stage(picture: Shown) -> dict[str, object]:
    return {
        "picture": picture.identity,
        "src": picture.source,
        "width": picture.width,
        "height": picture.height,
        "alt": picture.alt,
    }


def _box(detection: Detection) -> dict[str, object]:
    box = detection.box
    return {
        "label": detection.label,
        "score": detection.score,
        "x": round(box.xmin, 1),
        "y": round(box.ymin, 1),
        "width": round(box.xmax - box.xmin, 1),
        "height": round(box.ymax - box.ymin, 1),
    }
