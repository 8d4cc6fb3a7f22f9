"""Where a day starts: what one did last, and what waits."""

import streamlit as st

from core.permissions import Permission
from ui.components.answers import own_answers
from ui.components.asked_to_rate import asked_to_rate
from ui.components.demo_notice import demo_notice
from ui.components.first_steps import first_steps
from ui.components.start import actions, models, recent_runs, waiting_feedback
from ui.guard import require

actor = require()

st.title("Home")
if actor.may(Permission.MANAGE_USERS):
    first_steps(actor)
actions(actor)
asked_to_rate(actor)
wide, narrow = st.columns([3, 2], gap="large")
with wide:
    recent_runs(actor)
with narrow:
    own_answers(actor)
    if actor.may(Permission.REVIEW):
        waiting_feedback(actor)
        demo_notice(actor)
    if actor.may(Permission.VIEW_SYSTEM):
        models()
