"""Accounts: people, sign-ins, sessions and keys behind one object."""

from uuid import UUID

from core.accounts.access import Access
from core.accounts.bearers import Bearers
from core.accounts.deferred import Deferred
from core.accounts.directory import Directory
from core.accounts.ending import SessionEnds
from core.accounts.identities import Identities
from core.accounts.keys import Keys
from core.accounts.newcomers import Newcomers
from core.accounts.own import OwnAccount
from core.accounts.people import People
from core.accounts.sessions import Sessions
from core.accounts.signin import SignIns
from core.accounts.sso import SingleSignOn
from core.permissions import Actor, Face, Role


class AccountService(
    SignIns,
    SingleSignOn,
    Sessions,
    SessionEnds,
    OwnAccount,
    Directory,
    People,
    Access,
    Newcomers,
    Identities,
    Keys,
    Bearers,
    Deferred,
):
    """Every check reads the database, so a change holds from the next call on."""

    def actor_again(self, actor: Actor) -> Actor | None:
        """Who acts in the same sign-in, or with the same key, now: None once it has ended.

        To look is no use of it.
        """
        if actor.session_id is not None:
            return self.actor_for_session(actor.session_id, actor.address, used=False)
        if actor.key_id is not None:
            return self._actor_for_key_id(actor.key_id, actor.address)
        return actor

    @staticmethod
    def system_actor() -> Actor:
        """Who acts on the command line: whoever may run it already has the database."""
        return Actor(user_id=UUID(int=0), username="command line", role=Role.ADMIN, face=Face.CLI)
