"""Signing out of every browser at once."""

import streamlit as st

from ui.auth import sign_out
from ui.errors import shown
from ui.guard import actor
from ui.resources import workbench


def sign_out_everywhere_button() -> None:
    st.caption("Ends your sessions in every browser, this one too. API keys go on working.")
    with st.popover("Sign out everywhere", icon=":material/logout:"):
        st.write("You will have to sign in again in each browser.")
        st.button("Sign out everywhere now", key="everywhere", type="primary", on_click=_everywhere)


def _everywhere() -> None:
    with shown():
        workbench().accounts.sign_out_everywhere(actor())
        sign_out()
