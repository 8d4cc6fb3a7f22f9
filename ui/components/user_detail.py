"""One person: facts, what they may do, where they are signed in, what they did."""

from collections.abc import Mapping
from typing import Literal
from uuid import UUID

import streamlit as st

from core.accounts.people_types import PersonDetail
from core.accounts.types import UserState
from core.audit.filters import to_query
from core.audit.types import AuditFilter
from core.permissions import Actor
from core.review.types import FeedbackFilter
from ui.components.limit_form import undo_line
from ui.components.owner_view import owner_query
from ui.components.review_links import to_feedback
from ui.components.user_access import user_access
from ui.components.user_erasure import user_erasure
from ui.components.user_identities import user_identities
from ui.components.user_keys import user_keys
from ui.components.user_limits import user_limits
from ui.components.user_sessions import user_sessions
from ui.components.users_table import signs_in_with
from ui.components.users_view import View, show
from ui.errors import shown
from ui.navigation import spec
from ui.resources import workbench
from ui.text import ago, facts, plain, shortened

_RUNS = 5
_PROMPT_CHARS = 60
_COLOURS: Mapping[UserState, Literal["green", "orange", "gray", "violet", "red"]] = {
    UserState.ACTIVE: "green",
    UserState.TEMPORARY: "orange",
    UserState.DISABLED: "gray",
    UserState.DEMO: "violet",
    UserState.LEAVING: "red",
    UserState.ERASED: "gray",
}


def user_detail(actor: Actor, view: View, user_id: UUID) -> None:
    """Raises `NotFound`."""
    detail = workbench().accounts.person(actor, user_id)
    user = detail.user
    _head(actor, view, detail)
    _links(detail)
    user_access(user)
    parts = () if user.state is UserState.ERASED else (user_identities, user_sessions, user_keys)
    for part in parts:
        with shown():
            part(actor, user)
    if user.state is not UserState.ERASED:
        with shown(), st.expander("Limits", icon=":material/speed:"):
            user_limits(actor, user.id)
            undo_line()
    with shown():
        _runs(actor, detail)
    user_erasure(user.id)


def _head(actor: Actor, view: View, detail: PersonDetail) -> None:
    user = detail.user
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            st.subheader(plain(user.username), anchor=False, width="content")
            st.badge(str(user.role), color="blue")
            st.badge(str(user.state), color=_COLOURS[user.state])
            if user.id == actor.user_id:
                st.badge("you", color="gray")
        st.button(
            "Close",
            key="user-close",
            icon=":material/close:",
            type="tertiary",
            on_click=show,
            args=(view.beside(),),
        )
    st.caption(
        facts(
            f"added on {user.created_at:%Y-%m-%d}",
            f"last seen {ago(user.last_seen_at)}",
            f"signs in with: {signs_in_with(user, detail.identity)}",
        )
    )
    st.caption(
        "Last 30 days: "
        + facts(
            f"{detail.runs:,} runs",
            f"{detail.ratings:,} ratings",
            f"{detail.tokens:,} tokens read and written",
        )
    )
    st.caption(f"Id for the API: `{user.id}`")


def _links(detail: PersonDetail) -> None:
    name = detail.user.username
    page = spec("audit")
    done, suffered = AuditFilter(by=name), AuditFilter(to=name)
    with st.container(horizontal=True):
        to_feedback(FeedbackFilter(user=name), "Their ratings", "What they rated, and how")
        for label, wanted in (("What they did", done), ("Done to them", suffered)):
            st.page_link(
                page.page(),
                label=label,
                icon=f":material/{page.icon}:",
                query_params=to_query(wanted),
                help="In the audit log",
            )


def _runs(actor: Actor, detail: PersonDetail) -> None:
    st.markdown("**Latest runs**")
    latest = workbench().runs.runs_of(actor, detail.user.id, limit=_RUNS).runs
    if not latest:
        st.caption("No runs yet.")
    for run in latest:
        words = plain(shortened(run.prompt, _PROMPT_CHARS)) or "no words"
        st.page_link(
            spec(run.task).page(),
            label=f"{words} :small[{facts(str(run.task), ago(run.created_at))}]",
            icon=f":material/{spec(run.task).icon}:",
            query_params=owner_query(run.id),
            help="The run as they see it",
        )
