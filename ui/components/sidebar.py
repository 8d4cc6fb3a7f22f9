"""What stands beside every page: who is signed in, the way out, the state of the models."""

import streamlit as st

from core.permissions import Actor
from ui.auth import sign_out
from ui.components.cookie import cookie_keeper
from ui.components.keys import keys_button
from ui.components.status import model_lines
from ui.text import plain


def sidebar(actor: Actor) -> None:
    with st.sidebar:
        st.markdown(f"**{plain(actor.username)}** :gray-badge[{actor.role}]")
        st.button(
            "Sign out", key="sign_out", icon=":material/logout:", on_click=sign_out, width="stretch"
        )
        model_lines()
        keys_button()
        cookie_keeper(actor)
