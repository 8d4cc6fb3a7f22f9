"""Ratings that the database could not take at once: kept on this server, and sent later."""

from contextlib import suppress
from datetime import datetime
from math import nan
from uuid import UUID

import structlog

from core import metrics
from core.accounts.service import AccountService
from core.audit.recording import record
from core.audit.types import Action, Target
from core.clock import now
from core.errors import Conflict, Invalid, NotFound, NotSignedIn, Unavailable
from core.feedback.checks import checked
from core.feedback.drainer import Drainer, NotYet
from core.feedback.keeping import as_entry, as_waiting, said_in
from core.feedback.outbox import Entry, Outbox, OutboxError
from core.feedback.service import OTHER_REQUEST, FeedbackService
from core.feedback.types import Outstanding, Rated, Said, Waiting
from core.permissions import Actor, Permission
from core.runs.types import RunStatus

log = structlog.get_logger()

_SHOWN = 100


class WaitingService:
    """Nothing that was answered with `Waiting` is lost: it reaches the database, or an
    administrator is shown why it cannot.

    Everything is checked again when it is sent: that the person may still sign in, that the
    sign-in had not ended when they said it, and that they may rate the run.
    """

    def __init__(self, feedback: FeedbackService, accounts: AccountService, outbox: Outbox) -> None:
        self._feedback, self._accounts, self._outbox = feedback, accounts, outbox
        self.drainer = Drainer(outbox, self._send, self._overtaken)

    def start(self) -> None:
        """Send what waits, from now on; the schema must be the newest."""
        metrics.outbox_depth.set_function(self._depth)
        self.drainer.start()

    def close(self) -> None:
        self.drainer.close()
        self._outbox.close()

    def rate(self, actor: Actor, said: Said) -> Rated | Waiting:
        """Rate a run; while the database is away, keep it here. Raises what `rate` of the
        feedback service does, but `Unavailable` only where it cannot be kept either.

        A connection that breaks during the commit leaves open whether the rating is stored. It is
        kept then as well: to send what is stored already changes nothing.
        """
        at = now()
        if said.key is not None and (known := self._under_key(actor, said)):
            return known
        try:
            return self._feedback.said_now(actor, said, at)
        except Unavailable:
            if actor.session_id is None:
                raise
        return self._kept(actor, said, at)

    def keep(self, actor: Actor, said: Said) -> Waiting:
        """Only keep it, for somebody whom the database cannot confirm at the moment."""
        return self._kept(actor, said, now())

    def of(self, actor: Actor, run_id: UUID) -> Waiting | None:
        """The last that the actor said of this run, if it is not in the database yet."""
        entries = self._outbox.of(actor.user_id, run_id)
        return as_waiting(entries[-1]) if entries else None

    def look(self, id: UUID) -> Waiting | None:
        """One that whoever asks was given the id of; None once it is not here any more."""
        entry = self._outbox.get(id)
        return None if entry is None else as_waiting(entry)

    def count(self, actor: Actor) -> int:
        """How many ratings wait on this server, refused ones not counted."""
        actor.require(Permission.REVIEW)
        return self._outbox.waiting()

    def standing(self, actor: Actor) -> Outstanding:
        """What this server keeps, in figures."""
        actor.require(Permission.VIEW_SYSTEM)
        outbox = self._outbox
        return Outstanding(outbox.waiting(), outbox.refused_count(), outbox.oldest())

    def refused(self, actor: Actor) -> tuple[Waiting, ...]:
        """What the database cannot take as things are, with the reasons; newest first.

        What this version cannot read is left out; the self-check names it.
        """
        actor.require(Permission.REVIEW)
        found = []
        for entry in self._outbox.refused(_SHOWN):
            with suppress(Invalid):
                found.append(as_waiting(entry))
        return tuple(found)

    def try_again(self, actor: Actor, id: UUID) -> None:
        """Send one that was refused once more. Raises `NotFound` where it is refused no more."""
        self._outbox.again(self._refused(actor, id).id)
        self.drainer.wake()

    def discard(self, actor: Actor, id: UUID) -> Waiting:
        """Drop one that was refused, for good. Raises `NotFound` where it is refused no more."""
        entry = self._refused(actor, id)
        with self._accounts.database.unit_of_work() as session:
            facts = {"user_id": str(entry.user_id), "said_at": entry.said_at.isoformat()}
            target = (Target.RUN, entry.run_id)
            record(session, actor, Action.RATING_DISCARDED, target, before=facts)
            self._outbox.remove([entry.id])
        log.warning("outbox_entry_discarded", entry_id=id, run_id=entry.run_id, by=actor.user_id)
        return as_waiting(entry)

    def _kept(self, actor: Actor, said: Said, at: datetime) -> Waiting:
        actor.require(Permission.RATE)
        entry = as_entry(actor, checked(said), at)
        self._outbox.put(entry)
        self.drainer.wake()
        log.info("outbox_entry_kept", entry_id=entry.id, run_id=entry.run_id)
        return as_waiting(entry)

    def _under_key(self, actor: Actor, said: Said) -> Waiting | None:
        """What waits of the same request, so that to repeat it is not to say it once more."""
        for entry in self._outbox.of(actor.user_id, said.run_id):
            kept = as_waiting(entry)
            if kept.refusal is None and kept.said.key == said.key:
                if kept.said != checked(said):
                    raise Conflict(OTHER_REQUEST, facts={"run_id": str(said.run_id)})
                return kept
        return None

    def _refused(self, actor: Actor, id: UUID) -> Entry:
        actor.require(Permission.REVIEW)
        entry = self._outbox.get(id)
        if entry is None or entry.refusal is None:
            raise NotFound("This rating is not among the refused ones any more; reload the page.")
        return entry

    def _send(self, entry: Entry) -> None:
        actor = self._accounts.actor_at(entry.session_id, entry.said_at)
        if actor.user_id != entry.user_id:
            raise NotSignedIn("The sign-in that it was said in is somebody else's.")
        try:
            self._feedback.say(actor, said_in(entry), entry.said_at)
        except Conflict as error:
            if error.facts.get("status") == RunStatus.RUNNING:
                raise NotYet from error
            raise

    def _overtaken(self, entry: Entry) -> bool:
        if self._feedback.is_erased(entry.user_id):
            return True
        return self._feedback.spoke_since(entry.user_id, entry.run_id, entry.said_at)

    def _depth(self) -> float:
        try:
            return self._outbox.waiting()
        except OutboxError:
            log.exception("outbox_unreadable")
            return nan
