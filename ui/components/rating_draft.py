"""A rating as it stands in the widgets of its panel, saved or not."""

from dataclasses import dataclass
from uuid import UUID

import streamlit as st

from core.feedback.types import BAD_RATING, FailedStep, Feedback
from core.runs.types import Task
from ui.session import session

NOT_SURE = "not sure"
"""Of which step failed; kept as none."""


@dataclass(frozen=True)
class RatingDraft:
    """One panel's run and the keys of its widgets, which hold what is not saved yet.

    `report`: the run reports on boxes, so that one of two steps may have failed.
    """

    run_id: UUID
    task: Task
    key: str
    report: bool = False

    def widget(self, name: str) -> str:
        return f"{self.key}-{name}-{self.run_id}"

    @property
    def rating(self) -> int | None:
        """1 to 5, as the stars stand; None while no star is set."""
        stars = st.session_state.get(self.widget("stars"))
        return None if stars is None else stars + 1

    @property
    def tags(self) -> tuple[str, ...]:
        return tuple(st.session_state.get(self.widget("tags")) or ())

    @property
    def comment(self) -> str:
        return st.session_state.get(self.widget("comment")) or ""

    @property
    def asks_step(self) -> bool:
        return self.report and self.rating is not None and self.rating <= BAD_RATING

    @property
    def failed_step(self) -> FailedStep | None:
        said = st.session_state.get(self.widget("step"))
        return FailedStep(said) if self.asks_step and said in list(FailedStep) else None

    def set_stars(self, digit: str) -> None:
        """Let the stars stand at `digit`, “1” to “5”, from their next drawing on."""
        st.session_state[self.widget("stars")] = int(digit) - 1

    def show(self, given: Feedback | None) -> None:
        """Let the widgets stand at `given`, or empty, from their next drawing on."""
        st.session_state[self.widget("stars")] = given.rating - 1 if given else None
        st.session_state[self.widget("tags")] = list(given.tags) if given else []
        st.session_state[self.widget("comment")] = given.comment if given else ""
        step = given.failed_step if given else None
        st.session_state[self.widget("step")] = step or NOT_SURE

    def differs(self, given: Feedback | None) -> bool:
        now = (self.rating, frozenset(self.tags), self.comment, self.failed_step)
        if given is None:
            return now != (None, frozenset(), "", None)
        return now != (given.rating, frozenset(given.tags), given.comment, given.failed_step)

    def follow(self, saved: Feedback | None) -> None:
        """Show what is saved, also where another tab saved it; a draft is left alone.

        Nothing is written where nothing differs: a written value goes to the browser, where it
        would replace a star set while this script ran.
        """
        known = session().ratings
        drafted = self.run_id in known and self.differs(known[self.run_id])
        if not drafted and self.differs(saved):
            self.show(saved)
        known[self.run_id] = saved
