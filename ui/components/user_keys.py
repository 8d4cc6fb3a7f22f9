"""Somebody's API keys that are good, or were until a moment ago: revoked, and restored."""

from uuid import UUID

import streamlit as st

from core.accounts.keys import RESTORED_WITHIN
from core.accounts.types import KeyInfo, UserInfo
from core.clock import now
from core.permissions import Actor, Permission
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench
from ui.text import ago, facts, plain


def user_keys(actor: Actor, user: UserInfo) -> None:
    keys = [key for key in workbench().accounts.keys_of(actor, user.id) if _of_interest(key)]
    st.markdown(f"**API keys** ({len(keys)})" if keys else "**API keys**")
    if not keys:
        st.caption("None. People make keys on their account page.")
    for key in keys:
        _row(key)


def _of_interest(key: KeyInfo) -> bool:
    return not key.expired and (key.revoked_at is None or _restorable(key))


def _restorable(key: KeyInfo) -> bool:
    return key.revoked_at is not None and now() < key.revoked_at + RESTORED_WITHIN


def _row(key: KeyInfo) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        scopes = "all of the role" if key.scopes is None else ", ".join(sorted(key.scopes))
        used = "never used" if key.last_used_at is None else f"used {ago(key.last_used_at)}"
        end = "" if key.expires_at is None else f"until {key.expires_at:%Y-%m-%d}"
        told = "revoked" if key.revoked_at else facts(scopes, used, end)
        st.markdown(f"{plain(key.label)} `{key.prefix}…`  \n:small[{told}]", width="content")
        if key.revoked_at is not None:
            st.button("Undo", key=f"user-restore-{key.id}", on_click=_restore, args=(key.id,))
        else:
            st.button(
                "Revoke",
                key=f"user-revoke-{key.id}",
                type="tertiary",
                help="Programs that use it are refused at once; for ten minutes it can be undone",
                on_click=_revoke,
                args=(key.id,),
            )


def _revoke(key_id: UUID) -> None:
    actor = require(Permission.MANAGE_USERS)
    with shown():
        workbench().accounts.revoke_key(actor, key_id)


def _restore(key_id: UUID) -> None:
    actor = require(Permission.MANAGE_USERS)
    with shown():
        workbench().accounts.restore_key(actor, key_id)
