"""By which identities somebody may sign in elsewhere, and the end of one."""

from functools import partial

import streamlit as st

from core.accounts.types import IdentityInfo, UserInfo
from core.permissions import Actor, Permission
from ui.components.asking import ask
from ui.guard import require
from ui.resources import workbench
from ui.session import Question
from ui.text import ago, facts, plain


def user_identities(actor: Actor, user: UserInfo) -> None:
    """Nothing where there are none."""
    for each in workbench().accounts.identities_of(actor, user.id):
        with st.container(horizontal=True, horizontal_alignment="distribute"):
            used = facts(f"linked {ago(each.created_at)}", f"used {ago(each.last_used_at)}")
            st.markdown(
                f"Signs in as {plain(each.subject)} at {plain(each.issuer)}  \n:small[{used}]",
                width="content",
            )
            st.button(
                "Unlink",
                key=f"user-unlink-{each.issuer}-{each.subject}",
                type="tertiary",
                on_click=_unlink_asked,
                args=(user, each),
            )


def _unlink_asked(user: UserInfo, identity: IdentityInfo) -> None:
    require(Permission.MANAGE_USERS)
    name = plain(user.username)
    left = "" if user.has_password else f" **{name} has no password, so no way in is left.**"
    words = (
        f"{name} is signed out everywhere and cannot sign in by {plain(identity.issuer)} any more."
        f"{left} “manage.py users link” takes it back."
    )
    ask(Question(f"Unlink {name}?", words, "Unlink", partial(_unlink, user, identity)))


def _unlink(user: UserInfo, identity: IdentityInfo) -> None:
    actor = require(Permission.MANAGE_USERS)
    workbench().accounts.unlink_identity(actor, user.id, identity.issuer, identity.subject)
