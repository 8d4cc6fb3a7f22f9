"""Something told once: a new key, a temporary password."""

import streamlit as st

from ui.session import Secret, session
from ui.text import plain


def keep_secret(page: str, title: str, value: str) -> None:
    """Have `page` show it, also after reruns, until it is dismissed."""
    session().secret = Secret(page, title, value)


def show_secret(page: str) -> None:
    secret = session().secret
    if secret is None or secret.page != page:
        return
    with st.container(border=True):
        st.markdown(f"**{plain(secret.title)}**")
        st.code(secret.value, language=None)
        st.caption("It is shown only here and only now, and kept nowhere in clear.")
        st.button("I have copied it", key="secret_done", on_click=_dismiss)


def _dismiss() -> None:
    session().secret = None
