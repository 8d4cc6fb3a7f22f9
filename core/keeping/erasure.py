"""Somebody's data are to be erased: asked for, taken back, and seen."""

from datetime import timedelta
from uuid import UUID

from core.accounts import names
from core.audit.recording import record
from core.audit.types import Action, Target
from core.clock import now
from core.errors import Conflict, Invalid, NotFound
from core.keeping.types import Erasure
from core.permissions import Actor, Permission
from db.repositories.accounts import AccountRepository, User
from db.session import Database

GRACE = timedelta(hours=24)


class ErasureService:
    """For administrators. What is asked for is done by `core.keeping.service` once it is time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, actor: Actor, user_id: UUID) -> Erasure:
        actor.require(Permission.MANAGE_USERS)
        with self._database.unit_of_work() as session:
            return _erasure(_user(AccountRepository(session), user_id))

    def named(self, actor: Actor, username: str) -> Erasure:
        """The same by name. Raises `NotFound`."""
        actor.require(Permission.MANAGE_USERS)
        name = names.tidy(username)
        with self._database.unit_of_work() as session:
            user = AccountRepository(session).user(name) if names.is_valid(name) else None
            if user is None:
                raise NotFound(f"There is no user “{name}”.", facts={"username": name})
            return _erasure(user)

    def erase_user(self, actor: Actor, user_id: UUID, username: str) -> Erasure:
        """Keep somebody out at once, and erase what is theirs a day later.

        `username` is typed by whoever asks, so that nobody is erased by a slip. To ask twice
        changes nothing.

        Raises
        ------
        NotFound : there is no such user.
        Invalid : `username` is not that user's.
        Conflict : the last active administrator, or erased already.
        """
        actor.require(Permission.MANAGE_USERS)
        with self._database.unit_of_work() as session:
            repository = AccountRepository(session)
            admins = repository.hold_admins()
            user = _user(repository, user_id)
            _check_named(user, username)
            if list(admins) == [user.id]:
                raise Conflict(
                    f"“{user.username}” is the last active administrator; make somebody else one "
                    "first."
                )
            if user.erase_at is None:
                _close(user)
                user.erase_at = now() + GRACE
                after = {"erase_at": user.erase_at.isoformat()}
                target = (Target.USER, user.id)
                record(session, actor, Action.ERASURE_ASKED, target, after=after)
            return _erasure(user)

    def undo_erasure(self, actor: Actor, user_id: UUID) -> Erasure:
        """Keep somebody's data after all. They stay disabled, as they may have been before.

        Raises `NotFound`, and `Conflict` where they are erased already.
        """
        actor.require(Permission.MANAGE_USERS)
        with self._database.unit_of_work() as session:
            user = _user(AccountRepository(session), user_id)
            _check_kept(user)
            if user.erase_at is not None:
                user.erase_at = None
                record(session, actor, Action.ERASURE_UNDONE, (Target.USER, user.id))
            return _erasure(user)


def _user(repository: AccountRepository, user_id: UUID) -> User:
    user = repository.user_by_id(user_id)
    if user is None:
        raise NotFound("There is no such user; check the id.", facts={"user_id": str(user_id)})
    return user


def _check_named(user: User, username: str) -> None:
    _check_kept(user)
    if names.tidy(username).lower() != user.username.lower():
        raise Invalid(
            "This is not the name of the user to be erased; type it as it is shown.",
            facts={"field": "username"},
        )


def _check_kept(user: User) -> None:
    if user.erased_at is not None:
        raise Conflict(f"“{user.username}” is erased already; nothing of theirs is left.")


def _close(user: User) -> None:
    if user.active:
        user.active = False
        user.epoch += 1


def _erasure(user: User) -> Erasure:
    return Erasure(user.id, user.username, user.erase_at, user.erased_at)
