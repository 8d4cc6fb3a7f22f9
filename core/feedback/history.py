"""What happened to a rating: written beside each change, read by whoever rated and by reviewers."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from core.feedback.types import Action, Happening, Judgement
from core.ids import new_id
from db.repositories.events import EventRepository, FoundEvent
from db.repositories.feedback import SAID, Feedback

REVIEWED = ("review_status", "fixed_in", "answer", "answered_at")
"""What reviewers say of a rating, for whoever gave it to see."""
INTERNAL = ("note", "assignee_id", "reviewer_id")
"""The rest of it, for reviewers only."""

Fields = dict[str, Any]


def said_fields(row: Feedback) -> Fields:
    """What whoever rated says, as JSON."""
    return _fields(row, SAID)


def reopened_fields(row: Feedback) -> Fields:
    """What changes back where something else is said of what reviewers were done with."""
    return _fields(row, ("review_status", "fixed_in"))


def everything(row: Feedback) -> Fields:
    """What it takes to put a row back that was withdrawn."""
    return _fields(row, (*SAID, *REVIEWED, *INTERNAL, "created_at"))


def kept_fields(stored: Mapping[str, Any]) -> Fields:
    """What `everything` made JSON of, as columns again."""
    return {name: _READ.get(name, _as_is)(value) for name, value in stored.items()}


def verdict_counts(judgement: Judgement) -> dict[str, int]:
    """How many boxes got each verdict, and how many were missed."""
    counts = Counter(str(each.verdict) for each in judgement.verdicts)
    if judgement.missed:
        counts["missed"] = len(judgement.missed)
    return dict(counts)


def record(
    events: EventRepository,
    row: Feedback,
    actor_id: UUID,
    action: Action,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    at: datetime,
) -> None:
    """Write what differs between `before` and `after`, both JSON; nothing where nothing does.

    To be called in the transaction of the change itself.
    """
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    if not names:
        return
    events.add(
        id=new_id(),
        feedback=row,
        actor_id=actor_id,
        action=action,
        before={name: before.get(name) for name in names} if before else None,
        after={name: after.get(name) for name in names} if after else None,
        at=at,
    )


def as_happenings(
    found: list[FoundEvent], reader_id: UUID, *, reviewer: bool
) -> tuple[Happening, ...]:
    """The events for `reader_id` to see: others' names and internal fields are for reviewers."""
    happenings = []
    for event, actor in found:
        before, after = event.before or {}, event.after or {}
        if not reviewer:
            before, after = _without_internal(before), _without_internal(after)
            if not before and not after:
                continue
        named = reviewer or event.actor_id == reader_id
        happenings.append(
            Happening(
                Action(event.action), event.created_at, actor if named else None, before, after
            )
        )
    return tuple(happenings)


def _fields(row: Feedback, names: tuple[str, ...]) -> Fields:
    """The fields that hold something."""
    values = {name: getattr(row, name) for name in names}
    return {name: _as_json(value) for name, value in values.items() if value not in (None, "", [])}


def _as_json(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _as_is(value: Any) -> Any:
    return value


_READ: Mapping[str, Callable[[Any], Any]] = {
    "assignee_id": UUID,
    "reviewer_id": UUID,
    "answered_at": datetime.fromisoformat,
    "created_at": datetime.fromisoformat,
}


def _without_internal(fields: Mapping[str, Any]) -> Fields:
    return {name: value for name, value in fields.items() if name not in INTERNAL}
