"""Which sign-ins there are, and how they end."""

from uuid import UUID

from core.accounts.base import AccountPart
from core.accounts.types import SessionInfo, SignInMethod
from core.audit.recording import record
from core.audit.types import Action, Target
from core.clock import now
from core.errors import NotAllowed, NotFound
from core.permissions import Actor, Permission
from db.repositories.accounts import AccountRepository
from db.repositories.credentials import CredentialRepository
from db.repositories.credentials import Session as SessionRow


class SessionEnds(AccountPart):
    """Keys with scopes see and end no sign-ins: what they are for is something else."""

    def sessions(self, actor: Actor) -> tuple[SessionInfo, ...]:
        """One's own sign-ins that are good now, the one used last first."""
        _unscoped(actor)
        return self._sessions(actor, actor.user_id)

    def sessions_of(self, actor: Actor, user_id: UUID) -> tuple[SessionInfo, ...]:
        """The same of anybody, for who manages users. `NotFound` where there is no such user."""
        actor.require(Permission.MANAGE_USERS)
        with self.database.unit_of_work() as session:
            if AccountRepository(session).user_by_id(user_id) is None:
                raise _no_user(user_id)
        return self._sessions(actor, user_id)

    def sign_out(self, actor: Actor) -> None:
        """End this session; its cookie is worthless from now on."""
        if actor.session_id is None:
            return
        with self.database.unit_of_work() as session:
            if CredentialRepository(session).revoke_session(actor.session_id, now()):
                record(session, actor, Action.SIGNED_OUT, (Target.SESSION, actor.session_id))

    def end_session(self, actor: Actor, session_id: UUID, *, own_only: bool = False) -> None:
        """End a sign-in of one's own, or anybody's as who manages users; twice does no harm.

        Raises `NotFound` for one that is not there, or not one's own.
        """
        _unscoped(actor)
        with self.database.unit_of_work() as session:
            repository = CredentialRepository(session)
            found = repository.session_by_id(session_id)
            if found is None or not _may_end(actor, found[0], own_only):
                raise NotFound(
                    "There is no such sign-in of yours.", facts={"session_id": str(session_id)}
                )
            if repository.revoke_session(session_id, now()):
                whose = {"user_id": str(found[1].id)}
                target = (Target.SESSION, session_id)
                record(session, actor, Action.SESSION_ENDED, target, before=whose)

    def sign_out_everywhere(self, actor: Actor) -> None:
        """End every session of this person, this one too. API keys go on working."""
        _unscoped(actor)
        self._end_all(actor, actor.user_id)

    def end_sessions_of(self, actor: Actor, user_id: UUID) -> None:
        """The same to anybody, for who manages users. `NotFound` where there is no such user."""
        actor.require(Permission.MANAGE_USERS)
        self._end_all(actor, user_id)

    def _sessions(self, actor: Actor, user_id: UUID) -> tuple[SessionInfo, ...]:
        moment = now()
        with self.database.unit_of_work() as session:
            repository = CredentialRepository(session)
            rows = repository.sessions(user_id, moment, self._idle_since(moment))
            return tuple(_info(row, actor) for row in rows)

    def _end_all(self, actor: Actor, user_id: UUID) -> None:
        with self.database.unit_of_work() as session:
            user = AccountRepository(session).user_by_id(user_id)
            if user is None:
                raise _no_user(user_id)
            user.epoch += 1
            record(session, actor, Action.SESSIONS_ENDED, (Target.USER, user_id))


def _unscoped(actor: Actor) -> None:
    if actor.scopes is not None:
        raise NotAllowed(
            "This API key's scopes do not include sign-ins; use a key without scopes.",
            facts={"scopes": sorted(actor.scopes)},
        )


def _may_end(actor: Actor, row: SessionRow, own_only: bool) -> bool:
    own = row.user_id == actor.user_id
    return own or (not own_only and actor.may(Permission.MANAGE_USERS))


def _no_user(user_id: UUID) -> NotFound:
    return NotFound("There is no such user.", facts={"user_id": str(user_id)})


def _info(row: SessionRow, actor: Actor) -> SessionInfo:
    return SessionInfo(
        id=row.id,
        user_id=row.user_id,
        created_at=row.created_at,
        seen_at=row.seen_at,
        expires_at=row.expires_at,
        address=row.address,
        browser=row.agent,
        method=SignInMethod(row.method),
        current=row.id == actor.session_id,
    )
