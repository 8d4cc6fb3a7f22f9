"""Ratings as reviewers read them, and what they may change."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, model_validator

from api.answers import Answer
from api.schemas import Moment, Request, Text
from core.feedback.types import Action, FailedStep, Happening, ReviewStatus
from core.permissions import Role
from core.review.triage_types import Changes, Claimed
from core.review.types import FeedbackPage, FeedbackRow, RowDetail, Total
from core.runs.types import RunStatus, Task


class SettingsOut(Answer):
    """Of the run, rounded as filters take them."""

    temperature: float | None
    top_p: float | None
    box_threshold: float | None
    text_threshold: float | None


class ReviewRowOut(Answer):
    id: UUID
    run_id: UUID
    user: str
    role: Role = Field(description="of whoever rated, as it is now")
    task: Task
    model: str
    revision: str
    prompt: str
    rating: int
    tags: list[str]
    comment: str
    corrected_text: str | None
    failed_step: FailedStep | None
    verdicts: dict[str, int] = Field(description="how many boxes got which, `missed` among them")
    status: ReviewStatus
    fixed_in: str | None
    assignee: str | None
    note: str = Field(description="for reviewers only")
    answer: str = Field(description="for whoever rated to read")
    answered_at: datetime | None
    reviewer: str | None = Field(description="whoever changed the review last")
    settings: SettingsOut
    top_score: float | None
    latency_ms: int | None
    rate_ms: int | None = Field(description="from the run's end to the first rating")
    run_status: RunStatus | None
    demo: bool
    run_created_at: datetime
    run_erased_at: datetime | None = Field(
        description="when what was asked and answered was removed; the prompt is empty then"
    )
    created_at: datetime
    updated_at: datetime = Field(description="send it back as `seen_at` with a change")

    @classmethod
    def of(cls, row: FeedbackRow) -> Self:
        given, triage = row.feedback, row.triage
        return cls(
            id=given.id,
            run_id=given.run_id,
            user=row.username,
            role=row.role,
            task=row.task,
            model=row.model,
            revision=row.revision,
            prompt=row.prompt,
            rating=given.rating,
            tags=list(given.tags),
            comment=given.comment,
            corrected_text=given.corrected_text,
            failed_step=given.failed_step,
            verdicts=dict(row.verdicts),
            status=given.review_status,
            fixed_in=given.fixed_in,
            assignee=triage.assignee,
            note=triage.note,
            answer=given.answer,
            answered_at=given.answered_at,
            reviewer=triage.reviewer,
            settings=SettingsOut.model_validate(row.settings),
            top_score=row.top_score,
            latency_ms=row.latency_ms,
            rate_ms=row.rate_ms,
            run_status=row.run_status,
            demo=row.demo,
            run_created_at=row.run_created_at,
            run_erased_at=row.run_erased_at,
            created_at=given.created_at,
            updated_at=given.updated_at,
        )


class ReviewPageOut(Answer):
    feedback: list[ReviewRowOut]
    total: int = Field(description="how many match; with `more`, at least so many")
    more: bool
    next: str | None = Field(description="the `cursor` of the page after this; null on the last")
    previous: str | None

    @classmethod
    def of(cls, page: FeedbackPage, total: Total) -> Self:
        return cls(
            feedback=[ReviewRowOut.of(row) for row in page.rows],
            total=total.n,
            more=total.more,
            next=page.next_cursor,
            previous=page.previous_cursor,
        )


class RatingOut(Answer):
    """Another rating of the same run."""

    id: UUID
    user: str
    rating: int
    tags: list[str]
    comment: str
    status: ReviewStatus


class EventOut(Answer):
    """One change; `before` and `after` hold the fields that changed."""

    action: Action
    at: datetime
    by: str | None
    before: dict[str, Any]
    after: dict[str, Any]

    @classmethod
    def of(cls, happening: Happening) -> Self:
        return cls(
            action=happening.action,
            at=happening.at,
            by=happening.actor,
            before=dict(happening.before),
            after=dict(happening.after),
        )


class ReviewDetailOut(ReviewRowOut):
    others: list[RatingOut]
    history: list[EventOut] = Field(description="oldest first")

    @classmethod
    def of_detail(cls, detail: RowDetail, history: tuple[Happening, ...]) -> Self:
        others = [pair for pair in detail.all_ratings if pair[1].id != detail.row.feedback.id]
        return cls(
            **ReviewRowOut.of(detail.row).model_dump(),
            others=[
                RatingOut(
                    id=given.id,
                    user=name,
                    rating=given.rating,
                    tags=list(given.tags),
                    comment=given.comment,
                    status=given.review_status,
                )
                for name, given in others
            ],
            history=[EventOut.of(each) for each in history],
        )


class ClaimedOut(Answer):
    """The rating that is now yours to look into."""

    feedback: ReviewRowOut
    left: int = Field(description="how many that match are new still, this one included")
    more: bool = Field(description="whether there are more than `left`")

    @classmethod
    def of(cls, claimed: Claimed) -> Self:
        row = ReviewRowOut.of(claimed.row)
        return cls(feedback=row, left=claimed.left.n, more=claimed.left.more)


class ReviewIn(Request):
    """What is left out stays."""

    seen_at: Moment = Field(description="the `updated_at` that the change is based on")
    status: Annotated[ReviewStatus, Field(strict=False)] | None = None
    fixed_in: Text | None = Field(None, description="a revision; with status `fixed` only")
    assignee: Text | None = Field(None, description="an administrator's name; null for nobody")
    note: Text | None = None
    answer: Text | None = Field(None, description="empty takes it back")

    @model_validator(mode="after")
    def _some(self) -> Self:
        for name in ("status", "note", "answer"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise ValueError(f"“{name}” is null; leave it out, or give a value")
        return self

    @property
    def changes(self) -> Changes:
        said: Mapping[str, Any] = self.model_dump(exclude={"seen_at"}, exclude_unset=True)
        return Changes(**said)
