"""Signing in with a password."""

from core.accounts import passwords
from core.accounts.attempts import Attempts
from core.accounts.base import session_actor
from core.accounts.throttle import WINDOW
from core.accounts.types import SignedIn, SignInMethod
from core.audit.recording import record
from core.audit.types import Action, Target
from core.clock import now
from core.errors import NotSignedIn
from db.repositories.attempts import AttemptRepository


class SignIns(Attempts):
    def sign_in(
        self, username: str, password: str, address: str | None, agent: str | None = None
    ) -> SignedIn:
        """Begin a session. Unknown, disabled and mistyped take the same time and say the same.

        Parameters
        ----------
        address : the network address it comes from; None is this machine.
        agent : what the browser calls itself (the header `User-Agent`).

        Raises
        ------
        NotSignedIn : wrong name or password.
        LimitReached : too many attempts on this account, or from this address, in 15 minutes.
        """
        attempt = self._attempt(username, address)
        user = attempt.user
        kept = user.password_hash if user and user.active else None
        if not passwords.matches(password, kept) or user is None:
            self._note_wrong(attempt, "sign_in")
            raise NotSignedIn("The username or the password is wrong; check both and try again.")
        with self.database.unit_of_work() as session:
            attempts = AttemptRepository(session)
            attempts.take_back(attempt.id)
            attempts.drop_before(now() - WINDOW)
            row = self._begin_session(
                session, user, address=address, agent=agent, method=SignInMethod.PASSWORD
            )
            actor = session_actor(row, user, address)
            record(session, actor, Action.SIGNED_IN, (Target.USER, user.id))
        return SignedIn(row.id, actor)
