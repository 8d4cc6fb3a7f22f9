"""Who a request with an API key comes from."""

from datetime import timedelta
from uuid import UUID

from core.accounts.base import AccountPart, fingerprint
from core.accounts.key_rows import scopes_of
from core.clock import now
from core.errors import NotSignedIn
from core.permissions import Actor, Face, Role
from db.repositories.credentials import ApiKey, CredentialRepository, User

KEY_START = "gk_"
_USED_EVERY = timedelta(minutes=1)
_LONGEST = 100


class Bearers(AccountPart):
    def actor_for_key(self, bearer_secret: str, address: str | None = None) -> Actor | None:
        """Who this key speaks for: None if it is unknown or revoked, or its owner disabled.

        Raises `NotSignedIn` where it has expired, which only whoever has the key is told.
        """
        if not bearer_secret.startswith(KEY_START) or len(bearer_secret) > _LONGEST:
            return None
        moment = now()
        with self.database.unit_of_work() as session:
            repository = CredentialRepository(session)
            found = repository.key_user(key_hash=fingerprint(bearer_secret))
            if found is None:
                return None
            key, user = found
            if key.expires_at is not None and key.expires_at <= moment:
                raise NotSignedIn(
                    f"This API key expired on {key.expires_at:%Y-%m-%d}; make a new one on the "
                    "account page."
                )
            lately = moment - _USED_EVERY
            if key.last_used_at is None or key.last_used_at < lately:
                repository.used_key(key.id, moment, unless_since=lately)
            return _actor(key, user, address)

    def _actor_for_key_id(self, key_id: UUID, address: str | None) -> Actor | None:
        """The same without the key, which is not counted as used; None once it has expired too."""
        with self.database.unit_of_work() as session:
            found = CredentialRepository(session).key_user(key_id=key_id)
            if found is None:
                return None
            key, user = found
            expired = key.expires_at is not None and key.expires_at <= now()
            return None if expired else _actor(key, user, address)


def _actor(key: ApiKey, user: User, address: str | None) -> Actor:
    return Actor(
        user_id=user.id,
        username=user.username,
        role=Role(user.role),
        face=Face.API,
        key_id=key.id,
        scopes=scopes_of(key),
        address=address,
    )
