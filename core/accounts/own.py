"""What people do with their own account."""

from core.accounts import passwords
from core.accounts.attempts import Attempts
from core.audit.recording import record
from core.audit.types import Action, Target
from core.errors import Invalid, NotAllowed, NotSignedIn
from core.permissions import Actor
from db.repositories.accounts import AccountRepository
from db.repositories.attempts import AttemptRepository
from db.repositories.credentials import CredentialRepository


class OwnAccount(Attempts):
    def change_password(self, actor: Actor, current: str, new: str) -> None:
        """Choose a new password. Every other session of this person ends; this one goes on.

        A wrong `current` counts like a wrong password at sign-in.

        Raises
        ------
        NotAllowed : asked with an API key, or where there is no password.
        Invalid : `current` is wrong, or `new` is not accepted.
        LimitReached : too many attempts on this account in 15 minutes.
        NotSignedIn : the password was set by somebody else at the same moment.
        """
        if actor.session_id is None:
            raise NotAllowed("An API key cannot change a password; sign in to do that.")
        if not self.has_password(actor):
            raise NotAllowed("This account has no password; it signs in by an identity provider.")
        passwords.check(new, actor.username)
        if current == new:
            raise Invalid("The new password is the current one; choose another.")
        attempt = self._attempt(actor.username, actor.address)
        before = attempt.user
        if not passwords.matches(current, before.password_hash if before else None):
            self._note_wrong(attempt, "password_change")
            raise Invalid("The current password is wrong; type it again.")
        password_hash = passwords.hashed(new)
        with self.database.unit_of_work() as session:
            AttemptRepository(session).take_back(attempt.id)
            user = AccountRepository(session).user_by_id(actor.user_id)
            if user is None or before is None or user.epoch != before.epoch:
                raise NotSignedIn("Your sessions were ended meanwhile; sign in again.")
            user.password_hash = password_hash
            user.must_change_password = False
            user.epoch += 1
            CredentialRepository(session).stamp_session(actor.session_id, user.epoch)
            record(session, actor, Action.PASSWORD_CHANGED, (Target.USER, user.id))

    def has_password(self, actor: Actor) -> bool:
        """Whether there is one to sign in with; who comes by an identity provider has none."""
        with self.database.unit_of_work() as session:
            user = AccountRepository(session).user_by_id(actor.user_id)
            return user is not None and user.password_hash is not None

    def has_changed_password(self, actor: Actor) -> bool:
        """Whether the password is no longer the one the account began with, or there is none."""
        with self.database.unit_of_work() as session:
            user = AccountRepository(session).user_by_id(actor.user_id)
            if user is None or user.password_hash is None:
                return user is not None
            return user.epoch > 0 and not user.must_change_password
