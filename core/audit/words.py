"""What was done, in words: one sentence for each action, about the person or thing it concerns."""

from collections.abc import Mapping
from types import MappingProxyType

from core.audit.types import Action, AuditEntry, Target

ACTIONS: Mapping[str, str] = MappingProxyType(
    {
        Action.SIGNED_IN: "Signed in",
        Action.SIGN_IN_FAILED: "Failed to sign in as {}",
        Action.SIGN_IN_HELD: "Was held back from signing in as {}",
        Action.SIGNED_OUT: "Signed out",
        Action.SESSION_ENDED: "Ended a sign-in of {}",
        Action.SESSIONS_ENDED: "Signed out {} everywhere",
        Action.PASSWORD_CHANGED: "Changed the password of {}",
        Action.PASSWORD_RESET: "Reset the password of {}",
        Action.IDENTITY_LINKED: "Linked {} to single sign-on",
        Action.IDENTITY_UNLINKED: "Unlinked {} from single sign-on",
        Action.USER_ADDED: "Added {}",
        Action.ROLE_CHANGED: "Changed the role of {}",
        Action.USER_DISABLED: "Disabled {}",
        Action.USER_ENABLED: "Enabled {}",
        Action.KEY_ADDED: "Added an API key",
        Action.KEY_REVOKED: "Revoked an API key",
        Action.KEY_RESTORED: "Restored an API key",
        Action.LIMIT_CHANGED: "Changed a limit",
        Action.EXPORTED: "Exported {}",
        Action.REVIEWED: "Reviewed {}",
        Action.THRESHOLD_CHANGED: "Changed the threshold of {}",
        Action.VIEW_CHANGED: "Changed a shared view",
        Action.RATING_ASKED: "Asked for ratings of a run",
        Action.RATING_UNASKED: "Took back asking for a rating of a run",
        Action.RATING_DISCARDED: "Discarded a rating that could not be stored",
        Action.PROMPT_ARCHIVED: "Archived a shared prompt",
        Action.PROMPT_RESTORED: "Restored a shared prompt",
        Action.JOB_CANCELLED: "Cancelled somebody else's job",
        Action.DEMO_LOADED: "Loaded demo data",
        Action.DEMO_CLEARED: "Cleared demo data",
        Action.COUNTS_REPAIRED: "Repaired counts of the dashboard",
        Action.ERASURE_ASKED: "Asked to erase {}",
        Action.ERASURE_UNDONE: "Called off erasing {}",
        Action.USER_ERASED: "Erased the data of {}",
        Action.RETENTION_RUN: "Removed what was past its time",
        Action.MODEL_LOADED: "Loaded the model {}",
        Action.MODEL_UNLOADED: "Unloaded the model {}",
        Action.FEATURES_CLEARED: "Cleared the features of pictures",
        Action.TEXT_STOPPED: "Stopped a text being written",
        Action.NOTICE_CHANGED: "Changed the notice above every page",
    }
)
"""Of every action; `{}` stands for whom, or what, it was done to."""

_SAID = (Target.EXPORT, Target.THRESHOLD, Target.MODEL)
"""Things whose id says what they are."""


def in_words(entry: AuditEntry) -> str:
    """As in “Reset the password of wei”; the bare name of an action from an older version."""
    words = ACTIONS.get(entry.action)
    return entry.action.replace("_", " ") if words is None else words.format(_thing(entry))


def action_words(action: Action) -> str:
    """The action alone, as in “Reset the password of …”."""
    return ACTIONS[action].format("…")


def whom(entry: AuditEntry) -> str | None:
    """Whom or what it was done to, as briefly as it can be told; None where it is nothing."""
    if entry.target_kind is None:
        return None
    if entry.target_kind == Target.USER:
        return entry.target or gone(entry.target_id)
    if entry.target_id is None or entry.target_kind in _SAID:
        return entry.target_id or entry.target_kind
    return f"{entry.target_kind} {entry.target_id[-12:]}"


def who(entry: AuditEntry) -> str:
    """Whoever did it: a name, or what is known instead."""
    if entry.actor_id is not None:
        return entry.actor or gone(str(entry.actor_id))
    return {"cli": "command line", "job": "Glimpse itself"}.get(entry.face, "not signed in")


def gone(id: str | None) -> str:
    """Somebody whose row is not there any more."""
    return f"gone {(id or '')[-12:]}".rstrip()


def _thing(entry: AuditEntry) -> str:
    if entry.action == Action.REVIEWED and "count" in entry.after:
        return f"{entry.after['count']:,} ratings"
    if entry.target_kind == Target.USER:
        return entry.target or gone(entry.target_id)
    if entry.target_kind in _SAID and entry.target_id:
        return entry.target_id
    return "a rating" if entry.target_kind == Target.FEEDBACK else "somebody unknown"
