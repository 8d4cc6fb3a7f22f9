"""What a rating panel goes by: what is saved, what waits on this server, or that neither can be
asked."""

from dataclasses import dataclass
from time import monotonic
from uuid import UUID

import streamlit as st

from core.errors import GlimpseError, Unavailable
from core.feedback.drafts import Draft, Standing
from core.feedback.types import Feedback, Rated, Said, Waiting
from core.permissions import Actor
from ui.guard import Recalled, actor_or_recalled
from ui.resources import workbench
from ui.session import session
from ui.text import plain

_POLL_S = 2.0
_KEPT = "Saved on this server; it will be sent when the database is back."
_SENT = "Sent to the database, which does not answer now."
_AWAY = "The database is away. What you save is kept on this server until it is back."


_NOTHING = Standing(None, None, ())


@dataclass(frozen=True)
class Desk:
    """`who` uses the panel of `run_id`. `waiting` is their last word, where it is newer than what
    is saved.

    `away`: the database does not answer, so that `standing` is empty. `sent`: meanwhile `waiting`
    has left this server, and what became of it cannot be asked.
    """

    who: Actor | Recalled
    run_id: UUID
    standing: Standing
    waiting: Waiting | None
    away: bool = False
    sent: bool = False

    @property
    def actor(self) -> Actor:
        return person(self.who)

    @property
    def said(self) -> Draft:
        """Their last word that is kept somewhere, and not refused."""
        if self.waiting is not None and self.waiting.refusal is None:
            return Draft.of(self.waiting.said)
        if self.away:
            return session().said.get(self.run_id, Draft())
        return Draft.of(self.standing.saved)

    @property
    def words(self) -> str:
        """How it stands with what is not in the database."""
        waiting = self.waiting
        if waiting is None:
            return _AWAY if self.away else ""
        if self.sent:
            return _SENT
        if waiting.refusal is not None:
            refusal = plain(waiting.refusal)
            return f"It could not be stored: {refusal} An administrator is shown it."
        return _KEPT

    def say(self, said: Said) -> "Desk":
        """Rate, or keep the rating here; how it stands afterwards."""
        service = workbench().waiting
        if isinstance(self.who, Recalled):
            answer: Rated | Waiting = service.keep(self.who.actor, said)
        else:
            answer = service.rate(self.who, said)
        if isinstance(answer, Waiting):
            session().waiting[self.run_id] = answer
            return Desk(self.who, self.run_id, _NOTHING, answer, away=True)
        after = opened(self.who, self.run_id)
        if not after.away:
            return after
        return Desk(self.who, self.run_id, Standing(answer.feedback, None, ()), None)


def person(who: Actor | Recalled) -> Actor:
    return who.actor if isinstance(who, Recalled) else who


def opened(who: Actor | Recalled, run_id: UUID) -> Desk:
    """How it stands now. For somebody who is only recalled, nothing but their own word is asked
    for, by the id that this tab has of it; what the tab knows already is compared with."""
    if not isinstance(who, Recalled):
        try:
            standing = workbench().drafts.standing(who, run_id)
        except Unavailable:
            pass
        else:
            desk = Desk(who, run_id, standing, _newer(_own(who, run_id), standing.saved))
            session().said[run_id] = desk.said
            return desk
    known = session().waiting.get(run_id)
    if known is None:
        return Desk(who, run_id, _NOTHING, None, away=True)
    here = _now(known)
    return Desk(who, run_id, _NOTHING, here or known, away=True, sent=here is None)


def watch(desk: Desk) -> None:
    """Draw the page anew once what waits is sent or refused, and the database answers."""
    if desk.waiting is not None and desk.waiting.refusal is None and not desk.sent:
        _watch(desk.waiting, monotonic())


@st.fragment(run_every=_POLL_S)
def _watch(waiting: Waiting, drawn: float) -> None:
    """Asks for what waits by the id that this tab was given; the first time it was just drawn."""
    if monotonic() - drawn < _POLL_S / 2 or _now(waiting) == waiting:
        return
    if not isinstance(actor_or_recalled(), Recalled):
        st.rerun()


def _own(actor: Actor, run_id: UUID) -> Waiting | None:
    """What waits of the actor's; this tab remembers it for while they are only recalled."""
    try:
        found = workbench().waiting.of(actor, run_id)
    except GlimpseError:  # what is in the database can be shown all the same
        found = None
    if found is None:
        session().waiting.pop(run_id, None)
    else:
        session().waiting[run_id] = found
    return found


def _newer(waiting: Waiting | None, saved: Feedback | None) -> Waiting | None:
    """What waits, unless it is saved already, or overtaken."""
    if waiting and saved and waiting.at <= saved.updated_at:
        return None
    return waiting


def _now(waiting: Waiting) -> Waiting | None:
    """None once it has left the outbox."""
    try:
        return workbench().waiting.look(waiting.id)
    except GlimpseError:
        return waiting
