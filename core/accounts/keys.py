"""API keys: made, listed, revoked and restored by people, never by a key."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from core.accounts import names
from core.accounts.base import AccountPart, fingerprint, new_secret
from core.accounts.bearers import KEY_START
from core.accounts.key_rows import key_info, recorded
from core.accounts.types import KeyInfo, NewKey
from core.audit.types import Action
from core.clock import now
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.ids import new_id
from core.permissions import Actor, Permission, Scope
from db.repositories.accounts import AccountRepository, User
from db.repositories.credentials import ApiKey, CredentialRepository
from db.session import Session

MAX_DAYS = 3650
RESTORED_WITHIN = timedelta(minutes=10)
_PREFIX_CHARS = 10
_MAX_LABEL = 80


class Keys(AccountPart):
    """To add, revoke or restore a key with a key is refused: a stolen one must not outlive its
    end by making another."""

    def keys(self, actor: Actor) -> tuple[KeyInfo, ...]:
        """One's own keys, newest first."""
        actor.require(Permission.OWN_KEYS)
        return self._keys(actor.user_id)

    def keys_of(self, actor: Actor, user_id: UUID) -> tuple[KeyInfo, ...]:
        """Somebody's keys, for an administrator; none of somebody unknown."""
        actor.require(Permission.MANAGE_USERS)
        return self._keys(user_id)

    def all_keys(self, actor: Actor) -> tuple[KeyInfo, ...]:
        actor.require(Permission.MANAGE_USERS)
        return self._keys(None)

    def add_key(
        self,
        actor: Actor,
        label: str,
        scopes: Iterable[Scope] | None = None,
        username: str | None = None,
        days: int | None = None,
    ) -> NewKey:
        """Make a key for oneself, or, as an admin, for `username`; the secret is told only here.

        `scopes` None means whatever the owner's role allows, `days` None that it never expires.
        """
        _require_person(actor)
        actor.require(Permission.OWN_KEYS if username is None else Permission.MANAGE_USERS)
        wanted = None if scopes is None else frozenset(scopes)
        if wanted is not None and not wanted:
            allowed = ", ".join(Scope)
            raise Invalid(f"A key needs at least one scope; choose from: {allowed}.")
        _check_days(days)
        secret = KEY_START + new_secret()
        tidy_label = _checked_label(label)
        with self.database.unit_of_work() as session:
            owner = _owner(AccountRepository(session), actor, username)
            key = CredentialRepository(session).add_key(
                id=new_id(),
                user_id=owner.id,
                label=tidy_label,
                prefix=secret[:_PREFIX_CHARS],
                key_hash=fingerprint(secret),
                scopes=None if wanted is None else sorted(wanted),
                expires_at=None if days is None else now() + timedelta(days=days),
            )
            recorded(session, actor, Action.KEY_ADDED, key)
            return NewKey(key_info(key, owner), secret)

    def revoke_key(self, actor: Actor, key_id: UUID, *, own_only: bool = False) -> KeyInfo:
        """End a key of one's own, or anybody's as an admin; twice does no harm."""
        with self.database.unit_of_work() as session:
            key, owner = _changeable(session, actor, key_id, own_only)
            if key.revoked_at is None:
                key.revoked_at = now()
                recorded(session, actor, Action.KEY_REVOKED, key)
            return key_info(key, owner)

    def restore_key(self, actor: Actor, key_id: UUID, *, own_only: bool = False) -> KeyInfo:
        """Take back that a key was revoked, within ten minutes; one in use stays as it is.

        Raises `Conflict` where it was revoked earlier.
        """
        with self.database.unit_of_work() as session:
            key, owner = _changeable(session, actor, key_id, own_only)
            if key.revoked_at is not None:
                if key.revoked_at + RESTORED_WITHIN < now():
                    raise Conflict(
                        "This key was revoked more than ten minutes ago; make a new one."
                    )
                key.revoked_at = None
                recorded(session, actor, Action.KEY_RESTORED, key)
            return key_info(key, owner)

    def _keys(self, user_id: UUID | None) -> tuple[KeyInfo, ...]:
        with self.database.unit_of_work() as session:
            return tuple(
                key_info(key, user) for key, user in CredentialRepository(session).keys(user_id)
            )


def _require_person(actor: Actor) -> None:
    if actor.key_id is not None:
        raise NotAllowed("API keys are managed while signed in, not with a key; sign in first.")


def _owner(repository: AccountRepository, actor: Actor, username: str | None) -> User:
    name = names.tidy(actor.username if username is None else username)
    owner = repository.user(name) if names.is_valid(name) else None
    if owner is None:
        raise NotFound(f"There is no user “{name}”.", facts={"username": name})
    return owner


def _changeable(
    session: Session, actor: Actor, key_id: UUID, own_only: bool
) -> tuple[ApiKey, User]:
    """The key, held until the transaction ends, and its owner."""
    _require_person(actor)
    actor.require(Permission.OWN_KEYS)
    anybodys = actor.may(Permission.MANAGE_USERS) and not own_only
    found = CredentialRepository(session).held_key(key_id)
    if found is None or not (anybodys or found[0].user_id == actor.user_id):
        raise NotFound("There is no such key of yours.", facts={"key_id": str(key_id)})
    return found[0], found[1]


def _check_days(days: int | None) -> None:
    if days is not None and not 1 <= days <= MAX_DAYS:
        raise Invalid(
            f"A key lasts 1 to {MAX_DAYS:,} days, or for ever; {days:,} cannot be.",
            facts={"field": "days", "min": 1, "max": MAX_DAYS},
        )


def _checked_label(label: str) -> str:
    text = " ".join(label.split())
    if not 1 <= len(text) <= _MAX_LABEL or not text.isprintable():
        raise Invalid(f"A label has 1 to {_MAX_LABEL} characters; say what the key is for.")
    return text
