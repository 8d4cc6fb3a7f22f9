"""One's own account: password, API keys, sessions, limits."""

import streamlit as st

from core.permissions import Permission
from ui.components.limit_bars import limit_bars
from ui.components.own_keys import own_keys
from ui.components.own_sessions import own_sessions
from ui.components.password_form import password_form
from ui.components.secret import show_secret
from ui.components.usage_line import usage_line
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench
from ui.text import plain

actor = require()

st.title("Account")
st.caption(f"{plain(actor.username)} · {actor.role}")
show_secret("account")

left, right = st.columns(2, gap="large")
with left:
    st.subheader("Password")
    if password_form():
        st.success("The password is changed; your other sessions have ended.")
    st.subheader("Sessions")
    with shown():
        own_sessions(actor)
    st.subheader("Usage")
    with shown():
        usage_line(actor)
with right:
    st.subheader("API keys")
    if actor.may(Permission.OWN_KEYS):
        own_keys()
    else:
        st.info(f"API keys are not for the role “{actor.role}”; an administrator can change it.")
    st.subheader("Limits")
    with shown():
        limit_bars(workbench().limits.own(actor))
