"""What a reviewer's changes come to: checked, compared with what is stored, written."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from core.clock import now
from core.errors import Invalid
from core.feedback.checks import checked_characters
from core.feedback.history import record
from core.feedback.types import Action, ReviewStatus
from core.permissions import ROLE_PERMISSIONS, Actor, Permission
from core.review.triage_types import UNSET, Before, Changes, Difference
from db.repositories.events import EventRepository, FoundEvent
from db.repositories.triage import REVIEWED, Feedback, TriageRepository

MAX_NOTE_CHARS = 4000
MAX_ANSWER_CHARS = 4000
MAX_REVISION_CHARS = 100

Fields = dict[str, Any]
"""Values by column."""

_COLUMNS = {"status": "review_status", "assignee": "assignee_id"}
"""Where a field is kept, if not under its own name."""
_FIELDS = {column: field for field, column in _COLUMNS.items()}
_QUIET = ("reviewer_id", "answered_at")
"""What changes along with others, and says nothing by itself."""


def checked_changes(changes: Changes) -> Changes:
    """The texts trimmed. Raises `Invalid` where one cannot be, or where nothing is said."""
    if not changes.given:
        raise Invalid(
            "Nothing is to be changed; give a status, an assignee, a note or an answer.",
            facts={"allowed": ["status", "fixed_in", "assignee", "note", "answer"]},
        )
    kept: Fields = {}
    for name, most in (("note", MAX_NOTE_CHARS), ("answer", MAX_ANSWER_CHARS)):
        if name in changes.given:
            kept[name] = _text(name, changes.given[name], most)
    if "fixed_in" in changes.given:
        said = _text("fixed_in", changes.given["fixed_in"] or "", MAX_REVISION_CHARS, breaks=False)
        kept["fixed_in"] = said or None
    if kept.get("fixed_in") and changes.status not in (UNSET, ReviewStatus.FIXED):
        raise _only_fixed()
    return replace(changes, **kept)


def assignee_of(triage: TriageRepository, changes: Changes) -> UUID | None:
    """Who is to look into it. Raises `Invalid` for somebody who may not review."""
    name = changes.assignee
    if name is UNSET or name is None:
        return None
    able = may_review(triage)
    for user_id, username in able:
        if username.casefold() == str(name).strip().casefold():
            return user_id
    known = [username for _, username in able]
    raise Invalid(
        f"“{str(name)[:40]}” cannot look into ratings; choose one of: {', '.join(known)}.",
        facts={"field": "assignee", "allowed": known},
    )


def may_review(triage: TriageRepository) -> list[tuple[UUID, str]]:
    """Ids and names of those who can look into ratings."""
    return triage.reviewers(
        [role for role, allowed in ROLE_PERMISSIONS.items() if Permission.REVIEW in allowed]
    )


def effect(row: Feedback, changes: Changes, assignee: UUID | None) -> Fields:
    """The columns that would be different. Raises `Invalid` as `checked_changes`."""
    wanted: Fields = {_COLUMNS.get(name, name): said for name, said in changes.given.items()}
    if "assignee_id" in wanted:
        wanted["assignee_id"] = assignee
    status = wanted.get("review_status", row.review_status)
    if status != ReviewStatus.FIXED:
        if wanted.get("fixed_in"):
            raise _only_fixed()
        wanted["fixed_in"] = None
    if "answer" in wanted and wanted["answer"] != row.answer:
        wanted["answered_at"] = now() if wanted["answer"] else None
    return {name: value for name, value in wanted.items() if getattr(row, name) != value}


def write(
    triage: TriageRepository,
    events: EventRepository,
    actor: Actor,
    wanted: Mapping[UUID, tuple[Feedback, Fields]],
) -> dict[UUID, Before]:
    """Write what differs, each with its event, and return what it takes to undo it."""
    before = {
        id: {name: getattr(row, name) for name in REVIEWED} for id, (row, _) in wanted.items()
    }
    values = {
        id: before[id] | fields | {"reviewer_id": actor.user_id}
        for id, (_, fields) in wanted.items()
        if fields
    }
    written = triage.write(values) if values else {}
    for id, row in written.items():
        names = [name for name in wanted[id][1] if name not in _QUIET]
        was = {name: _json(before[id][name]) for name in names}
        now_is = {name: _json(values[id][name]) for name in names}
        record(events, row, actor.user_id, Action.REVIEWED, was, now_is, row.updated_at)
    return {
        id: Before(row.updated_at, {name: before[id][name] for name in wanted[id][1]})
        for id, row in written.items()
    }


def differences(
    triage: TriageRepository,
    row: Feedback,
    wanted: Fields,
    since: Sequence[FoundEvent],
) -> tuple[Difference, ...]:
    """Between the row as it is and as it was to be, or where that says nothing, as it was seen."""
    seen: Fields = {}
    for each in since:
        for name, value in (each.event.before or {}).items():
            seen.setdefault(name, value)
    names = triage.names(
        [
            UUID(str(id))
            for id in (row.assignee_id, wanted.get("assignee_id"), seen.get("assignee_id"))
            if id
        ]
    )

    def shown(name: str, value: Any) -> Any:
        value = _json(value)
        return names.get(UUID(value)) if name == "assignee_id" and value else value

    own = {name for name in wanted if name not in _QUIET}
    yours = {name: wanted[name] for name in own} | {
        name: value for name, value in seen.items() if name not in own and name not in _QUIET
    }
    found = [
        Difference(
            _FIELDS.get(name, name), shown(name, getattr(row, name, None)), shown(name, value)
        )
        for name, value in yours.items()
    ]
    return tuple(each for each in found if each.theirs != each.yours)


def _text(name: str, value: str, most: int, *, breaks: bool = True) -> str:
    text = value.strip()
    if len(text) > most:
        raise Invalid(
            f"“{name}” has {len(text)} characters; shorten it to at most {most}.",
            facts={"field": name, "max_chars": most},
        )
    return checked_characters(name, text, breaks=breaks)


def _only_fixed() -> Invalid:
    return Invalid(
        "“fixed_in” goes with the status “fixed” only; set that status, or leave it out.",
        facts={"field": "fixed_in"},
    )


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
