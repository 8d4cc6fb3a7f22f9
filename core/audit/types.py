"""What the audit log tells."""

from enum import StrEnum


class Action(StrEnum):
    """What was done. The names are kept: programs and saved searches rely on them."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGN_IN_HELD = "sign_in_held"
    """Refused unseen, for too many attempts before it."""
    SIGNED_OUT = "signed_out"
    SESSION_ENDED = "session_ended"
    """One other sign-in, by its owner or an admin."""
    SESSIONS_ENDED = "sessions_ended"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    PASSWORD_RESET = "password_reset"  # noqa: S105
    IDENTITY_LINKED = "identity_linked"
    IDENTITY_UNLINKED = "identity_unlinked"
    USER_ADDED = "user_added"
    ROLE_CHANGED = "role_changed"
    USER_DISABLED = "user_disabled"
    USER_ENABLED = "user_enabled"
    KEY_ADDED = "key_added"
    KEY_REVOKED = "key_revoked"
    KEY_RESTORED = "key_restored"
    LIMIT_CHANGED = "limit_changed"
    EXPORTED = "exported"
    REVIEWED = "reviewed"
    """A review decision: status, assignee, note, answer, of one rating or of many."""
    THRESHOLD_CHANGED = "threshold_changed"
    VIEW_CHANGED = "view_changed"
    """A saved view that is shared, or no more."""
    ERASURE_ASKED = "erasure_asked"
    ERASURE_UNDONE = "erasure_undone"
    USER_ERASED = "user_erased"
    RETENTION_RUN = "retention_run"
    """What was past its time was removed."""


class Target(StrEnum):
    """What kind of thing it was done to; with it stands the thing's id."""

    USER = "user"
    SESSION = "session"
    KEY = "key"
    LIMIT = "limit"
    FEEDBACK = "feedback"
    RUN = "run"
    EXPORT = "export"
    THRESHOLD = "threshold"
    VIEW = "view"
