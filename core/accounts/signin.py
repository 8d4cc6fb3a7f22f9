"""Signing in with a password, and how often it may be tried."""

from datetime import datetime, timedelta
from math import ceil

from core.accounts import names, passwords
from core.accounts.base import AccountPart, session_actor
from core.accounts.types import SignedIn, SignInMethod
from core.clock import now
from core.errors import LimitReached, NotSignedIn
from core.ids import new_id
from db.repositories.accounts import AccountRepository

WINDOW = timedelta(minutes=15)
FAILURES_PER_ACCOUNT = 5
FAILURES_PER_ADDRESS = 30
"""Higher, because a whole office may share one address."""


class SignIns(AccountPart):
    def sign_in(
        self, username: str, password: str, address: str, agent: str | None = None
    ) -> SignedIn:
        """Begin a session. Unknown, disabled and mistyped take the same time and say the same.

        `agent` is what the browser calls itself (the header `User-Agent`).

        Raises
        ------
        NotSignedIn : wrong name or password.
        LimitReached : too many failures for this name or from this address in 15 minutes.
        """
        name = names.tidy(username)
        account = name.lower() if names.is_valid(name) else "(not a username)"
        self._count_attempt(account, address)
        with self.database.unit_of_work() as session:
            user = AccountRepository(session).user(name) if names.is_valid(name) else None
        usable = user is not None and user.active
        right = passwords.matches(password, user.password_hash if user and usable else None)
        if user is None or not right:
            raise NotSignedIn("The username or the password is wrong; check both and try again.")
        moment = now()
        with self.database.unit_of_work() as session:
            accounts = AccountRepository(session)
            accounts.clear_failures(account)
            accounts.drop_failures_before(moment - WINDOW)
            row = self._begin_session(
                session, user, address=address, agent=agent, method=SignInMethod.PASSWORD
            )
        return SignedIn(row.id, session_actor(row, user))

    def _count_attempt(self, account: str, address: str) -> None:
        """Note a failure before the password is looked at; success takes it back.

        So that attempts side by side cannot exceed the limit, which a check followed by a later
        note would allow.
        """
        moment = now()
        since = moment - WINDOW
        with self.database.unit_of_work() as session:
            repository = AccountRepository(session)
            repository.lock(f"sign-in {account}")
            held = [
                at
                for at in (
                    repository.nth_latest_failure(FAILURES_PER_ACCOUNT, since, username=account),
                    repository.nth_latest_failure(FAILURES_PER_ADDRESS, since, address=address),
                )
                if at is not None
            ]
            if not held:
                repository.add_failure(
                    id=new_id(), username=account, address=address, created_at=moment
                )
        if held:
            raise _too_many(max(held) + WINDOW - moment, moment)


def _too_many(wait: timedelta, moment: datetime) -> LimitReached:
    seconds = max(1, ceil(wait.total_seconds()))
    minutes = ceil(seconds / 60)
    unit = "minute" if minutes == 1 else "minutes"
    return LimitReached(
        f"Too many failed sign-ins; try again in {minutes} {unit}.",
        facts={"minutes": minutes, "at": moment.isoformat()},
        retry_after=seconds,
    )
