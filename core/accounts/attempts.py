"""Counting attempts at passwords, so that none is tried more often than the throttle allows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from core.accounts import names
from core.accounts.base import AccountPart
from core.accounts.places import place_of
from core.accounts.throttle import WINDOW, Tried, Turn, next_turn, too_many
from core.audit.recording import record_stranger
from core.audit.types import Action
from core.clock import now
from core.ids import new_id
from core.permissions import Face
from db.repositories.accounts import AccountRepository, User
from db.repositories.attempts import AttemptRepository
from db.repositories.audit import AuditRepository
from db.session import Session

_NO_NAME = "(not a username)"
_LATELY = timedelta(days=30)
"""A place is known to an account that was used from there since then."""


@dataclass(frozen=True)
class Attempt:
    id: UUID
    user: User | None
    """Whose name it is, as they were when it was counted."""
    address: str | None

    @property
    def user_id(self) -> UUID | None:
        return self.user.id if self.user else None


class Attempts(AccountPart):
    def _attempt(self, username: str, address: str | None) -> Attempt:
        """Count an attempt before the password is compared; being right takes it back.

        So that attempts side by side cannot exceed the limit, which a check followed by a later
        note would allow. Raises `LimitReached`, and then nothing is to be compared.
        """
        name = names.tidy(username)
        place = place_of(address)
        with self.database.unit_of_work() as session:
            people, attempts = AccountRepository(session), AttemptRepository(session)
            account = attempts.account(name) if names.is_valid(name) else _NO_NAME
            people.lock(f"sign-in {account}")
            people.lock(f"sign-in from {place}")
            moment = now()
            attempt = Attempt(new_id(), people.user(account), address)
            turn = _turn(attempts, account, place, moment)
            wait = turn.free_at - moment
            if wait > timedelta():
                _note_held(session, attempt, place, moment)
            else:
                attempts.add(
                    id=attempt.id,
                    account=account,
                    place=place,
                    of_known=turn.of_known,
                    created_at=moment,
                )
        if wait > timedelta():
            raise too_many(wait)
        return attempt

    def _note_wrong(self, attempt: Attempt, doing: str) -> None:
        """In a transaction of its own, as what was wanted is refused.

        A name that nobody has is left out: people type their password there.
        """
        with self.database.unit_of_work() as session:
            record_stranger(
                session,
                Action.SIGN_IN_FAILED,
                face=Face.UI,
                address=attempt.address,
                user_id=attempt.user_id,
                after={"doing": doing},
            )


def _turn(attempts: AttemptRepository, account: str, place: str, moment: datetime) -> Turn:
    since = moment - WINDOW
    tried = [
        Tried(each.created_at, each.address, each.known_address)
        for each in attempts.on_account(account, since)
    ]
    used_from = map(place_of, attempts.addresses_used(account, moment - _LATELY))
    sprayed = attempts.by_strangers_at(place, since)
    return next_turn(tried, sprayed, place, place in used_from, moment)


def _note_held(session: Session, attempt: Attempt, place: str, moment: datetime) -> None:
    """Once a window for each place: whoever goes on trying must not fill the audit log."""
    action, since = Action.SIGN_IN_HELD, moment - WINDOW
    if not AuditRepository(session).is_noted(action, place, attempt.user_id, since):
        record_stranger(session, action, face=Face.UI, address=place, user_id=attempt.user_id)
