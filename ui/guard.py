"""Each page, callback and fragment guards itself: a menu is not a lock."""

from dataclasses import dataclass
from time import monotonic

import streamlit as st

from core.errors import NotSignedIn, Unavailable
from core.permissions import Actor, Permission
from ui.errors import shown
from ui.resources import workbench
from ui.session import Confirmed, session

RECALLED_S = 600
"""How long somebody may still be taken for who used this tab, while the database is away."""


@dataclass(frozen=True)
class Recalled:
    """Whoever used this tab when the database last answered, lately.

    That proves nothing now. It is enough to keep what they say until they can be checked, and for
    nothing else: no data may be read, shown or changed for it.
    """

    actor: Actor


def address() -> str | None:
    """The network address of this tab's browser."""
    return st.context.ip_address


def agent() -> str | None:
    """What this tab's browser calls itself."""
    return st.context.headers.get("User-Agent")


def actor() -> Actor:
    """Who is using this tab, read from the database now. Raises `NotSignedIn`."""
    session_id = session().session_id
    accounts = workbench().accounts
    found = accounts.actor_for_session(session_id, address()) if session_id else None
    session().confirmed = None if found is None else Confirmed(found, monotonic())
    if found is None:
        raise NotSignedIn("You are signed out; reload the page and sign in again.")
    return found


def actor_or_recalled() -> Actor | Recalled:
    """The actor; while the database is away, whoever it confirmed in this tab, lately.

    Where there is neither, it says why and ends the script.
    """
    with shown(stop=True):
        try:
            return actor()
        except Unavailable:
            known = session().confirmed
            if known is None or monotonic() - known.at > RECALLED_S:
                raise
            return Recalled(known.actor)


def require(permission: Permission | None = None) -> Actor:
    """The actor, if they may do this; otherwise say why not and end the script.

    Without `permission`, being signed in is enough.
    """
    with shown(stop=True):
        found = actor()
        if permission is not None:
            found.require(permission)
        return found
