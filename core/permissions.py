"""Who may do what, as data. Services assert it; faces only ask it to hide what would be refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from core.errors import NotAllowed


class Role(StrEnum):
    GUEST = "guest"
    ANALYST = "analyst"
    ADMIN = "admin"


class Permission(StrEnum):
    DETECT = "detect"
    GENERATE = "generate"
    EDIT_PROMPTS = "edit_prompts"
    MANAGE_PROMPTS = "manage_prompts"
    """Archive what others share, and see what is archived of it."""
    RATE = "rate"
    HISTORY = "history"
    EXPORT_OWN = "export_own"
    OWN_KEYS = "own_keys"
    BATCH = "batch"
    """Jobs of many pictures or prompts, beside the permission for each of them."""
    REVIEW = "review"
    EXPORT_ALL = "export_all"
    MANAGE_USERS = "manage_users"
    """Who may sign in, as what, how much of it, and whose data are erased."""
    VIEW_AUDIT = "view_audit"
    VIEW_SYSTEM = "view_system"
    MANAGE_SYSTEM = "manage_system"
    """Load and unload models, and tell everybody of maintenance."""


class Scope(StrEnum):
    """What an API key may be used for, within what its owner's role allows."""

    DETECT = "detect"
    GENERATE = "generate"
    FEEDBACK = "feedback"
    EXPORT = "export"


class Face(StrEnum):
    """Where a request came in."""

    UI = "ui"
    API = "api"
    CLI = "cli"
    JOB = "job"
    """The program itself, when it is time."""


_GUEST = frozenset({Permission.DETECT, Permission.GENERATE})
_ANALYST = _GUEST | {
    Permission.EDIT_PROMPTS,
    Permission.RATE,
    Permission.HISTORY,
    Permission.EXPORT_OWN,
    Permission.OWN_KEYS,
    Permission.BATCH,
}

ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {Role.GUEST: _GUEST, Role.ANALYST: _ANALYST, Role.ADMIN: frozenset(Permission)}
)

SCOPE_PERMISSIONS: Mapping[Scope, frozenset[Permission]] = MappingProxyType(
    {
        Scope.DETECT: frozenset({Permission.DETECT, Permission.HISTORY, Permission.BATCH}),
        Scope.GENERATE: frozenset({Permission.GENERATE, Permission.HISTORY, Permission.BATCH}),
        Scope.FEEDBACK: frozenset({Permission.RATE, Permission.HISTORY}),
        Scope.EXPORT: frozenset({Permission.EXPORT_OWN, Permission.EXPORT_ALL}),
    }
)


@dataclass(frozen=True)
class Actor:
    """Who asks, as read from the database for this very call.

    `scopes` is None for a signed-in person and for keys without a limit. A person whose
    password is temporary may do nothing but choose another.
    """

    user_id: UUID
    username: str
    role: Role
    face: Face
    session_id: UUID | None = None
    key_id: UUID | None = None
    scopes: frozenset[Scope] | None = None
    must_change_password: bool = False
    address: str | None = None
    """The network address this very call came from, where a face knows one."""

    def may(self, permission: Permission) -> bool:
        if self.must_change_password or permission not in ROLE_PERMISSIONS[self.role]:
            return False
        if self.scopes is None:
            return True
        return any(permission in SCOPE_PERMISSIONS[scope] for scope in self.scopes)

    def require(self, permission: Permission) -> None:
        """Raise `NotAllowed` unless the role, and the key's scopes, allow `permission`."""
        if self.may(permission):
            return
        if self.must_change_password:
            raise NotAllowed("Your password is temporary; choose one of your own first.")
        if permission in ROLE_PERMISSIONS[self.role]:
            raise NotAllowed(
                f"This API key's scopes do not include “{permission}”; use a key that has it.",
                facts={"permission": permission, "scopes": sorted(self.scopes or ())},
            )
        allowed = [role for role in Role if permission in ROLE_PERMISSIONS[role]]
        raise NotAllowed(
            f"Your role ({self.role}) does not allow this; it needs: {', '.join(allowed)}.",
            facts={"permission": permission, "role": self.role, "allowed_roles": allowed},
        )
