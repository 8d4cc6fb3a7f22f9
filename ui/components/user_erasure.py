"""Erasing one person's data: asked for, waiting, done."""

from uuid import UUID

import streamlit as st

from core.keeping.types import Erasure
from ui.errors import shown
from ui.guard import actor
from ui.resources import workbench
from ui.text import plain


def user_erasure(user_id: UUID) -> None:
    """What can be done now about erasing this person; for administrators."""
    with shown():
        found = workbench().erasure.of(actor(), user_id)
        if found.erased_at is not None:
            st.caption(f"Erased on {found.erased_at:%Y-%m-%d}. What was counted of them stays.")
        elif found.erase_at is not None:
            _waiting(found)
        else:
            _ask(found)


def _waiting(found: Erasure) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.warning(
            f"Everything of {plain(found.username)} is erased after "
            f"{found.erase_at:%Y-%m-%d %H:%M} UTC.",
            icon=":material/delete_history:",
        )
        st.button("Undo", key="erasure_undo", on_click=_undo, args=(found,))


def _ask(found: Erasure) -> None:
    with st.popover("Erase", icon=":material/delete_forever:"):
        st.write(
            f"{plain(found.username)} is signed out at once. A day later their prompts, pictures, "
            "outputs, comments, views and keys are removed for good, and their name with them; "
            "ratings and counts stay. Until then it can be undone."
        )
        st.text_input(f"Type {plain(found.username)} to confirm", key="erasure_name", max_chars=64)
        st.button(
            "Erase this person", key="erasure_ask", type="primary", on_click=_erase, args=(found,)
        )


def _erase(found: Erasure) -> None:
    typed = st.session_state["erasure_name"]
    with shown():
        workbench().erasure.erase_user(actor(), found.user_id, typed)
        st.session_state["erasure_name"] = ""


def _undo(found: Erasure) -> None:
    with shown():
        workbench().erasure.undo_erasure(actor(), found.user_id)
        st.toast(f"{plain(found.username)} is kept, and stays disabled until enabled again.")
