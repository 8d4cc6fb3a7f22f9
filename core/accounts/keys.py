"""API keys."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from core.accounts import names
from core.accounts.base import AccountPart, fingerprint, new_secret
from core.accounts.types import KeyInfo, NewKey
from core.clock import now
from core.errors import Invalid, NotFound
from core.ids import new_id
from core.permissions import Actor, Face, Permission, Role, Scope
from db.repositories.accounts import AccountRepository, User
from db.repositories.credentials import ApiKey, CredentialRepository

KEY_START = "gk_"
_PREFIX_CHARS = 10
_USED_EVERY = timedelta(minutes=1)
_MAX_LABEL = 80


class Keys(AccountPart):
    def keys(self, actor: Actor) -> tuple[KeyInfo, ...]:
        """One's own keys, newest first."""
        actor.require(Permission.OWN_KEYS)
        return self._keys(actor.user_id)

    def all_keys(self, actor: Actor) -> tuple[KeyInfo, ...]:
        actor.require(Permission.MANAGE_USERS)
        return self._keys(None)

    def add_key(
        self,
        actor: Actor,
        label: str,
        scopes: Iterable[Scope] | None = None,
        username: str | None = None,
    ) -> NewKey:
        """Make a key for oneself, or, as an admin, for `username`; the secret is told only here.

        `scopes` None means whatever the owner's role allows.
        """
        actor.require(Permission.OWN_KEYS if username is None else Permission.MANAGE_USERS)
        wanted = None if scopes is None else frozenset(scopes)
        if wanted is not None and not wanted:
            allowed = ", ".join(Scope)
            raise Invalid(f"A key needs at least one scope; choose from: {allowed}.")
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
            )
            return NewKey(_info(key, owner), secret)

    def revoke_key(self, actor: Actor, key_id: UUID) -> None:
        """End a key of one's own, or anybody's as an admin; twice does no harm."""
        actor.require(Permission.OWN_KEYS)
        with self.database.unit_of_work() as session:
            repository = CredentialRepository(session)
            found = repository.key(key_id)
            if found is None or not _may_revoke(actor, found[0]):
                raise NotFound("There is no such key of yours.", facts={"key_id": str(key_id)})
            repository.revoke_key(key_id, now())

    def actor_for_key(self, bearer_secret: str, address: str | None = None) -> Actor | None:
        """Who this key speaks for: None if it is unknown or revoked, or its owner disabled."""
        if not bearer_secret.startswith(KEY_START) or len(bearer_secret) > 100:
            return None
        moment = now()
        with self.database.unit_of_work() as session:
            repository = CredentialRepository(session)
            found = repository.key_user(fingerprint(bearer_secret))
            if found is None:
                return None
            key, user = found
            lately = moment - _USED_EVERY
            if key.last_used_at is None or key.last_used_at < lately:
                repository.used_key(key.id, moment, unless_since=lately)
            return Actor(
                user_id=user.id,
                username=user.username,
                role=Role(user.role),
                face=Face.API,
                key_id=key.id,
                scopes=_scopes(key),
                address=address,
            )

    def _keys(self, user_id: UUID | None) -> tuple[KeyInfo, ...]:
        with self.database.unit_of_work() as session:
            return tuple(
                _info(key, user) for key, user in CredentialRepository(session).keys(user_id)
            )


def _owner(repository: AccountRepository, actor: Actor, username: str | None) -> User:
    name = names.tidy(actor.username if username is None else username)
    owner = repository.user(name) if names.is_valid(name) else None
    if owner is None:
        raise NotFound(f"There is no user “{name}”.", facts={"username": name})
    return owner


def _may_revoke(actor: Actor, key: ApiKey) -> bool:
    return key.user_id == actor.user_id or actor.may(Permission.MANAGE_USERS)


def _checked_label(label: str) -> str:
    text = " ".join(label.split())
    if not 1 <= len(text) <= _MAX_LABEL or not text.isprintable():
        raise Invalid(f"A label has 1 to {_MAX_LABEL} characters; say what the key is for.")
    return text


def _scopes(key: ApiKey) -> frozenset[Scope] | None:
    return None if key.scopes is None else frozenset(map(Scope, key.scopes))


def _info(key: ApiKey, owner: User) -> KeyInfo:
    return KeyInfo(
        id=key.id,
        username=owner.username,
        label=key.label,
        prefix=key.prefix,
        scopes=_scopes(key),
        created_at=key.created_at,
        last_used_at=key.last_used_at,
        revoked_at=key.revoked_at,
    )
