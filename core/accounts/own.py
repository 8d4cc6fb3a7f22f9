"""What people do with their own account."""

from core.accounts import passwords
from core.accounts.base import AccountPart
from core.errors import Invalid, NotSignedIn
from core.permissions import Actor
from db.repositories.accounts import AccountRepository
from db.repositories.credentials import CredentialRepository


class OwnAccount(AccountPart):
    def change_password(self, actor: Actor, current: str, new: str) -> None:
        """Choose a new password. Every other session of this person ends; this one goes on.

        Raises `Invalid` where `current` is wrong or `new` is not accepted.
        """
        if actor.session_id is None:
            raise NotSignedIn("A password is changed while signed in; sign in first.")
        passwords.check(new, actor.username)
        with self.database.unit_of_work() as session:
            user = AccountRepository(session).user(actor.username)
        if not passwords.matches(current, user.password_hash if user else None):
            raise Invalid("The current password is wrong; type it again.")
        if current == new:
            raise Invalid("The new password is the current one; choose another.")
        password_hash = passwords.hashed(new)
        with self.database.unit_of_work() as session:
            user = AccountRepository(session).user_by_id(actor.user_id)
            if user is None:
                raise NotSignedIn("This account is gone; sign in again.")
            user.password_hash = password_hash
            user.must_change_password = False
            user.epoch += 1
            CredentialRepository(session).stamp_session(actor.session_id, user.epoch)

    def has_changed_password(self, actor: Actor) -> bool:
        """Whether the password is no longer the one the account began with."""
        with self.database.unit_of_work() as session:
            user = AccountRepository(session).user_by_id(actor.user_id)
            return user is not None and user.epoch > 0 and not user.must_change_password
