"""The one drawing of boxes: a picture, its boxes, labels and scores, and the table of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import streamlit as st

from core.detection.palette import style_of
from core.detection.types import Detection, DetectionRun
from core.runs.types import RunStatus
from ui.components.bundle import api_url, component
from ui.session import session

SHOWN_SIDE = 1600
"""Longest side of the picture as it is sent to the browser, in pixels."""

_mount = component(
    "boxview",
    *("typing", "element", "boxview_boxes", "boxview_words", "boxview_caption", "boxview_mark"),
    *("boxview_judgement", "boxview_judge", "boxview_draft", "boxview_missed"),
)


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
class Judged:
    """What the person has said of a run, as the browser reads it, and who hears their gestures."""

    data: Mapping[str, Any]
    labels: tuple[str, ...]
    hear: Callable[[Mapping[str, Any]], None]


@dataclass(frozen=True)
class Marks:
    """What others have said of a run, to look at: a verdict, or “mixed”, for each box by its
    place, and what was missed, each `{label, box}`."""

    verdicts: Mapping[str, str]
    missed: Sequence[Mapping[str, Any]]


def picture_only(picture: Shown, *, key: str) -> None:
    """The picture without boxes, exactly where `run_boxes` with the same `key` will draw it."""
    _draw(key, {**_stage(picture), "id": "", "bare": True, "boxes": [], "styles": {}})


def run_boxes(
    run: DetectionRun,
    *,
    floor: float,
    key: str,
    judged: Judged | None = None,
    marks: Marks | None = None,
) -> None:
    """All boxes of `run`; those under its thresholds wait behind the score slider.

    What is shown is the browser's business alone. With `judged`, boxes can be judged and what
    was missed drawn; every gesture is heard at once. `marks` are only shown.
    """
    sought = run.prompt if run.caption else ", ".join(run.phrases)
    picture = Shown(
        identity=run.image.sha256,
        source=_address(run),
        width=run.image.width,
        height=run.image.height,
        alt=f"The picture of this run, with boxes for {sought}",
    )
    labels = {d.label for d in run.raw} | set(run.phrases) | set(judged.labels if judged else ())
    labels |= {str(each["label"]) for each in marks.missed} if marks else set()
    data = {
        **_stage(picture),
        "id": str(run.id),
        "bare": run.status is RunStatus.FAILED,
        "floor": floor,
        "threshold": run.least_score,
        "cuts": dict(run.own_cuts),
        "boxes": [_box(detection) for detection in run.raw],
        "phrases": list(run.phrases or dict.fromkeys(d.label for d in run.raw)),
        "caption": run.prompt if run.caption else None,
        "styles": {label: asdict(style_of(label)) for label in sorted(labels)},
        "judge": judged.data if judged else None,
        "marks": asdict(marks) if marks else None,
    }
    _draw(key, data, judged.hear if judged else None)


def _draw(
    key: str,
    data: Mapping[str, object],
    hear: Callable[[Mapping[str, Any]], None] | None = None,
) -> None:
    def heard() -> None:
        gestures = st.session_state[key].get("gestures")
        if gestures and hear:
            hear(gestures)

    _mount(
        key=key, data={"floor": 0.0, "threshold": 0.0, "cuts": {}, **data}, on_gestures_change=heard
    )


def _address(run: DetectionRun) -> str:
    """The same for equal pictures while this tab lives, so that the browser has it already.

    Only runs of one owner stand in for one another: who may see one of them may see them all.
    """
    known = session().pictures.setdefault((run.user_id, run.image.sha256), run.id)
    return api_url(f"runs/{known}/image?max_side={SHOWN_SIDE}")


def _stage(picture: Shown) -> dict[str, object]:
    return {
        "picture": picture.identity,
        "src": picture.source,
        "width": picture.width,
        "height": picture.height,
        "alt": picture.alt,
    }


def _box(detection: Detection) -> dict[str, object]:
    return {
        "label": detection.label,
        "score": detection.score,
        "box": asdict(detection.box),
        "others": _others(detection),
        "piece": detection.piece,
        "span": detection.span,
    }


def _others(detection: Detection) -> list[dict[str, object]]:
    return [asdict(other) for other in detection.others]
