"""Each page, callback and fragment guards itself: a menu is not a lock."""

from core.errors import NotSignedIn
from core.permissions import Actor, Permission
from ui.errors import shown
from ui.resources import workbench
from ui.session import session


def actor() -> Actor:
    """Who is using this tab, read from the database now. Raises `NotSignedIn`."""
    session_id = session().session_id
    found = workbench().accounts.actor_for_session(session_id) if session_id else None
    if found is None:
        raise NotSignedIn("You are signed out; reload the page and sign in again.")
    return found


def require(permission: Permission | None = None) -> Actor:
    """The actor, if they may do this; otherwise say why not and end the script.

    Without `permission`, being signed in is enough.
    """
    with shown(stop=True):
        found = actor()
        if permission is not None:
            found.require(permission)
        return found
