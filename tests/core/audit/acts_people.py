"""Acts on people: who may sign in, as what, how much of it, with which keys, and for how long."""

from core.accounts.people_types import ChangedUser
from core.audit.types import Action, Target
from core.limits.types import Quota
from core.permissions import Role, Scope
from core.runs.types import Task
from tests.core.audit.acts import PASSWORD, Act, Stage, Told

ISSUER = "https://id.example"


def add_user(stage: Stage) -> Told:
    accounts = stage.bench.accounts
    return Told(
        lambda: accounts.add_user(stage.root, "mia", Role.GUEST, PASSWORD),
        Action.USER_ADDED,
        after={"role": "guest"},
    )


def add_list(stage: Stage) -> Told:
    accounts = stage.bench.accounts
    return Told(
        lambda: accounts.add_list(stage.root, b"mia,guest\n"),
        Action.USER_ADDED,
        after={"role": "guest"},
    )


def set_role(stage: Stage) -> Told:
    accounts = stage.bench.accounts
    return Told(
        lambda: accounts.set_role(stage.root, "wei", Role.GUEST),
        Action.ROLE_CHANGED,
        (Target.USER, stage.wei.user_id),
        {"role": "analyst"},
        {"role": "guest"},
    )


def change_user(stage: Stage) -> Told:
    accounts = stage.bench.accounts
    return Told(
        lambda: accounts.change_user(stage.root, stage.wei.user_id, role=Role.ADMIN),
        Action.ROLE_CHANGED,
        (Target.USER, stage.wei.user_id),
        {"role": "analyst"},
        {"role": "admin"},
    )


def set_active(stage: Stage) -> Told:
    accounts = stage.bench.accounts
    return Told(
        lambda: accounts.set_active(stage.root, "wei", active=False),
        Action.USER_DISABLED,
        (Target.USER, stage.wei.user_id),
        {"active": True},
        {"active": False},
    )


def change_users(stage: Stage) -> Told:
    accounts = stage.bench.accounts
    accounts.set_active(stage.root, "wei", active=False)
    return Told(
        lambda: accounts.change_users(stage.root, [stage.wei.user_id], active=True),
        Action.USER_ENABLED,
        (Target.USER, stage.wei.user_id),
        {"active": False},
        {"active": True},
    )


def undo_change(stage: Stage) -> Told:
    accounts = stage.bench.accounts
    done: tuple[ChangedUser, ...] = accounts.change_users(
        stage.root, [stage.wei.user_id], role=Role.GUEST
    )
    return Told(
        lambda: accounts.undo_change(stage.root, done),
        Action.ROLE_CHANGED,
        (Target.USER, stage.wei.user_id),
        {"role": "guest"},
        {"role": "analyst"},
    )


def reset_password(stage: Stage) -> Told:
    accounts = stage.bench.accounts
    return Told(
        lambda: accounts.reset_password(stage.root, "wei"),
        Action.PASSWORD_RESET,
        (Target.USER, stage.wei.user_id),
        after={"temporary": True},
    )


def set_password(stage: Stage) -> Told:
    accounts = stage.bench.accounts
    return Told(
        lambda: accounts.set_password(stage.root, "wei", PASSWORD),
        Action.PASSWORD_RESET,
        (Target.USER, stage.wei.user_id),
        after={"temporary": False},
    )


def end_session(stage: Stage) -> Told:
    accounts = stage.bench.accounts
    user_id = stage.user("mia")
    session_id = stage.signed_in("mia").session_id
    return Told(
        lambda: accounts.end_session(stage.root, session_id),
        Action.SESSION_ENDED,
        (Target.SESSION, session_id),
        {"user_id": str(user_id)},
    )


def end_sessions_of(stage: Stage) -> Told:
    accounts = stage.bench.accounts
    return Told(
        lambda: accounts.end_sessions_of(stage.root, stage.wei.user_id),
        Action.SESSIONS_ENDED,
        (Target.USER, stage.wei.user_id),
    )


