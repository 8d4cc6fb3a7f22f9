"""Who may use the product, and as what."""

from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

from core.accounts import names, passwords
from core.accounts.access import give_access, leave_an_admin
from core.accounts.base import AccountPart, user_info
from core.accounts.people_types import ChangedUser
from core.accounts.types import UserInfo
from core.audit.recording import record
from core.audit.types import Action, Target
from core.errors import ConfigurationError, Conflict, Invalid, NotFound
from core.ids import new_id
from core.permissions import Actor, Face, Permission, Role
from db.repositories.accounts import AccountRepository, User
from db.session import Session

MAX_AT_ONCE = 200
_START = Actor(user_id=UUID(int=0), username="start", role=Role.ADMIN, face=Face.JOB)
_Change = Callable[[User], tuple[Role | None, bool | None]]


class People(AccountPart):
    """`who` is the id of a user, or the name; `NotFound` where there is nobody of it."""

    def ensure_first_admin(self) -> tuple[str, str] | None:
        """Make `admin` where there is nobody yet.

        Returns name and password only where the password was made up now, which is the one
        moment it can be told; it must be changed at the first sign-in. Raises `ConfigurationError`
        where the password of the settings is none that may be chosen.
        """
        with self.database.unit_of_work() as session:
            repository = AccountRepository(session)
            repository.lock("first admin")
            if repository.any_user():
                return None
            given = self.settings.admin_password
            password = given.get_secret_value() if given else passwords.generated()
            _check_setting(password)
            password_hash = passwords.hashed(password)
            add(session, _START, "admin", Role.ADMIN, password_hash, temporary=given is None)
        return None if given else ("admin", password)

    def add_user(
        self, actor: Actor, username: str, role: Role, password: str, *, temporary: bool = False
    ) -> UserInfo:
        """Add somebody; a `temporary` password must be changed at the first sign-in.

        Raises `Invalid` for name or password, `Conflict` where the name is taken in any case.
        """
        actor.require(Permission.MANAGE_USERS)
        name = names.checked(username)
        passwords.check(password, name)
        password_hash = passwords.hashed(password)
        with self.database.unit_of_work() as session:
            return add(session, actor, name, role, password_hash, temporary=temporary)

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
            ids = [_id(AccountRepository(session), who)]
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

    def reset_password(self, actor: Actor, who: UUID | str) -> str:
        """A temporary password, to be told once; it must be changed at the next sign-in."""
        password = passwords.generated()
        self._replace_password(actor, who, password, temporary=True)
        return password

    def set_password(self, actor: Actor, username: str, password: str) -> None:
        """Set somebody's password; their sessions end."""
        passwords.check(password, names.tidy(username))
        self._replace_password(actor, username, password, temporary=False)

    def _replace_password(
        self, actor: Actor, who: UUID | str, password: str, *, temporary: bool
    ) -> None:
        actor.require(Permission.MANAGE_USERS)
        password_hash = passwords.hashed(password)
        with self.database.unit_of_work() as session:
            repository = AccountRepository(session)
            [user] = _held(repository, [_id(repository, who)])
            user.password_hash = password_hash
            user.must_change_password = temporary
            user.epoch += 1
            repository.clear_failures(user.username)
            facts = {"temporary": temporary}
            record(session, actor, Action.PASSWORD_RESET, (Target.USER, user.id), after=facts)


def add(
    session: Session,
    actor: Actor,
    username: str,
    role: Role,
    password_hash: str,
    *,
    temporary: bool,
) -> UserInfo:
    """A new user. Raises `Conflict` where the name is taken, in whatever case it is written."""
    user = AccountRepository(session).add_user(
        id=new_id(),
        username=username,
        password_hash=password_hash,
        role=role,
        must_change_password=temporary,
    )
    if user is None:
        raise Conflict(
            f"There is already a user “{username}”; choose another name.",
            facts={"username": username},
        )
    record(session, actor, Action.USER_ADDED, (Target.USER, user.id), after={"role": role})
    return user_info(user)


def _change(
    session: Session, actor: Actor, user_ids: Sequence[UUID], change: _Change
) -> tuple[ChangedUser, ...]:
    """Admins are held first by everybody, so that of two who demote each other one must wait."""
    repository = AccountRepository(session)
    admins = frozenset(repository.hold_admins())
    done = []
    for user in _held(repository, user_ids):
        before = Role(user.role), user.active
        give_access(session, actor, user, *change(user))
        done.append(ChangedUser(user_info(user), *before))
    leave_an_admin(admins, done)
    return tuple(done)


def _check_setting(password: str) -> None:
    key = "GLIMPSE_ADMIN_PASSWORD"
    try:
        passwords.check(password, "admin")
    except Invalid as error:
        raise ConfigurationError(f"{key}: {error.message}", facts={"key": key}) from error


def _id(repository: AccountRepository, who: UUID | str) -> UUID:
    if isinstance(who, UUID):
        return who
    name = names.tidy(who)
    user = repository.user(name) if names.is_valid(name) else None
    if user is None:
        raise NotFound(f"There is no user “{name}”.", facts={"username": name})
    return user.id


def _held(repository: AccountRepository, user_ids: Iterable[UUID]) -> Sequence[User]:
    wanted = frozenset(user_ids)
    users = repository.hold_users(wanted)
    unknown = wanted - {user.id for user in users}
    if unknown:
        raise NotFound("There is no such user; check the id.", facts={"user_id": str(min(unknown))})
    for user in users:
        if user.erased_at is not None:
            raise Conflict(f"“{user.username}” is erased; add a new user instead.")
    return users


def _check_count(user_ids: Sequence[UUID]) -> None:
    if len(user_ids) > MAX_AT_ONCE:
        raise Invalid(
            f"{len(user_ids)} people are too many; change at most {MAX_AT_ONCE} at once.",
            facts={"max": MAX_AT_ONCE},
        )
