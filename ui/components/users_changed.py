"""Roles given and people let in or kept out: asked about first, and the way back afterwards."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from core.accounts.types import UserInfo
from core.permissions import Permission, Role
from ui.components.asking import ask
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench
from ui.session import PeopleChange, Question, session
from ui.text import plain

_NAMED = 5
_GAIN = {
    Role.GUEST: "A guest may detect and write within a small quota. History, ratings and API keys "
    "rest until the role is given back.",
    Role.ANALYST: "An analyst detects, writes, rates and exports, and sees nobody else's runs.",
    Role.ADMIN: "An admin sees everybody's runs and ratings, and manages users, limits and models.",
}
_OUT = (
    "They are signed out at once in every open page, and their API keys rest. Runs and ratings "
    "stay. It can be undone."
)
_OWN_OUT = (
    "**Your own account is among them: you are signed out, and only another admin can let you in "
    "again.**"
)
_OWN_ROLE = "**Your own account is among them: this page closes to you with the change.**"


def ask_to_change(
    users: Sequence[UserInfo], *, role: Role | None = None, active: bool | None = None
) -> None:
    """Callback: say what it means for whom; done only where that is confirmed.

    Letting people in takes nothing from anybody, so it is done at once.
    """
    actor = require(Permission.MANAGE_USERS)
    change = partial(_change, tuple(users), role, active)
    if role is None and active:
        with shown():
            change()
        return
    own = any(user.id == actor.user_id for user in users)
    words = [] if len(users) == 1 else [named(users)]
    if role is not None:
        words += [_GAIN[role]] + [_OWN_ROLE] * (own and role is not Role.ADMIN)
    if active is False:
        words += [_OUT] + [_OWN_OUT] * own
    act = _act(role, active)
    whom = plain(users[0].username) if len(users) == 1 else f"{len(users)} people"
    ask(Question(f"{act} {whom}?", "\n\n".join(words), f"{act} {whom}", change))


def change_undo() -> None:
    """What was changed last on this page, and the way back."""
    if session().arrived:
        session().people_change = None
    change = session().people_change
    if change is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f":material/done_all: {change.words}")
        if change.done:
            st.button("Undo", key="users-undo", icon=":material/undo:", on_click=_undo)


def named(users: Sequence[UserInfo]) -> str:
    """Who they are; of many, the first few."""
    names = [plain(user.username) for user in users[:_NAMED]]
    more = len(users) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")


def _act(role: Role | None, active: bool | None) -> str:
    parts = [] if active is None else ["enable" if active else "disable"]
    if role is not None:
        parts.append(f"give the role {role} to")
    if len(parts) == 2:
        parts[0] += " and"
    return " ".join(parts).capitalize()


def _change(users: Sequence[UserInfo], role: Role | None, active: bool | None) -> None:
    actor = require(Permission.MANAGE_USERS)
    ids = [user.id for user in users]
    done = workbench().accounts.change_users(actor, ids, role=role, active=active)
    now = [] if role is None else [str(role)]
    now += [] if active is None else ["enabled" if active else "disabled"]
    verb = "is" if len(users) == 1 else "are"
    words = f"{named(users)} {verb} now {' and '.join(now)}."
    session().people_change = PeopleChange(words, done)


def _undo() -> None:
    actor = require(Permission.MANAGE_USERS)
    change = session().people_change
    if change is None:
        return
    with shown():
        back = workbench().accounts.undo_change(actor, change.done)
        verb = "is" if len(back) == 1 else "are"
        session().people_change = PeopleChange(f"{named(back)} {verb} as before.", ())
