"""Detection: a picture and phrases in; boxes, a table and a rating out."""

import streamlit as st

from core.detection.types import DetectionRun
from core.permissions import Permission
from core.runs.types import Task
from ui.components.detection_form import detect, phrases_field, settings_fields
from ui.components.detection_result import VIEW_KEY, detection_result
from ui.components.limit_note import limit_note
from ui.components.owner_view import owner_view
from ui.components.rating import rating_panel
from ui.errors import shown
from ui.guard import require
from ui.opened import opened_detection, show_detection
from ui.picture_choice import picture_choice
from ui.preview import preview
from ui.resources import workbench
from ui.session import Source

actor = require(Permission.DETECT)
settings = workbench().settings
run: DetectionRun | None = None
source: Source | None = None

st.title("Detection")
with shown(stop=True):
    if owner_view(actor, Task.DETECTION):
        st.stop()
with shown():
    run = opened_detection(actor)
left, right = st.columns([7, 4], gap="medium")

with right:
    with shown():
        source = picture_choice(settings)
    prompt = phrases_field()
    clicked = st.button(
        "Detect", type="primary", key="detection-detect", shortcut="Ctrl+Enter", width="stretch"
    )
    answer = st.container()
    with shown(stop=True):
        asked = settings_fields(actor, prompt)
    if clicked:
        with answer, shown(), st.spinner("Looking", show_time=True):
            run = detect(actor, asked, source, run)
            show_detection(run.id)
        asked.renew()
    with answer, shown():
        limit_note(actor, Task.DETECTION)

with left:
    if run:
        detection_result(run)
        rating_panel(run.id, Task.DETECTION, key="detection")
    elif source:
        preview(source, settings, refused=clicked, key=VIEW_KEY)
    else:
        with st.container(border=True, height=280):
            st.markdown("**No picture yet**")
            st.caption(
                "Upload one or pick a sample, say what to look for, and press Detect. "
                "The boxes are drawn here."
            )
