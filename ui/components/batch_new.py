"""A new job: of pictures, or of prompts."""

from dataclasses import replace

import streamlit as st

from core.jobs.types import JobKind
from core.permissions import Actor
from ui.components.batch_pictures import pictures_form
from ui.components.batch_prompts import prompts_form
from ui.components.batch_view import View, show

_KEY = "batch-kind"
_NAMES = {JobKind.DETECT: "Detection", JobKind.GENERATE: "Text"}


def new_batch(actor: Actor, view: View) -> None:
    st.session_state[_KEY] = view.new
    st.segmented_control(
        "What to do",
        list(_NAMES),
        key=_KEY,
        format_func=_NAMES.__getitem__,
        label_visibility="collapsed",
        required=True,
        width="stretch",
        on_change=_choose,
        args=(view,),
    )
    if view.new is JobKind.DETECT:
        pictures_form(actor)
    else:
        prompts_form(actor)


def _choose(view: View) -> None:
    show(replace(view, new=JobKind(st.session_state[_KEY])))
