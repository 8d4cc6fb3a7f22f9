"""Sessions after sign-in: the browser's cookie, and who a request comes from."""

from datetime import datetime, timedelta
from uuid import UUID

from core.accounts.base import AccountPart, fingerprint, new_secret, session_actor
from core.accounts.types import CookieChange
from core.clock import now
from core.errors import NotSignedIn
from core.permissions import Actor
from db.repositories.accounts import AccountRepository
from db.repositories.credentials import CredentialRepository

TICKET_LIFE = timedelta(seconds=60)
SEEN_EVERY = timedelta(minutes=5)
_LONGEST_SECRET = 200


class Sessions(AccountPart):
    def sign_out(self, actor: Actor) -> None:
        """End this session; its cookie is worthless from now on."""
        if actor.session_id is None:
            return
        with self.database.unit_of_work() as session:
            CredentialRepository(session).revoke_session(actor.session_id, now())

    def sign_out_everywhere(self, actor: Actor) -> None:
        """End every session of this person, this one too."""
        with self.database.unit_of_work() as session:
            user = AccountRepository(session).user_by_id(actor.user_id)
            if user is not None:
                user.epoch += 1

    def set_cookie_ticket(self, session_id: UUID) -> str:
        """A one-time ticket, good for a minute, that buys the browser its session cookie."""
        return self._ticket(session_id)

    def clear_cookie_ticket(self) -> str:
        """The same for dropping the cookie."""
        return self._ticket(None)

    def redeem_ticket(self, ticket: str) -> CookieChange:
        """What the cookie becomes. The token exists from here on, and only its hash is kept.

        Raises `NotSignedIn` for a ticket that is unknown, used, or out of time.
        """
        moment = now()
        refused = NotSignedIn("This sign-in ticket is used or out of time; sign in again.")
        if len(ticket) > _LONGEST_SECRET:
            raise refused
        with self.database.unit_of_work() as session:
            repository = CredentialRepository(session)
            taken = repository.take_ticket(fingerprint(ticket), moment)
            if taken is None:
                raise refused
            if taken.session_id is None:
                return CookieChange(token=None, max_age_s=0)
            found = repository.session_user(moment, session_id=taken.session_id)
            if found is None:
                raise refused
            token = new_secret()
            row = found[0]
            row.token_hash = fingerprint(token)
            return CookieChange(token, int((row.expires_at - moment).total_seconds()))

    def actor_for_session(self, session_id: UUID, address: str | None = None) -> Actor | None:
        """Who this session is now: None once it ended, or its user was disabled."""
        return self._actor(address, session_id=session_id)

    def actor_at(self, session_id: UUID, moment: datetime) -> Actor:
        """Who acted in this sign-in at a time past, with the rights that they have now.

        Raises
        ------
        NotSignedIn : it had ended by then, or nobody may act in their name any more. What ends
            all sign-ins of a person leaves no time, so it counts as if it came before.
        """
        with self.database.unit_of_work() as session:
            found = CredentialRepository(session).session_by_id(session_id)
            if found is None:
                raise NotSignedIn("The sign-in it was said in is not known any more.")
            row, user = found
            if not user.active:
                raise NotSignedIn("Whoever said it may not sign in any more.")
            if row.expires_at <= moment or (row.revoked_at and row.revoked_at <= moment):
                raise NotSignedIn("The sign-in it was said in had ended before.")
            if row.epoch != user.epoch:
                raise NotSignedIn(
                    "All sign-ins of whoever said it were ended since, or shortly before."
                )
            return session_actor(row, user)

    def actor_for_token(self, cookie_token: str, address: str | None = None) -> Actor | None:
        if not cookie_token or len(cookie_token) > _LONGEST_SECRET:
            return None
        return self._actor(address, token_hash=fingerprint(cookie_token))

    def _actor(
        self,
        address: str | None,
        *,
        session_id: UUID | None = None,
        token_hash: bytes | None = None,
    ) -> Actor | None:
        moment = now()
        with self.database.unit_of_work() as session:
            found = CredentialRepository(session).session_user(
                moment, session_id=session_id, token_hash=token_hash
            )
            if found is None:
                return None
            row, user = found
            if _not_lately(user.last_seen_at, moment):
                AccountRepository(session).saw(user.id, moment)
            return session_actor(row, user, address)

    def _ticket(self, session_id: UUID | None) -> str:
        ticket = new_secret()
        with self.database.unit_of_work() as session:
            CredentialRepository(session).add_ticket(
                ticket_hash=fingerprint(ticket),
                session_id=session_id,
                expires_at=now() + TICKET_LIFE,
            )
        return ticket


def _not_lately(seen: datetime | None, moment: datetime) -> bool:
    return seen is None or moment - seen > SEEN_EVERY
