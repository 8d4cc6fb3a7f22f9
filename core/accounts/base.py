"""What the parts of the account service share."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.accounts.agents import browser_of
from core.accounts.types import SignInMethod, UserInfo
from core.clock import now
from core.config import Settings
from core.ids import new_id
from core.permissions import Actor, Face, Role
from db.repositories.accounts import AccountRepository
from db.repositories.credentials import CredentialRepository, User
from db.repositories.credentials import Session as SessionRow
from db.session import Database, Session


@dataclass
class AccountPart:
    database: Database
    settings: Settings

    def _begin_session(
        self,
        session: Session,
        user: User,
        *,
        address: str | None,
        agent: str | None,
        method: SignInMethod,
    ) -> SessionRow:
        """A new sign-in of somebody who has shown who they are; `agent` is the browser's header."""
        moment = now()
        repository = CredentialRepository(session)
        repository.prune(moment)
        AccountRepository(session).saw(user.id, moment)
        return repository.add_session(
            id=new_id(),
            user_id=user.id,
            epoch=user.epoch,
            created_at=moment,
            expires_at=moment + timedelta(hours=self.settings.session_hours),
            address=address,
            agent=browser_of(agent),
            method=method,
        )

    def _idle_since(self, moment: datetime) -> datetime:
        """A sign-in not used after this has rested too long at `moment`."""
        return moment - timedelta(minutes=self.settings.session_idle_minutes)


def new_secret() -> str:
    """32 random bytes, fit for a cookie, a header or a page."""
    return secrets.token_urlsafe(32)


def fingerprint(secret: str) -> bytes:
    """SHA-256: enough for secrets that are random in all their 32 bytes.

    Of any text whatever, since strangers send what they like.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def session_actor(row: SessionRow, user: User, address: str | None = None) -> Actor:
    """Who comes by an identity provider need not change a password they did not come by."""
    return Actor(
        user_id=user.id,
        username=user.username,
        role=Role(user.role),
        face=Face.UI,
        session_id=row.id,
        must_change_password=user.must_change_password and row.method == SignInMethod.PASSWORD,
        address=address,
    )


def user_info(user: User) -> UserInfo:
    return UserInfo(
        id=user.id,
        username=user.username,
        role=Role(user.role),
        active=user.active,
        must_change_password=user.must_change_password,
        created_at=user.created_at,
        last_seen_at=user.last_seen_at,
        demo=user.demo,
        has_password=user.password_hash is not None,
        erase_at=user.erase_at,
        erased_at=user.erased_at,
    )
