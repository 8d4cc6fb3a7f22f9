"""Generation: a prompt in; text as it is written, and a rating, out."""

import streamlit as st

from core.generation.types import GenerationRun, SamplingParams
from core.permissions import Permission
from core.runs.types import RunStatus, Task
from ui.components.described import described_from
from ui.components.generation_form import as_asked, model_field, prompt_field
from ui.components.generation_result import facts_and_again, generation_result
from ui.components.rating import rating_panel
from ui.components.sampling import sampling_panel
from ui.errors import shown
from ui.guard import require
from ui.opened import opened_generation, show_generation
from ui.resources import workbench

actor = require(Permission.GENERATE)
bench = workbench()
run: GenerationRun | None = None
params: SamplingParams | None = None

st.title("Generation")
with shown():
    run = opened_generation(actor)
left, right = st.columns([7, 4], gap="medium")
below_left, below_right = st.columns([7, 4], gap="medium")

with left:
    prompt = prompt_field(bench.settings.max_prompt_chars)
with right:
    with shown(stop=True):
        info = model_field()
    clicked = st.button(
        "Run", type="primary", key="generation-run", shortcut="Ctrl+Enter", width="stretch"
    )
    answer = st.container()
with below_right:
    with shown():
        params = sampling_panel(info, bench.settings.max_new_tokens)
    asked = as_asked(prompt, info)
if clicked and params:
    with answer, shown():
        run = bench.generation.start(actor, asked, params, info.id)
        show_generation(run.id)

with below_left:
    if run:
        with shown():
            run = generation_result(actor, run)
        facts_and_again(actor, run)
        with shown():
            described_from(actor, run)
        if run.status is not RunStatus.RUNNING:
            report = run.described is not None
            rating_panel(run.id, Task.GENERATION, key="generation", report=report)
    else:
        with st.container(border=True, height=280):
            st.markdown("**No text yet**")
            st.caption("Type a prompt or take an example, and press Run. The text appears here.")
