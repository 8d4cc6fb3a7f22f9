"""Ratings not said yet, kept as they stand in the fields; only whoever writes one sees it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from core.clock import now
from core.errors import Invalid
from core.feedback.history import as_happenings
from core.feedback.service import as_feedback
from core.feedback.types import FailedStep, Feedback, Happening
from core.permissions import Actor, Permission
from core.runs.access import readable_run
from db.repositories.drafts import DraftRepository
from db.repositories.events import EventRepository
from db.repositories.feedback import FeedbackRepository
from db.repositories.runs import RunRepository
from db.session import Database

MAX_DRAFT_CHARS = 250_000
"""All its texts together: more than a rating may hold, so that what is too long is kept too."""
_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True)
class Draft:
    """A rating as far as it has come. Drafts with the same tags in another order are equal."""

    rating: int | None = None
    tags: frozenset[str] = frozenset()
    comment: str = ""
    corrected_text: str | None = None
    failed_step: FailedStep | None = None

    @classmethod
    def of(cls, given: Feedback | None) -> Self:
        """What is said already, to be changed; or nothing."""
        if given is None:
            return cls()
        return cls(
            rating=given.rating,
            tags=frozenset(given.tags),
            comment=given.comment,
            corrected_text=given.corrected_text,
            failed_step=given.failed_step,
        )


@dataclass(frozen=True)
class Standing:
    """What one person has said of a run, is about to say, and said before."""

    saved: Feedback | None
    draft: Draft | None
    happenings: tuple[Happening, ...]
    """Oldest first."""


class DraftService:
    def __init__(self, database: Database) -> None:
        self._database = database

    def standing(self, actor: Actor, run_id: UUID) -> Standing:
        """The actor's own; what a person without a rating or a draft gets is empty."""
        actor.require(Permission.RATE)
        with self._database.unit_of_work() as session:
            saved = FeedbackRepository(session).own(run_id, actor.user_id)
            kept = DraftRepository(session).get(run_id, actor.user_id)
            events = EventRepository(session).of(run_id, actor.user_id)
        return Standing(
            saved=None if saved is None else as_feedback(saved),
            draft=None if kept is None else _read(kept.body),
            happenings=as_happenings(events, actor.user_id, reviewer=actor.may(Permission.REVIEW)),
        )

    def keep(self, actor: Actor, run_id: UUID, draft: Draft) -> None:
        """Keep a draft in place of the one before, also if it could not be said as it is.

        A rating of the same run, said or withdrawn later, drops it.

        Raises
        ------
        NotFound : no such run, or not the actor's to see.
        Invalid : far too long.
        """
        actor.require(Permission.RATE)
        body = _written(draft)
        with self._database.unit_of_work() as session:
            readable_run(RunRepository(session), actor, run_id)
            DraftRepository(session).put(run_id, actor.user_id, body, now())

    def discard(self, actor: Actor, run_id: UUID) -> None:
        """Drop the actor's own draft, if there is one."""
        actor.require(Permission.RATE)
        with self._database.unit_of_work() as session:
            DraftRepository(session).remove(run_id, actor.user_id, until=now())


def _written(draft: Draft) -> dict[str, Any]:
    """As JSON. What PostgreSQL cannot store in it is left out; all else stays as it was typed."""
    texts = (draft.comment, draft.corrected_text or "", *draft.tags)
    if sum(map(len, texts)) > MAX_DRAFT_CHARS:
        raise Invalid(
            f"This draft is longer than {MAX_DRAFT_CHARS} characters and is not kept; shorten it.",
            facts={"max_chars": MAX_DRAFT_CHARS},
        )
    corrected = draft.corrected_text
    return {
        "rating": draft.rating,
        "tags": sorted(map(_storable, draft.tags)),
        "comment": _storable(draft.comment),
        "corrected_text": None if corrected is None else _storable(corrected),
        "failed_step": draft.failed_step,
    }


def _storable(text: str) -> str:
    return _NOT_STORABLE.sub("", text)


def _read(body: Mapping[str, Any]) -> Draft:
    step = body["failed_step"]
    return Draft(
        rating=body["rating"],
        tags=frozenset(body["tags"]),
        comment=body["comment"],
        corrected_text=body["corrected_text"],
        failed_step=None if step is None else FailedStep(step),
    )
