"""Who people are at the identity provider, as an administrator sets it by hand."""

from uuid import UUID

from core.accounts.base import AccountPart
from core.accounts.finding import held, id_of
from core.accounts.types import IdentityInfo
from core.audit.recording import record
from core.audit.types import Action, Target
from core.errors import Conflict, Invalid, NotFound
from core.permissions import Actor, Permission
from db.repositories.accounts import AccountRepository, User
from db.repositories.identities import Identity, IdentityRepository

_LONGEST = 1000


class Identities(AccountPart):
    """`who` is the id of a user, or the name; `NotFound` where there is nobody of it."""

    def identities_of(self, actor: Actor, who: UUID | str) -> tuple[IdentityInfo, ...]:
        """By which identities somebody may sign in."""
        actor.require(Permission.MANAGE_USERS)
        with self.database.unit_of_work() as session:
            user = _held(AccountRepository(session), who)
            return tuple(map(_info, IdentityRepository(session).of_user(user.id)))

    def link_identity(
        self, actor: Actor, who: UUID | str, issuer: str, subject: str, *, follow: bool = False
    ) -> IdentityInfo:
        """Let whoever the provider `issuer` calls `subject` sign in as this user.

        With `follow` the role is taken from the claim at every sign-in; else it stays as it is.
        Twice does no harm. Raises `Conflict` where the identity is somebody else's.
        """
        actor.require(Permission.MANAGE_USERS)
        issuer, subject = _checked("issuer", issuer), _checked("subject", subject)
        with self.database.unit_of_work() as session:
            accounts, identities = AccountRepository(session), IdentityRepository(session)
            accounts.lock(f"identity {issuer} {subject}")
            user = _held(accounts, who)
            found = identities.identity(issuer, subject)
            if found is not None and found.user_id != user.id:
                raise Conflict("This identity is linked to another user; unlink it there first.")
            user.role_from_claim = follow
            facts = {"issuer": issuer, "role_from_claim": follow}
            record(session, actor, Action.IDENTITY_LINKED, (Target.USER, user.id), after=facts)
            return _info(found or identities.add(issuer, subject, user.id))

    def unlink_identity(self, actor: Actor, who: UUID | str, issuer: str, subject: str) -> None:
        """Take that way in away; everything this user is signed in by ends.

        Raises `NotFound` where it is no identity of theirs.
        """
        actor.require(Permission.MANAGE_USERS)
        with self.database.unit_of_work() as session:
            user = _held(AccountRepository(session), who)
            if not IdentityRepository(session).remove(issuer.strip(), subject.strip(), user.id):
                raise NotFound(f"“{user.username}” has no such identity; check issuer and subject.")
            user.epoch += 1
            facts = {"issuer": issuer.strip()}
            record(session, actor, Action.IDENTITY_UNLINKED, (Target.USER, user.id), before=facts)


def _held(accounts: AccountRepository, who: UUID | str) -> User:
    """The user, their row held until the transaction ends."""
    [user] = held(accounts, [id_of(accounts, who)])
    return user


def _checked(what: str, text: str) -> str:
    tidy = text.strip()
    if not 1 <= len(tidy) <= _LONGEST or not tidy.isprintable():
        raise Invalid(
            f"The {what} of an identity has 1 to {_LONGEST:,} printable characters; copy it as the "
            "provider writes it.",
            facts={"max": _LONGEST},
        )
    return tidy


def _info(row: Identity) -> IdentityInfo:
    return IdentityInfo(row.issuer, row.subject, row.created_at, row.last_used_at)
