"""Who acts when work that was asked for earlier is done."""

from uuid import UUID

from core.accounts.base import AccountPart
from core.accounts.key_rows import scopes_of
from core.clock import now
from core.errors import NotAllowed
from core.permissions import Actor, Face, Role
from db.repositories.credentials import CredentialRepository


class Deferred(AccountPart):
    def actor_for_work(self, user_id: UUID, key_id: UUID | None, *, with_key: bool) -> Actor:
        """Somebody as they are now, for what they asked for earlier, `with_key` by an API key.

        Raises `NotAllowed` where they may not sign in any more, or that key is out of use.
        """
        with self.database.unit_of_work() as session:
            repository = CredentialRepository(session)
            user = repository.active_user(user_id)
            if user is None:
                raise NotAllowed("The account of whoever began this is disabled.")
            scopes = None
            if with_key:
                found = None if key_id is None else repository.key_user(key_id=key_id)
                if found is None:
                    raise NotAllowed(
                        "The API key that this was begun with is revoked; try again with another."
                    )
                if found[0].expires_at is not None and found[0].expires_at <= now():
                    raise NotAllowed(
                        "The API key that this was begun with has expired; try again with another."
                    )
                scopes = scopes_of(found[0])
            return Actor(
                user_id=user.id,
                username=user.username,
                role=Role(user.role),
                face=Face.JOB,
                key_id=key_id,
                scopes=scopes,
            )
