"""People added, and given other passwords."""

from uuid import UUID

from core.accounts import names, passwords
from core.accounts.base import AccountPart, user_info
from core.accounts.finding import held, id_of
from core.accounts.types import UserInfo
from core.audit.recording import record
from core.audit.types import Action, Target
from core.errors import Conflict
from core.ids import new_id
from core.permissions import Actor, Face, Permission, Role
from db.repositories.accounts import AccountRepository
from db.session import Session

_START = Actor(user_id=UUID(int=0), username="start", role=Role.ADMIN, face=Face.JOB)


class People(AccountPart):
    """`who` is the id of a user, or the name; `NotFound` where there is nobody of it."""

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
            passwords.check(password, "admin")
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
            [user] = held(repository, [id_of(repository, who)])
            user.password_hash = password_hash
            user.must_change_password = temporary
            user.epoch += 1
            repository.clear_failures(user.username.lower())
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
