"""One's own API keys: made, listed, revoked."""

from uuid import UUID

import streamlit as st

from core.accounts.types import KeyInfo
from core.permissions import Scope
from ui.components.secret import keep_secret
from ui.errors import shown
from ui.guard import actor
from ui.resources import workbench
from ui.text import ago, plain

_EVERYTHING = "everything your role allows"


def own_keys() -> None:
    with st.form("new_key", border=True, clear_on_submit=True):
        st.text_input("Label", key="key_label", placeholder="what the key is for", max_chars=80)
        st.multiselect(
            "May be used for",
            list(Scope),
            key="key_scopes",
            placeholder=_EVERYTHING,
            help=f"Leave empty for {_EVERYTHING}.",
        )
        st.form_submit_button("Create key", type="primary", on_click=_create)
    with shown():
        keys = workbench().accounts.keys(actor())
        if not keys:
            st.caption("No keys yet. A key lets a script use the HTTP API in your name.")
        for key in keys:
            _row(key)


def _row(key: KeyInfo) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        scopes = _EVERYTHING if key.scopes is None else ", ".join(sorted(key.scopes))
        used = "never used" if key.last_used_at is None else f"used {ago(key.last_used_at)}"
        st.markdown(
            f"**{plain(key.label)}** `{key.prefix}…`  \n"
            f":small[{scopes} · made {ago(key.created_at)} · {used}]"
        )
        if key.revoked_at is not None:
            st.badge("revoked", color="gray", icon=":material/block:")
            return
        with st.popover("Revoke"):
            st.write("Programs that use it are refused from then on; this cannot be undone.")
            st.button(
                "Revoke this key",
                key=f"revoke_{key.id}",
                type="primary",
                on_click=_revoke,
                args=(key.id,),
            )


def _create() -> None:
    with shown():
        made = workbench().accounts.add_key(
            actor(),
            st.session_state["key_label"],
            st.session_state["key_scopes"] or None,
        )
        keep_secret("account", f"Key “{made.info.label}”", made.secret)


def _revoke(key_id: UUID) -> None:
    with shown():
        workbench().accounts.revoke_key(actor(), key_id)
