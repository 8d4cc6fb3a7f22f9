"""Review decisions as the audit log tells them: one entry, however many ratings they concern."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from core.audit.recording import record
from core.audit.types import Action, Target
from core.permissions import Actor
from core.review.triage_types import Before
from db.repositories.triage import Feedback
from db.session import Session

_TOLD = ("review_status", "assignee_id")
"""What is told as it is; of all other columns, which hold words, how long they are."""
_QUIET = ("reviewer_id", "answered_at")
_MOST_IDS = 1000

Fields = Mapping[str, Any]


def note(
    session: Session,
    actor: Actor,
    wanted: Mapping[UUID, tuple[Feedback, Fields]],
    done: Mapping[UUID, Before],
) -> None:
    """Note what was done of what was wanted; nothing, where nothing was."""
    if not done:
        return
    after = {id: _facts(wanted[id][1]) for id in done}
    if len(done) == 1:
        (id,) = done
        target = (Target.FEEDBACK, id)
        before = _facts(done[id].values)
        record(session, actor, Action.REVIEWED, target, before=before, after=after[id])
        return
    told = {
        "count": len(done),
        "set": _in_common(list(after.values())),
        "ids": [str(id) for id in list(done)[:_MOST_IDS]],
    }
    record(session, actor, Action.REVIEWED, (Target.FEEDBACK, None), after=told)


def _facts(fields: Fields) -> dict[str, object]:
    facts: dict[str, object] = {}
    for name, value in fields.items():
        if name in _TOLD:
            facts[name] = None if value is None else str(value)
        elif name not in _QUIET:
            facts[f"{name}_chars"] = len(value or "")
    return facts


def _in_common(each: list[dict[str, object]]) -> dict[str, object]:
    """Every fact that was set; where not to the same everywhere, to which."""
    names = dict.fromkeys(name for facts in each for name in facts)
    found: dict[str, object] = {}
    for name in names:
        values = list(dict.fromkeys(facts[name] for facts in each if name in facts))
        found[name] = values[0] if len(values) == 1 else values
    return found
