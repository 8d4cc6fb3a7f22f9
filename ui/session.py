"""What one browser tab remembers between reruns, typed and under one key."""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

import streamlit as st

from core.accounts.people_types import ChangedUser, NewUser
from core.detection.types import DetectionRun
from core.errors import GlimpseError
from core.feedback.drafts import Draft
from core.feedback.types import Feedback, Waiting
from core.generation.types import Message
from core.inference.types import ModelState
from core.jobs.looking import LookedThrough
from core.limits.types import Quota
from core.permissions import Actor, Role
from core.prompts.types import Prompt
from core.quality.types import PhraseDefault
from core.review.chart_types import Charts
from core.review.saved_views import SavedView
from core.review.triage_types import BulkResult, ChangedMeanwhile, Changes
from core.review.types import FeedbackFilter
from core.runs.types import Task
from core.system.types import Notice

_KEY = "glimpse"


@dataclass(frozen=True)
class Secret:
    """A password or key that is shown until the person says they have it."""

    page: str
    title: str
    value: str


@dataclass(frozen=True)
class Question:
    """Put before a step that hurts; `act` does it once that is confirmed."""

    title: str
    words: str
    label: str
    act: Callable[[], None]


@dataclass(frozen=True)
class PeopleChange:
    """What was changed last on the page of users, in words, and what it takes to put it back."""

    words: str
    done: tuple[ChangedUser, ...]


@dataclass(frozen=True)
class Confirmed:
    """Who the database said was using this tab, at a moment of the monotonic clock."""

    actor: Actor
    at: float


@dataclass(frozen=True)
class Source:
    """A picture's file as it was chosen; `sample` names one of ours."""

    name: str
    content: bytes
    sample: str | None = None


@dataclass
class Gestures:
    """How far the gestures of one view of boxes, numbered from 1, have been saved.

    `refused` says why the last ones can never be; `waiting` why the next ones cannot be yet.
    """

    view: str
    done: int = 0
    refused: str | None = None
    waiting: str | None = None


@dataclass(frozen=True)
class CutChange:
    """A phrase's default cut as it was before it was changed in this tab; None: the model's own."""

    model: str
    phrase: str
    before: PhraseDefault | None


@dataclass(frozen=True)
class LimitChange:
    """A limit as it was before it was changed in this tab; None where none was set.

    `name` is that of the person or the role.
    """

    whose: Role | UUID
    name: str
    task: Task
    before: Quota | None


@dataclass(frozen=True)
class Note:
    """What this tab last knew as saved of a text, and how often its field was made anew."""

    kept: str
    turn: int


@dataclass(frozen=True)
class StaleReview:
    """What a reviewer was to say of a rating that was changed meanwhile."""

    feedback_id: UUID
    changes: Changes
    error: ChangedMeanwhile


@dataclass(frozen=True)
class KeptCharts:
    """What the charts of the dashboard show, and until when on the monotonic clock it is good."""

    filter: FeedbackFilter
    charts: Charts
    until: float


