"""What one person may do: changed, told to the audit log, and never taken from the last admin."""

from collections.abc import Collection, Sequence
from uuid import UUID

from core.accounts.people_types import ChangedUser
from core.audit.recording import record
from core.audit.types import Action, Target
from core.errors import Conflict
from core.permissions import Actor, Role
from db.repositories.accounts import User
from db.session import Session


def give_access(
    session: Session, actor: Actor, user: User, role: Role | None, active: bool | None
) -> None:
    """None leaves it as it is. Who is kept out loses every session.

    Raises `Conflict` for letting in somebody who is to be erased.
    """
    if role is not None and role != user.role:
        _note(session, actor, Action.ROLE_CHANGED, user, role=(user.role, role))
        user.role = role
        user.role_from_claim = False
    if active is None or active == user.active:
        return
    if active and user.erase_at is not None:
        raise Conflict(f"“{user.username}” is to be erased; take that back first.")
    action = Action.USER_ENABLED if active else Action.USER_DISABLED
    _note(session, actor, action, user, active=(user.active, active))
    user.active = active
    if not active:
        user.epoch += 1


def leave_an_admin(admins: Collection[UUID], done: Sequence[ChangedUser]) -> None:
    """Raise `Conflict` if after `done` none of `admins`, all there were, nor anybody else is one.

    Where there was none before, as on the command line of a broken installation, none is asked for.
    """
    now = {each.user.id for each in done if each.user.role is Role.ADMIN and each.user.active}
    gone = {each.user.id for each in done} - now
    if not admins or now or set(admins) - gone:
        return
    lost = [each.user.username for each in done if each.user.id in admins]
    if len(lost) == 1:
        raise Conflict(
            f"“{lost[0]}” is the last active administrator; make somebody else one first."
        )
    raise Conflict("These are the last active administrators; leave one of them as they are.")


def _note(
    session: Session, actor: Actor, action: Action, user: User, **change: tuple[object, object]
) -> None:
    before = {name: value for name, (value, _) in change.items()}
    after = {name: value for name, (_, value) in change.items()}
    record(session, actor, action, (Target.USER, user.id), before=before, after=after)
