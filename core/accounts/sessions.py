"""Sessions after sign-in: the browser's cookie, and who a request comes from."""

from datetime import datetime, timedelta
from uuid import UUID

from core.accounts.base import AccountPart, fingerprint, new_secret, session_actor
from core.accounts.types import CookieChange
from core.audit.recording import record
from core.audit.types import Action, Target
from core.clock import now
from core.errors import NotSignedIn
from core.permissions import Actor
from db.repositories.accounts import AccountRepository
from db.repositories.credentials import CredentialRepository, User
from db.repositories.credentials import Session as SessionRow
from db.session import Session

TICKET_LIFE = timedelta(seconds=60)
_SESSION_SEEN_EVERY = timedelta(minutes=1)
_USER_SEEN_EVERY = timedelta(minutes=5)
_LONGEST_SECRET = 200


class Sessions(AccountPart):
    def set_cookie_ticket(self, session_id: UUID) -> str:
        """A one-time ticket, good for a minute, that buys the browser its session cookie."""
        return self._ticket(session_id)

    def clear_cookie_ticket(self) -> str:
        """The same for dropping the cookie."""
        return self._ticket(None)

    def redeem_ticket(self, ticket: str, held: str | None = None) -> CookieChange:
        """What the cookie becomes. The token exists from here on, and only its hash is kept.

        `held` is the cookie that the browser gives up for it: that sign-in ends, where it is
        another one. Raises `NotSignedIn` for a ticket that is unknown, used, or out of time.
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
            if held:
                self._end_held(session, held, taken.session_id, moment)
            if taken.session_id is None:
                return CookieChange(token=None, max_age_s=0)
            found = repository.session_user(
                moment, self._idle_since(moment), session_id=taken.session_id
            )
            if found is None:
                raise refused
            token = new_secret()
            row = found[0]
            row.token_hash = fingerprint(token)
            return CookieChange(token, int((row.expires_at - moment).total_seconds()))

    def actor_for_session(
        self, session_id: UUID, address: str | None = None, *, used: bool = True
    ) -> Actor | None:
        """Who this session is now: None once it ended, or its user was disabled.

        With `used` it is being used now, and does not rest.
        """
        return self._actor(address, used=used, session_id=session_id)

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
            ended = row.revoked_at is not None and row.revoked_at <= moment
            if ended or row.expires_at <= moment or row.seen_at <= self._idle_since(moment):
                raise NotSignedIn("The sign-in it was said in had ended before.")
            if row.epoch != user.epoch:
                raise NotSignedIn(
                    "All sign-ins of whoever said it were ended since, or shortly before."
                )
            return session_actor(row, user)

    def actor_for_token(self, cookie_token: str, address: str | None = None) -> Actor | None:
        if not cookie_token or len(cookie_token) > _LONGEST_SECRET:
            return None
        return self._actor(address, used=True, token_hash=fingerprint(cookie_token))

    def _actor(
        self,
        address: str | None,
        *,
        used: bool,
        session_id: UUID | None = None,
        token_hash: bytes | None = None,
    ) -> Actor | None:
        moment = now()
        with self.database.unit_of_work() as session:
            found = CredentialRepository(session).session_user(
                moment,
                self._idle_since(moment),
                session_id=session_id,
                token_hash=token_hash,
            )
            if found is None:
                return None
            row, user = found
            if used:
                _saw(session, row, user, moment)
            return session_actor(row, user, address)

    def _end_held(
        self, session: Session, token: str, unless_id: UUID | None, moment: datetime
    ) -> None:
        if len(token) > _LONGEST_SECRET:
            return
        repository = CredentialRepository(session)
        found = repository.session_user(
            moment, self._idle_since(moment), token_hash=fingerprint(token)
        )
        if found is not None and found[0].id != unless_id:
            row, user = found
            repository.revoke_session(row.id, moment)
            record(session, session_actor(row, user), Action.SIGNED_OUT, (Target.SESSION, row.id))

    def _ticket(self, session_id: UUID | None) -> str:
        ticket = new_secret()
        with self.database.unit_of_work() as session:
            CredentialRepository(session).add_ticket(
                ticket_hash=fingerprint(ticket),
                session_id=session_id,
                expires_at=now() + TICKET_LIFE,
            )
        return ticket


def _saw(session: Session, row: SessionRow, user: User, moment: datetime) -> None:
    """Note the use. Users before sessions: whoever locks both does it in this order."""
    if user.last_seen_at is None or moment - user.last_seen_at > _USER_SEEN_EVERY:
        AccountRepository(session).saw(user.id, moment)
    lately = moment - _SESSION_SEEN_EVERY
    if row.seen_at < lately:
        CredentialRepository(session).saw_session(row.id, moment, unless_since=lately)
