"""Who may use the product, and as what."""

from core.accounts import names, passwords
from core.accounts.base import AccountPart, user_info
from core.accounts.types import UserInfo
from core.errors import Conflict, NotFound
from core.ids import new_id
from core.permissions import Actor, Permission, Role
from db.repositories.accounts import AccountRepository, User


class People(AccountPart):
    def ensure_first_admin(self) -> tuple[str, str] | None:
        """Make `admin` where there is nobody yet.

        Returns name and password only where the password was made up now, which is the one
        moment it can be told; it must be changed at the first sign-in.
        """
        with self.database.unit_of_work() as session:
            repository = AccountRepository(session)
            repository.lock("first admin")
            if repository.any_user():
                return None
            given = self.settings.admin_password
            password = given.get_secret_value() if given else passwords.generated()
            _add(repository, "admin", Role.ADMIN, password, temporary=given is None)
        return None if given else ("admin", password)

    def users(self, actor: Actor) -> tuple[UserInfo, ...]:
        actor.require(Permission.MANAGE_USERS)
        with self.database.unit_of_work() as session:
            return tuple(map(user_info, AccountRepository(session).users()))

    def add_user(
        self, actor: Actor, username: str, role: Role, password: str, *, temporary: bool = False
    ) -> UserInfo:
        """Add somebody; a `temporary` password must be changed at the first sign-in.

        Raises `Invalid` for name or password, `Conflict` where the name is taken in any case.
        """
        actor.require(Permission.MANAGE_USERS)
        name = names.checked(username)
        with self.database.unit_of_work() as session:
            repository = AccountRepository(session)
            return user_info(_add(repository, name, role, password, temporary=temporary))

    def set_role(self, actor: Actor, username: str, role: Role) -> UserInfo:
        """Change what somebody may do, from their next click on. `Conflict` for the last admin."""
        actor.require(Permission.MANAGE_USERS)
        with self.database.unit_of_work() as session:
            repository = AccountRepository(session)
            if role is not Role.ADMIN:
                _keep_an_admin(repository, username)
            user = _locked(repository, username)
            user.role = role
            return user_info(user)

    def set_active(self, actor: Actor, username: str, active: bool) -> UserInfo:
        """Let somebody in, or keep them out: their sessions end and their API keys rest.

        Raises `Conflict` for the last admin, and to let in who is erased or is to be.
        """
        actor.require(Permission.MANAGE_USERS)
        with self.database.unit_of_work() as session:
            repository = AccountRepository(session)
            if not active:
                _keep_an_admin(repository, username)
            user = _locked(repository, username)
            if active:
                _check_kept(user)
            elif user.active:
                user.epoch += 1
            user.active = active
            return user_info(user)

    def reset_password(self, actor: Actor, username: str) -> str:
        """A temporary password, to be told once; it must be changed at the next sign-in."""
        password = passwords.generated()
        self._replace_password(actor, username, password, temporary=True)
        return password

    def set_password(self, actor: Actor, username: str, password: str) -> None:
        """Set somebody's password; their sessions end."""
        self._replace_password(actor, username, password, temporary=False)

    def _replace_password(
        self, actor: Actor, username: str, password: str, *, temporary: bool
    ) -> None:
        actor.require(Permission.MANAGE_USERS)
        passwords.check(password, names.tidy(username))
        password_hash = passwords.hashed(password)
        with self.database.unit_of_work() as session:
            repository = AccountRepository(session)
            user = _locked(repository, username)
            user.password_hash = password_hash
            user.must_change_password = temporary
            user.epoch += 1
            repository.clear_failures(user.username.lower())


def _add(
    repository: AccountRepository, name: str, role: Role, password: str, *, temporary: bool
) -> User:
    passwords.check(password, name)
    user = repository.add_user(
        id=new_id(),
        username=name,
        password_hash=passwords.hashed(password),
        role=role,
        must_change_password=temporary,
    )
    if user is None:
        raise Conflict(
            f"There is already a user “{name}”; choose another name.", facts={"username": name}
        )
    return user


def _locked(repository: AccountRepository, username: str) -> User:
    name = names.tidy(username)
    user = repository.locked_user(name) if names.is_valid(name) else None
    if user is None:
        raise NotFound(f"There is no user “{name}”.", facts={"username": name})
    return user


def _check_kept(user: User) -> None:
    if user.erased_at is not None:
        raise Conflict(f"“{user.username}” is erased, and cannot come back.")
    if user.erase_at is not None:
        raise Conflict(
            f"“{user.username}” is to be erased at {user.erase_at:%Y-%m-%d %H:%M} UTC; take that "
            "back first."
        )


def _keep_an_admin(repository: AccountRepository, username: str) -> None:
    """Raise `Conflict` if nobody else could manage users any more."""
    admins = repository.hold_admins()
    name = names.tidy(username)
    user = repository.user(name) if names.is_valid(name) else None
    if user is not None and list(admins) == [user.id]:
        raise Conflict(
            f"“{user.username}” is the last active administrator; make somebody else one first."
        )