def link_identity(stage: Stage) -> Told:
    accounts = stage.bench.accounts
    return Told(
        lambda: accounts.link_identity(stage.root, "wei", ISSUER, "subject"),
        Action.IDENTITY_LINKED,
        (Target.USER, stage.wei.user_id),
        after={"issuer": ISSUER},
    )


def unlink_identity(stage: Stage) -> Told:
    accounts = stage.bench.accounts
    accounts.link_identity(stage.root, "wei", ISSUER, "subject")
    return Told(
        lambda: accounts.unlink_identity(stage.root, "wei", ISSUER, "subject"),
        Action.IDENTITY_UNLINKED,
        (Target.USER, stage.wei.user_id),
        {"issuer": ISSUER},
    )


def add_key(stage: Stage) -> Told:
    accounts = stage.bench.accounts
    return Told(
        lambda: accounts.add_key(stage.by_hand, "words of hers", {Scope.EXPORT}, "wei"),
        Action.KEY_ADDED,
        after={"user_id": str(stage.wei.user_id), "scopes": ["export"]},
    )


def revoke_key(stage: Stage) -> Told:
    accounts = stage.bench.accounts
    key = accounts.add_key(stage.by_hand, "x", None, "wei").info
    return Told(
        lambda: accounts.revoke_key(stage.by_hand, key.id),
        Action.KEY_REVOKED,
        (Target.KEY, key.id),
        after={"user_id": str(stage.wei.user_id)},
    )


def restore_key(stage: Stage) -> Told:
    accounts = stage.bench.accounts
    key = accounts.add_key(stage.by_hand, "x", None, "wei").info
    accounts.revoke_key(stage.by_hand, key.id)
    return Told(
        lambda: accounts.restore_key(stage.by_hand, key.id),
        Action.KEY_RESTORED,
        (Target.KEY, key.id),
        after={"user_id": str(stage.wei.user_id)},
    )


def change_limit(stage: Stage) -> Told:
    limits = stage.bench.limits
    limits.change(stage.root, Role.GUEST, Task.DETECTION, Quota(5, 50))
    return Told(
        lambda: limits.change(stage.root, Role.GUEST, Task.DETECTION, Quota(6)),
        Action.LIMIT_CHANGED,
        (Target.LIMIT, "guest/detection"),
        {"task": "detection", "per_minute": 5, "per_day": 50},
        {"task": "detection", "per_minute": 6, "per_day": None},
    )


def erase_user(stage: Stage) -> Told:
    erasure = stage.bench.erasure
    return Told(
        lambda: erasure.erase_user(stage.root, stage.wei.user_id, "wei"),
        Action.ERASURE_ASKED,
        (Target.USER, stage.wei.user_id),
    )


def undo_erasure(stage: Stage) -> Told:
    erasure = stage.bench.erasure
    erasure.erase_user(stage.root, stage.wei.user_id, "wei")
    return Told(
        lambda: erasure.undo_erasure(stage.root, stage.wei.user_id),
        Action.ERASURE_UNDONE,
        (Target.USER, stage.wei.user_id),
    )


ACTS: dict[str, Act] = {
    "accounts.add_user": add_user,
    "accounts.add_list": add_list,
    "accounts.set_role": set_role,
    "accounts.set_active": set_active,
    "accounts.change_user": change_user,
    "accounts.change_users": change_users,
    "accounts.undo_change": undo_change,
    "accounts.reset_password": reset_password,
    "accounts.set_password": set_password,
    "accounts.end_session": end_session,
    "accounts.end_sessions_of": end_sessions_of,
    "accounts.link_identity": link_identity,
    "accounts.unlink_identity": unlink_identity,
    "accounts.add_key": add_key,
    "accounts.revoke_key": revoke_key,
    "accounts.restore_key": restore_key,
    "limits.change": change_limit,
    "erasure.erase_user": erase_user,
    "erasure.undo_erasure": undo_erasure,
}
