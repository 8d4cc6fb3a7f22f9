"""Where one is signed in, and the end of it."""

from uuid import UUID

import streamlit as st

from core.accounts.types import SessionInfo, SignInMethod
from core.permissions import Actor
from ui.auth import sign_out
from ui.errors import shown
from ui.guard import actor
from ui.resources import workbench
from ui.text import ago, facts, plain


def own_sessions(actor: Actor) -> None:
    for each in workbench().accounts.sessions(actor):
        _row(each)
    st.caption("API keys go on working when sign-ins end.")
    with st.popover("Sign out everywhere", icon=":material/logout:"):
        st.write("You will have to sign in again in each browser, this one too.")
        st.button("Sign out everywhere now", key="everywhere", type="primary", on_click=_everywhere)


def _row(each: SessionInfo) -> None:
    with st.container(
        border=True,
        horizontal=True,
        horizontal_alignment="distribute",
        vertical_alignment="center",
    ):
        st.markdown(
            f"**{plain(each.browser or 'Unknown browser')}**  \n"
            f":small[{facts(plain(each.address or 'this machine'), *_times(each))}]",
            width="content",
        )
        if each.current:
            st.badge("this one", color="green", icon=":material/check:")
        else:
            st.button(
                "End",
                key=f"end_{each.id}",
                help="That browser is signed out at once",
                on_click=_end,
                args=(each.id,),
            )


def _times(each: SessionInfo) -> tuple[str, str, str]:
    how = "by single sign-on" if each.method is SignInMethod.SSO else "by password"
    return f"signed in {ago(each.created_at)}", how, f"used {ago(each.seen_at)}"


def _end(session_id: UUID) -> None:
    with shown():
        workbench().accounts.end_session(actor(), session_id, own_only=True)


def _everywhere() -> None:
    with shown():
        workbench().accounts.sign_out_everywhere(actor())
        sign_out()
