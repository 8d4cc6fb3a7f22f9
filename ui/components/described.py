"""What a report is about: the picture with the boxes it describes, small, beside its text."""

import streamlit as st

from core.detection.palette import DASHES, style_of
from core.detection.types import DetectionRun
from core.errors import NotFound
from core.generation.types import Described, GenerationRun
from core.permissions import Actor
from core.runs.types import RunStatus
from ui.components.bundle import api_url
from ui.navigation import spec
from ui.resources import workbench
from ui.text import boxes, plain, shortened

_SIDE = 160
"""Longest side of the picture, in pixels of the page; fetched in twice as many."""
_PROMPT_CHARS = 60
_LINES = dict(zip(DASHES, ("solid", "dashed", "dotted"), strict=True))


def described_from(actor: Actor, run: GenerationRun) -> None:
    """The boxes a report is about, and a link to their detection; nothing for other runs."""
    if run.described is None:
        return
    described, bench = run.described, workbench()
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        try:
            detection = bench.detection.get(actor, described.detection_id)
        except NotFound:
            gone = "that is gone" if run.user_id == actor.user_id else "that is not shown here"
            st.caption(f"A report on {boxes(len(described.boxes))} of a detection {gone}")
            _unchecked(run)
            return
        st.html(_thumbnail(detection, described), width="content")
        with st.container():
            st.page_link(
                spec("detection").page(),
                label=f"{boxes(len(described.boxes))} of "
                f"“{plain(shortened(detection.prompt, _PROMPT_CHARS))}”",
                icon=":material/image_search:",
                query_params={"run": str(detection.id)},
            )
            _unchecked(run)


def _unchecked(run: GenerationRun) -> None:
    if run.status is RunStatus.RUNNING:
        st.caption("Its claims are checked when it ends")
    elif run.claim_count is None:
        st.caption("Its claims were not checked")


def _thumbnail(detection: DetectionRun, described: Described) -> str:
    """The picture from the API, with outlines laid over it."""
    width, height = detection.image.width, detection.image.height
    scale = _SIDE / max(width, height)
    source = api_url(f"runs/{detection.id}/image?max_side={2 * _SIDE}")
    outlines = "".join(_outline(detection, place) for place in described.boxes)
    return (
        f'<div style="position:relative;width:{width * scale:.0f}px;height:{height * scale:.0f}px">'
        f'<img src="{source}" alt="The boxes described" style="width:100%;height:100%">'
        f"{outlines}</div>"
    )


def _outline(detection: DetectionRun, place: int) -> str:
    found, image = detection.raw[place], detection.image
    style, box = style_of(found.label), found.box
    return (
        f'<div style="position:absolute;box-sizing:border-box;'
        f"left:{box.xmin / image.width:.2%};top:{box.ymin / image.height:.2%};"
        f"width:{(box.xmax - box.xmin) / image.width:.2%};"
        f"height:{(box.ymax - box.ymin) / image.height:.2%};"
        f'border:2px {_LINES[style.dash]} {style.colour}"></div>'
    )
