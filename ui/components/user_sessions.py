"""Where somebody is signed in, and the end of it."""

from functools import partial
from uuid import UUID

import streamlit as st

from core.accounts.types import SessionInfo, SignInMethod, UserInfo
from core.permissions import Actor, Permission
from ui.components.asking import ask
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench
from ui.session import Question
from ui.text import ago, facts, plain


def user_sessions(actor: Actor, user: UserInfo) -> None:
    found = workbench().accounts.sessions_of(actor, user.id)
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.markdown(f"**Signed in** ({len(found)})" if found else "**Signed in**", width="content")
        if found:
            st.button(
                "End all",
                key="user-end-sessions",
                type="tertiary",
                on_click=_end_all_asked,
                args=(user, len(found)),
            )
    if not found:
        st.caption("Nowhere now. Sign-ins appear here with browser and address.")
    for each in found:
        _row(each)


def _row(each: SessionInfo) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        where = facts(
            plain(each.browser or "unknown browser"), plain(each.address or "unknown address")
        )
        how = "single sign-on" if each.method is SignInMethod.SSO else ""
        since = facts(f"since {ago(each.created_at)}", f"used {ago(each.seen_at)}", how)
        st.markdown(f"{where}  \n:small[{since}]", width="content")
        if each.current:
            st.caption("this one", width="content")
        else:
            st.button(
                "End",
                key=f"user-end-{each.id}",
                type="tertiary",
                help="Signed out there at once; they can sign in again",
                on_click=_end,
                args=(each.id,),
            )


def _end(session_id: UUID) -> None:
    actor = require(Permission.MANAGE_USERS)
    with shown():
        workbench().accounts.end_session(actor, session_id)


def _end_all_asked(user: UserInfo, count: int) -> None:
    actor = require(Permission.MANAGE_USERS)
    name = plain(user.username)
    noun = "sign-in" if count == 1 else "sign-ins"
    words = (
        f"{name} is signed out of {count} {noun} at once, in every open page; API keys go on "
        "working. This cannot be undone, but they can sign in again."
    )
    if user.id == actor.user_id:
        words += "\n\n**This is your own account: you are signed out as well.**"
    ask(Question(f"End all sign-ins of {name}?", words, "End all", partial(_end_all, user.id)))


def _end_all(user_id: UUID) -> None:
    actor = require(Permission.MANAGE_USERS)
    workbench().accounts.end_sessions_of(actor, user_id)
