"""One analyst at work over a database that can be switched off."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select

from core.accounts.service import AccountService
from core.feedback.outbox import Outbox
from core.feedback.service import FeedbackService
from core.feedback.types import Said, Waiting
from core.feedback.waiting import WaitingService
from core.permissions import Actor
from db.models import Feedback, FeedbackEvent
from tests.core.feedback.switched import SwitchedDatabase


@dataclass
class Desk:
    """The analyst, their run, and the services."""

    database: SwitchedDatabase
    outbox: Outbox
    feedback: FeedbackService
    accounts: AccountService
    service: WaitingService
    ann: Actor
    run_id: UUID

    def says(self, rating: int, comment: str = "", **more: object) -> Said:
        return replace(Said(self.run_id, rating, comment=comment), **more)  # type: ignore[arg-type]

    def rate_while_away(self, said: Said, actor: Actor | None = None) -> Waiting:
        self.database.gone = True
        answer = self.service.rate(actor or self.ann, said)
        self.database.gone = False
        assert isinstance(answer, Waiting)
        return answer

    def drain(self) -> int:
        return self.service.drainer.drain()

    def stored(self) -> list[tuple[int, str]]:
        with self.database.unit_of_work() as session:
            found = session.execute(select(Feedback.rating, Feedback.comment)).all()
        return [(rating, comment) for rating, comment in found]

    def events(self) -> list[str]:
        with self.database.unit_of_work() as session:
            return list(
                session.scalars(select(FeedbackEvent.action).order_by(FeedbackEvent.created_at))
            )

    def refusal(self) -> str | None:
        kept = self.service.of(self.ann, self.run_id)
        return None if kept is None else kept.refusal


def until(what: Callable[[], bool], limit_s: float = 15) -> None:
    end = time.monotonic() + limit_s
    while not what():
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.02)
