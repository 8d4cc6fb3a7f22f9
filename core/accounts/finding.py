"""Users to be changed: found by id or name, and held until that is done."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from core.accounts import names
from core.errors import Conflict, NotFound
from db.repositories.accounts import AccountRepository, User


def id_of(repository: AccountRepository, who: UUID | str) -> UUID:
    """Raises `NotFound` for a name that nobody has; an id is taken as it is."""
    if isinstance(who, UUID):
        return who
    name = names.tidy(who)
    user = repository.user(name) if names.is_valid(name) else None
    if user is None:
        raise NotFound(f"There is no user “{name}”.", facts={"username": name})
    return user.id


def held(repository: AccountRepository, user_ids: Iterable[UUID]) -> Sequence[User]:
    """The users in the order of their ids, their rows held until the transaction ends.

    Raises
    ------
    NotFound : one of them is unknown.
    Conflict : one of them is erased.
    """
    wanted = frozenset(user_ids)
    users = repository.hold_users(wanted)
    unknown = wanted - {user.id for user in users}
    if unknown:
        raise NotFound("There is no such user; check the id.", facts={"user_id": str(min(unknown))})
    for user in users:
        if user.erased_at is not None:
            raise Conflict(f"“{user.username}” is erased; add a new user instead.")
    return users
