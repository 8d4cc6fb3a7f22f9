"""A rating as it stands in the widgets of its panel, saved or not."""

from dataclasses import dataclass
from uuid import UUID

import streamlit as st

from core.errors import GlimpseError
from core.feedback.checks import editable
from core.feedback.drafts import Draft, Standing
from core.feedback.types import BAD_RATING, FailedStep
from core.permissions import Actor
from core.runs.types import Task
from ui.resources import workbench
from ui.session import session

NOT_SURE = "not sure"
"""Of which step failed; kept as none."""


@dataclass(frozen=True)
class RatingDraft:
    """One panel's run and the keys of its widgets, which hold what is not saved yet.

    `report`: the run reports on boxes, so that one of two steps may have failed. `texts`: the
    outputs of a generation, as people read them.
    """

    run_id: UUID
    task: Task
    key: str
    report: bool = False
    texts: tuple[str, ...] = ()

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
    def corrects(self) -> bool:
        """Whether there is a field for the text as it should have been."""
        return bool(st.session_state.get(self.widget("corrects")))

    @property
    def corrected_text(self) -> str | None:
        """None while it is blank, or is what was written anyway."""
        text = st.session_state.get(self.widget("corrected")) or ""
        if not self.corrects or not text.strip() or text in map(editable, self.texts):
            return None
        return text

    @property
    def asks_step(self) -> bool:
        return self.report and self.rating is not None and self.rating <= BAD_RATING

    @property
    def failed_step(self) -> FailedStep | None:
        said = st.session_state.get(self.widget("step"))
        return FailedStep(said) if self.asks_step and said in list(FailedStep) else None

    @property
    def contents(self) -> Draft:
        return Draft(
            rating=self.rating,
            tags=frozenset(self.tags),
            comment=self.comment,
            corrected_text=self.corrected_text,
            failed_step=self.failed_step,
        )

    def set_stars(self, digit: str) -> None:
        """Let the stars stand at `digit`, “1” to “5”, from their next drawing on."""
        st.session_state[self.widget("stars")] = int(digit) - 1

    def correct(self, text: str | None) -> None:
        """Let `text` stand in the field for the correction, or (None) take the field away."""
        st.session_state[self.widget("corrects")] = text is not None
        st.session_state[self.widget("corrected")] = text or ""

    def show(self, draft: Draft) -> None:
        """Let the widgets stand at `draft` from their next drawing on; nothing is to be kept."""
        st.session_state[self.widget("stars")] = draft.rating - 1 if draft.rating else None
        st.session_state[self.widget("tags")] = sorted(draft.tags)
        st.session_state[self.widget("comment")] = draft.comment
        st.session_state[self.widget("step")] = draft.failed_step or NOT_SURE
        self.correct(draft.corrected_text)
        self._know(draft)

    def follow(self, actor: Actor, standing: Standing) -> bool:
        """Keep what was changed here; show what another tab changed. Whether a draft is kept.

        Nothing is written where nothing differs: a written value goes to the browser, where it
        would replace a star set while this script ran.
        """
        saved = Draft.of(standing.saved)
        kept = saved if standing.draft is None else standing.draft
        contents, known = self.contents, session().drafts.get((self.key, self.run_id))
        if known in (None, contents):
            if contents != kept:
                self.show(kept)
            self._know(kept)
            return kept != saved
        self._know(contents)
        return self._keep(actor, contents, standing) and contents != saved

    def _keep(self, actor: Actor, contents: Draft, standing: Standing) -> bool:
        """False where it cannot be kept: it still stands in this tab."""
        drafts = workbench().drafts
        try:
            if contents != Draft.of(standing.saved):
                drafts.keep(actor, self.run_id, contents)
            elif standing.draft is not None:
                drafts.discard(actor, self.run_id)
        except GlimpseError:
            return False
        return True

    def _know(self, draft: Draft) -> None:
        session().drafts[self.key, self.run_id] = draft
