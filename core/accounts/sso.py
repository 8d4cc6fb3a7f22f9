"""Signing in by an identity provider (OpenID Connect)."""

from collections.abc import Mapping
from uuid import UUID

import structlog

from core.accounts import names
from core.accounts.base import AccountPart, session_actor
from core.accounts.claims import Claims, ClaimsRefused, read
from core.accounts.types import SignedIn, SignInMethod
from core.audit.recording import record, record_stranger
from core.audit.types import Action, Target
from core.clock import now
from core.ids import new_id
from core.permissions import Actor, Face, Role
from db.repositories.accounts import AccountRepository, User
from db.repositories.identities import Identity, IdentityRepository
from db.session import Session

log = structlog.get_logger()


class SingleSignOn(AccountPart):
    def sign_in_with_identity(
        self, claims: Mapping[str, object], address: str | None, agent: str | None = None
    ) -> SignedIn:
        """Begin a session for whom an ID token names, once for each token.

        Who is new gets an account of their own, never one that has the same name or e-mail: what
        a provider calls people is theirs to choose. Only an admin links to an account.

        Parameters
        ----------
        claims : of a token whose signature, issuer and nonce are verified.

        Raises `ClaimsRefused`, a `NotSignedIn`, where they may not come in.
        """
        try:
            told = read(claims, self.settings, now())
            with self.database.unit_of_work() as session:
                return self._admit(session, told, address, agent)
        except ClaimsRefused as refused:
            facts = {"method": SignInMethod.SSO, "reason": refused.reason}
            with self.database.unit_of_work() as session:
                record_stranger(
                    session,
                    Action.SIGN_IN_FAILED,
                    face=Face.UI,
                    address=address,
                    user_id=refused.user_id,
                    after=facts,
                )
            raise

    def _admit(
        self, session: Session, told: Claims, address: str | None, agent: str | None
    ) -> SignedIn:
        accounts = AccountRepository(session)
        accounts.lock(f"identity {told.issuer} {told.subject}")
        identity = IdentityRepository(session).identity(told.issuer, told.subject)
        provider = _provider(address)
        if identity is None:
            identity, user = self._newcomer(session, told, provider)
        else:
            user = self._known(session, identity, told, provider)
        identity.last_used_at = told.issued_at
        row = self._begin_session(
            session, user, address=address, agent=agent, method=SignInMethod.SSO
        )
        actor = session_actor(row, user, address)
        record(
            session,
            actor,
            Action.SIGNED_IN,
            (Target.USER, user.id),
            after={"method": SignInMethod.SSO},
        )
        return SignedIn(row.id, actor)

    def _newcomer(self, session: Session, told: Claims, provider: Actor) -> tuple[Identity, User]:
        if told.role is None:
            raise ClaimsRefused(
                "no_account",
                "You have no account here. Ask an administrator for one, and send them this line:",
                unknown=(told.issuer, told.subject),
            )
        user = _added(AccountRepository(session), told, self.settings.oidc_role_claim is not None)
        identity = IdentityRepository(session).add(told.issuer, told.subject, user.id)
        target = (Target.USER, user.id)
        record(session, provider, Action.USER_ADDED, target, after={"role": user.role})
        record(session, provider, Action.IDENTITY_LINKED, target, after={"issuer": told.issuer})
        return identity, user

    def _known(self, session: Session, identity: Identity, told: Claims, provider: Actor) -> User:
        accounts = AccountRepository(session)
        admins = accounts.hold_admins() if told.role is not Role.ADMIN else ()
        user = accounts.user_by_id(identity.user_id)
        if user is None or not user.active:
            raise ClaimsRefused(
                "disabled", "This account is disabled; ask an administrator.", identity.user_id
            )
        if identity.last_used_at is not None and told.issued_at <= identity.last_used_at:
            raise ClaimsRefused("used", "This sign-in was used before; sign in again.", user.id)
        if not user.role_from_claim or told.role == user.role:
            return user
        if list(admins) == [user.id]:
            log.warning("last_admin_stays", user_id=user.id, role_told=told.role)
            return user
        if told.role is None:
            raise ClaimsRefused(
                "no_role",
                f"{self.settings.oidc_name} gives you no role here any more; ask an administrator.",
                user.id,
            )
        record(
            session,
            provider,
            Action.ROLE_CHANGED,
            (Target.USER, user.id),
            before={"role": user.role},
            after={"role": told.role},
        )
        user.role = told.role
        return user


def _provider(address: str | None) -> Actor:
    """Who does what an ID token says: the program itself, at somebody's sign-in."""
    return Actor(UUID(int=0), "identity provider", Role.ADMIN, Face.JOB, address=address)


def _added(accounts: AccountRepository, told: Claims, role_from_claim: bool) -> User:
    """A new user without a password, under the first name that is free."""
    for name in names.made_of(told.name):
        user = accounts.add_user(
            id=new_id(),
            username=name,
            password_hash=None,
            role=told.role or Role.GUEST,
            role_from_claim=role_from_claim,
        )
        if user is not None:
            return user
    raise AssertionError("names do not end")
