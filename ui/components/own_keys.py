"""One's own API keys: made, listed, revoked and restored."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType
from uuid import UUID

import streamlit as st

from core.accounts.keys import RESTORED_WITHIN
from core.accounts.types import KeyInfo
from core.clock import now
from core.permissions import Scope
from ui.components.secret import keep_secret
from ui.errors import shown
from ui.guard import actor
from ui.resources import workbench
from ui.text import ago, facts, plain

_EVERYTHING = "everything your role allows"
_LASTS: Mapping[int | None, str] = MappingProxyType(
    {30: "30 days", 90: "90 days", 365: "a year", None: "for ever"}
)
_USUAL_DAYS = 90
_SOON = timedelta(days=7)


def own_keys() -> None:
    _new_key()
    with shown():
        keys = workbench().accounts.keys(actor())
        if not keys:
            st.caption("No keys yet. A key lets a script use the HTTP API in your name.")
        _warn_of_ends(keys)
        for key in keys:
            _row(key)


def _new_key() -> None:
    with st.form("new_key", border=True, clear_on_submit=True):
        st.text_input("Label", key="key_label", placeholder="what the key is for", max_chars=80)
        st.multiselect(
            "May be used for",
            list(Scope),
            key="key_scopes",
            placeholder=_EVERYTHING,
            help=f"Leave empty for {_EVERYTHING}.",
        )
        st.selectbox(
            "Lasts",
            list(_LASTS),
            index=list(_LASTS).index(_USUAL_DAYS),
            format_func=lambda days: _LASTS[days],
            key="key_days",
        )
        st.form_submit_button("Create key", type="primary", on_click=_create)


def _warn_of_ends(keys: Sequence[KeyInfo]) -> None:
    for key in keys:
        end = key.expires_at
        if end is None or key.revoked_at is not None or not now() < end < now() + _SOON:
            continue
        st.warning(
            f"The key “{plain(key.label)}” expires on {end:%Y-%m-%d}; make another before then.",
            icon=":material/schedule:",
        )


def _row(key: KeyInfo) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        scopes = _EVERYTHING if key.scopes is None else ", ".join(sorted(key.scopes))
        used = "never used" if key.last_used_at is None else f"used {ago(key.last_used_at)}"
        told = facts(scopes, f"made {ago(key.created_at)}", used, _end(key))
        st.markdown(f"**{plain(key.label)}** `{key.prefix}…`  \n:small[{told}]")
        if key.revoked_at is not None:
            st.badge("revoked", color="gray", icon=":material/block:")
            if now() < key.revoked_at + RESTORED_WITHIN:
                st.button("Undo", key=f"restore_{key.id}", on_click=_restore, args=(key.id,))
        elif key.expired:
            st.badge("expired", color="gray", icon=":material/schedule:")
        else:
            _revoke_button(key)


def _revoke_button(key: KeyInfo) -> None:
    with st.popover("Revoke"):
        st.write("Programs that use it are refused from then on. For ten minutes it can be undone.")
        st.button(
            "Revoke this key",
            key=f"revoke_{key.id}",
            type="primary",
            on_click=_revoke,
            args=(key.id,),
        )


def _end(key: KeyInfo) -> str:
    if key.expires_at is None:
        return "never expires"
    return f"{'expired' if key.expired else 'expires'} on {key.expires_at:%Y-%m-%d}"


def _create() -> None:
    with shown():
        made = workbench().accounts.add_key(
            actor(),
            st.session_state["key_label"],
            st.session_state["key_scopes"] or None,
            days=st.session_state["key_days"],
        )
        keep_secret("account", f"Key “{made.info.label}”", made.secret)


def _revoke(key_id: UUID) -> None:
    with shown():
        workbench().accounts.revoke_key(actor(), key_id, own_only=True)


def _restore(key_id: UUID) -> None:
    with shown():
        workbench().accounts.restore_key(actor(), key_id, own_only=True)
