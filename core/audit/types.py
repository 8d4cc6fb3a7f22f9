"""What the audit log tells."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from core.permissions import Face


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
    RATING_ASKED = "rating_asked"
    """People were asked to rate a run; with a reference, to be measured by it."""
    RATING_UNASKED = "rating_unasked"
    RATING_DISCARDED = "rating_discarded"
    """One that could not be stored; it was dropped unread by the database."""
    PROMPT_ARCHIVED = "prompt_archived"
    """Of the prompts that are shared, as its restoring is."""
    PROMPT_RESTORED = "prompt_restored"
    JOB_CANCELLED = "job_cancelled"
    """Somebody else's."""
    DEMO_LOADED = "demo_loaded"
    DEMO_CLEARED = "demo_cleared"
    COUNTS_REPAIRED = "counts_repaired"
    ERASURE_ASKED = "erasure_asked"
    ERASURE_UNDONE = "erasure_undone"
    USER_ERASED = "user_erased"
    RETENTION_RUN = "retention_run"
    """What was past its time was removed."""
    MODEL_LOADED = "model_loaded"
    """It was asked for, as its unloading is; how it went on is in the log."""
    MODEL_UNLOADED = "model_unloaded"
    FEATURES_CLEARED = "features_cleared"
    TEXT_STOPPED = "text_stopped"
    """One that is being written, by an administrator on the System page."""
    NOTICE_CHANGED = "notice_changed"
    """The sentence above every page: another one, or none."""


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
    PROMPT = "prompt"
    MODEL = "model"
    JOB = "job"


@dataclass(frozen=True)
class AuditFilter:
    """Which entries; None and empty mean any.

    Days are whole, in UTC, both included. `by` is the name of whoever did it, `to` of whoever it
    was done to; `text` is a part of either. `kind` and `id` are of the thing it was done to.
    """

    since: date | None = None
    until: date | None = None
    action: tuple[Action, ...] = ()
    by: str | None = None
    to: str | None = None
    kind: Target | None = None
    id: str | None = None
    face: Face | None = None
    address: str | None = None
    trace: str | None = None
    text: str | None = None


@dataclass(frozen=True)
class AuditEntry:
    """One thing done. `action` and `target_kind` are words of `Action` and `Target`, or of an older
    version of the program.

    `names` are those of the people whose ids stand in it, as they are called today; whoever is not
    among them is gone.
    """

    id: UUID
    at: datetime
    action: str
    actor_id: UUID | None
    role: str | None
    face: Face
    address: str | None
    session_id: UUID | None
    key_id: UUID | None
    target_kind: str | None
    target_id: str | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    trace_id: str
    names: Mapping[str, str]

    @property
    def actor(self) -> str | None:
        return self.names.get(str(self.actor_id))

    @property
    def target(self) -> str | None:
        """The name of whoever it was done to; None also where that is no person."""
        return self.names.get(str(self.target_id)) if self.target_kind == Target.USER else None


@dataclass(frozen=True)
class AuditPage:
    """Entries newest first; `next` is the cursor of the page after this one, None on the last."""

    entries: tuple[AuditEntry, ...]
    next: str | None


@dataclass(frozen=True)
class Change:
    """One fact of an entry before and after; None where there was none."""

    name: str
    before: Any
    after: Any
