"""What an administrator may change, act by act, each with what the audit log is to say of it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from core.accounts.types import SignedIn
from core.audit.types import Action, Target
from core.ids import new_id
from core.permissions import Actor, Role
from core.review.types import FeedbackFilter
from core.workbench import Workbench
from db.models import Feedback
from tests.core.review import rows

ADDRESS = "198.51.100.7"
PASSWORD = "correct horse battery staple"
ALL = FeedbackFilter()


@dataclass
class Stage:
    """An admin who does it, an analyst it is done to, and a rated run of the analyst's."""

    bench: Workbench
    root: Actor
    wei: Actor
    run_id: UUID
    feedback_id: UUID

    def seen_at(self, feedback_id: UUID | None = None) -> datetime:
        with self.bench.database.unit_of_work() as session:
            return session.get_one(Feedback, feedback_id or self.feedback_id).updated_at

    def another_rating(self) -> UUID:
        model = rows.model(self.bench.database, "generation", str(new_id()))
        run_id = rows.run(self.bench.database, self.wei, model)
        return self.bench.feedback.rate(self.wei, run_id, 2).feedback.id

    def user(self, name: str) -> UUID:
        """Somebody with a password."""
        return self.bench.accounts.add_user(self.root, name, Role.ANALYST, PASSWORD).id

    def signed_in(self, name: str) -> SignedIn:
        return self.bench.accounts.sign_in(name, PASSWORD, ADDRESS)

    @property
    def by_hand(self) -> Actor:
        """The admin in a browser: no API key, which may not manage keys."""
        return replace(self.root, key_id=None)


@dataclass
class Told:
    """What is done, and of the entry: its action, what it concerns, the facts that must be there.

    A value that is known only afterwards is left out here.
    """

    do: Callable[[], object]
    action: Action
    target: tuple[Target, object] | None = None
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)


Act = Callable[[Stage], Told]
