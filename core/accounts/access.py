"""What people may do, changed for one or for many, and put back."""

from collections.abc import Callable, Sequence
from uuid import UUID

from core.accounts.base import AccountPart, user_info
from core.accounts.finding import held, id_of
from core.accounts.people_types import ChangedUser
from core.accounts.standing import give_access, leave_an_admin
from core.accounts.types import UserInfo
from core.errors import Conflict, Invalid
from core.permissions import Actor, Permission, Role
from db.repositories.accounts import AccountRepository, User
from db.session import Session

MAX_AT_ONCE = 200
_Change = Callable[[User], tuple[Role | None, bool | None]]


class Access(AccountPart):
    """`who` is the id of a user, or the name; `NotFound` where there is nobody of it."""

    def set_role(self, actor: Actor, who: UUID | str, role: Role) -> UserInfo:
        """Change what somebody may do, from their next click on; no claim changes it after that.

        Raises `Conflict` for the last admin.
        """
        return self.change_user(actor, who, role=role)

    def set_active(self, actor: Actor, who: UUID | str, active: bool) -> UserInfo:
        """Let somebody in, or keep them out: their sessions end and their API keys rest.

        Raises `Conflict` for the last admin.
        """
        return self.change_user(actor, who, active=active)

    def change_user(
        self,
        actor: Actor,
        who: UUID | str,
        *,
        role: Role | None = None,
        active: bool | None = None,
    ) -> UserInfo:
        """Both at once; None leaves it as it is. Raises as `change_users`."""
        actor.require(Permission.MANAGE_USERS)
        with self.database.unit_of_work() as session:
            ids = [id_of(AccountRepository(session), who)]
            return _change(session, actor, ids, lambda _: (role, active))[0].user

    def change_users(
        self,
        actor: Actor,
        user_ids: Sequence[UUID],
        *,
        role: Role | None = None,
        active: bool | None = None,
    ) -> tuple[ChangedUser, ...]:
        """Role or admission of several people; all of it is done, or nothing.

        Raises
        ------
        NotFound : one of them is unknown.
        Conflict : no active admin would be left, or one of them is erased.
        Invalid : more than 200 at once.
        """
        actor.require(Permission.MANAGE_USERS)
        _check_count(user_ids)
        with self.database.unit_of_work() as session:
            return _change(session, actor, user_ids, lambda _: (role, active))

    def undo_change(self, actor: Actor, done: Sequence[ChangedUser]) -> tuple[UserInfo, ...]:
        """Put back what `change_users` changed; all of it, or nothing.

        Raises `Conflict` where somebody was changed again meanwhile, and as `change_users`.
        """
        actor.require(Permission.MANAGE_USERS)
        by_id = {each.user.id: each for each in done}

        def back(user: User) -> tuple[Role | None, bool | None]:
            then = by_id[user.id]
            if (user.role, user.active) != (then.user.role, then.user.active):
                raise Conflict(
                    f"“{user.username}” was changed again meanwhile, so nothing is undone; "
                    "look at them first."
                )
            return then.role_before, then.active_before

        with self.database.unit_of_work() as session:
            return tuple(each.user for each in _change(session, actor, list(by_id), back))


def _change(
    session: Session, actor: Actor, user_ids: Sequence[UUID], change: _Change
) -> tuple[ChangedUser, ...]:
    """Admins are held first by everybody, so that of two who demote each other one must wait."""
    repository = AccountRepository(session)
    admins = frozenset(repository.hold_admins())
    done = []
    for user in held(repository, user_ids):
        before = Role(user.role), user.active
        give_access(session, actor, user, *change(user))
        done.append(ChangedUser(user_info(user), *before))
    leave_an_admin(admins, done)
    return tuple(done)


def _check_count(user_ids: Sequence[UUID]) -> None:
    if len(user_ids) > MAX_AT_ONCE:
        raise Invalid(
            f"{len(user_ids)} people are too many; change at most {MAX_AT_ONCE} at once.",
            facts={"max": MAX_AT_ONCE},
        )
