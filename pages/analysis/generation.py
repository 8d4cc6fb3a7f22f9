"""Generation: a prompt in; text as it is written, and a rating, out."""

import streamlit as st

from core.generation.types import GenerationRun
from core.permissions import Permission
from core.runs.types import RunStatus, Task
from ui.components.described import described_from
from ui.components.generation_actions import actions, run_facts
from ui.components.generation_form import model_field, wording_fields
from ui.components.generation_result import generation_result
from ui.components.generation_start import GenerationAsk, edited_notice, start
from ui.components.limit_note import limit_note
from ui.components.lineage import lineage
from ui.components.owner_view import owner_view
from ui.components.rating import rating_panel
from ui.components.sampling import sampling_panel
from ui.errors import shown
from ui.guard import require
from ui.opened import opened_generation
from ui.resources import workbench

actor = require(Permission.GENERATE)
bench = workbench()
run: GenerationRun | None = None
asked: GenerationAsk | None = None

st.title("Generation")
with shown(stop=True):
    if owner_view(actor, Task.GENERATION):
        st.stop()
with shown():
    run = opened_generation(actor)
left, right = st.columns([7, 4], gap="medium")
below_left, below_right = st.columns([7, 4], gap="medium")

with right:
    with shown(stop=True):
        info = model_field()
    clicked = st.button(
        "Run",
        type="primary",
        key="generation-run",
        shortcut="Ctrl+Enter",
        width="stretch",
        help="Write (Ctrl+Enter). Esc stops.",
    )
    answer = st.container()
with left:
    with shown(stop=True):
        wording = wording_fields(actor, info)
    notice = st.container()
with answer, shown():
    with below_right:
        params = sampling_panel(info, bench.settings.max_new_tokens)
    asked = GenerationAsk(info, wording, params)
if clicked and asked:
    with answer, shown():
        run = start(actor, asked)
with answer, shown():
    limit_note(actor, Task.GENERATION)
with notice:
    edited_notice()

with below_left:
    if run:
        with shown():
            run = generation_result(actor, run)
        ended = run.status is not RunStatus.RUNNING
        if ended:
            actions(actor, run)
        run_facts(run)
        with shown():
            lineage(actor, run)
            described_from(actor, run)
        if ended:
            texts = tuple(run.whole_text(place) for place in range(len(run.outputs)))
            report = run.described is not None
            rating_panel(run.id, Task.GENERATION, key="generation", report=report, texts=texts)
    else:
        with st.container(border=True, height=280):
            st.markdown("**No text yet**")
            st.caption("Type a prompt or take an example, and press Run. The text appears here.")