@dataclass
class UiSession:
    """Pages add a field here, never a key of their own; widget keys are the exception."""

    session_id: UUID | None = None
    """The sign-in. It proves nothing by itself: the database is asked on every run."""
    confirmed: Confirmed | None = None
    """Who that was when the database last answered."""
    notice_shown: UUID | None = None
    """The notice that stands above the page of this tab."""
    notice_gone: Notice | None = None
    """The last one taken away in this tab, so that it can be put back."""
    models_shown: tuple[ModelState, ...] = ()
    """The states of all models when the system page was last drawn whole."""
    system_told: str | None = None
    """What came of the last act on the system page."""
    cookie_ticket: str | None = None
    """Redeemed by the browser to get, or to drop, its cookie."""
    notice: str | None = None
    """Said on the sign-in page."""
    unknown_identity: tuple[str, str] | None = None
    """Issuer and subject, told with the notice, of somebody without an account."""
    identity_taken: bool = False
    """Whether what the browser brought from the identity provider was taken up, or refused."""
    password_problem: GlimpseError | None = None
    """Why a new password was not taken; told in its form."""
    secret: Secret | None = None
    question: Question | None = None
    people_change: PeopleChange | None = None
    new_people: tuple[NewUser, ...] = ()
    """Added from a file, with their temporary passwords, until these are said to be saved."""
    detection_source: Source | None = None
    """The picture to detect in; None where it is that of the run shown."""
    detection_run_id: UUID | None = None
    gestures: Gestures | None = None
    phrases_alone: tuple[UUID, tuple[DetectionRun, ...]] | None = None
    """A run's id, and the runs of each of its phrases alone."""
    pictures: dict[tuple[UUID, str], UUID] = field(default_factory=dict)
    """The run whose address the browser knows a picture by, for each owner and SHA-256."""
    generation_run_id: UUID | None = None
    edited_run_id: UUID | None = None
    """The generation that the next one is a changed form of."""
    earlier_messages: tuple[Message, ...] = ()
    """Of a conversation: what comes between the system message and the prompt."""
    batch_looked: tuple[tuple[str, ...], LookedThrough] | None = None
    """Of which uploaded files it was told last what a job would do, and what that was."""
    batch_sent: tuple[tuple[object, ...], UUID] | None = None
    """What the job begun last in this tab was made of, and the job."""
    batches_sent: int = 0
    prompt_version: UUID | None = None
    """The version picked of a prompt of the library, where it is not simply the newest."""
    archived_prompt: Prompt | None = None
    """The last one put away in this tab, so that it can be brought back."""
    drafts: dict[tuple[str, UUID], Draft] = field(default_factory=dict)
    """What this tab last showed or kept of a rating, for each panel and run; what differs from it
    was just changed here."""
    said: dict[UUID, Draft] = field(default_factory=dict)
    """What this tab last knew as said of each run."""
    rating_problem: tuple[UUID, GlimpseError] | None = None
    """Why a callback of a run's rating did nothing; told where the rating stands."""
    waiting: dict[UUID, Waiting] = field(default_factory=dict)
    """The last rating of each run that this tab knows to wait on this server."""
    own_tags: dict[Task, tuple[str, ...]] = field(default_factory=dict)
    withdrawn_rating: Feedback | None = None
    """The last rating taken back in this tab, so that it can be given again."""
    cut_change: CutChange | None = None
    """The last one, so that it can be undone."""
    limit_change: LimitChange | None = None
    """The last one, so that it can be undone."""
    keys_heard: tuple[str, int] = ("", 0)
    """Of the keys of triage: a view of the page, and how far its keys have been heard."""
    stale_review: StaleReview | None = None
    notes: dict[tuple[UUID, str], Note] = field(default_factory=dict)
    """For the note and the answer of each rating."""
    bulk: BulkResult | None = None
    """What came of the last change of many ratings at once."""
    fixed_in: dict[str, str | None] = field(default_factory=dict)
    """The revision last named as the one with the fix, for each model."""
    queue_visited: list[UUID] = field(default_factory=list)
    """Ratings that were open in the triage queue before the one that is, the last one last."""
    queue_ended: tuple[FeedbackFilter, str] | None = None
    """Of which filter the last triage queue was, and how it ended."""
    deleted_view: SavedView | None = None
    """The saved view deleted last in this tab, so that it can be restored."""
    renamed_view: UUID | None = None
    """The saved view that is being given another name."""
    chart_clicks: dict[str, int] = field(default_factory=dict)
    """How often marks of each chart of the dashboard were clicked."""
    charts_shown: bool = True
    charts: KeptCharts | None = None
    page: str | None = None
    arrived: bool = True
    """Whether this run of the script is the first on its page: later ones follow the address."""

    def visit(self, page: str) -> None:
        self.arrived = page != self.page
        self.page = page


def session() -> UiSession:
    if _KEY not in st.session_state:
        st.session_state[_KEY] = UiSession()
    found: UiSession = st.session_state[_KEY]
    return found


def forget(*, cookie_ticket: str | None = None, notice: str | None = None) -> None:
    """Drop everything this tab knows, so that the next person starts with nothing.

    What the browser brought from an identity provider signs nobody in here any more.
    """
    st.session_state.clear()
    st.session_state[_KEY] = UiSession(
        cookie_ticket=cookie_ticket, notice=notice, identity_taken=True
    )
