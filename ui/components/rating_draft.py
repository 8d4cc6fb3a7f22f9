"""A rating as it stands in the widgets of its panel, saved or not."""

from dataclasses import dataclass
from uuid import UUID

import streamlit as st

from core.feedback.types import Feedback
from core.runs.types import Task
from ui.session import session


@dataclass(frozen=True)
class RatingDraft:
    """One panel's run and the keys of its widgets, which hold what is not saved yet."""

    run_id: UUID
    task: Task
    key: str

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

    def set_stars(self, digit: str) -> None:
        """Let the stars stand at `digit`, “1” to “5”, from their next drawing on."""
        st.session_state[self.widget("stars")] = int(digit) - 1

    def show(self, given: Feedback | None) -> None:
        """Let the widgets stand at `given`, or empty, from their next drawing on."""
        st.session_state[self.widget("stars")] = given.rating - 1 if given else None
        st.session_state[self.widget("tags")] = list(given.tags) if given else []
        st.session_state[self.widget("comment")] = given.comment if given else ""

    def differs(self, given: Feedback | None) -> bool:
        now = (self.rating, frozenset(self.tags), self.comment)
        if given is None:
            return now != (None, frozenset(), "")
        return now != (given.rating, frozenset(given.tags), given.comment)

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
