"""Everything that only reviewers and administrators may change is told by exactly one entry.

The acts are checked against the services: a new method that they alone may call fails here until
it is among the acts, or among what only looks.
"""

import inspect
import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, get_type_hints

import pytest
from sqlalchemy import select

from core.config import Settings
from core.database import OpenDatabase
from core.errors import NotAllowed, NotFound
from core.ids import new_id
from core.inference.registry import ModelRegistry
from core.permissions import ROLE_PERMISSIONS, Role
from core.trace import trace
from core.workbench import Workbench, assemble
from db.models import AuditEntry
from db.session import Database
from tests.core.audit import acts_people, acts_review, acts_system
from tests.core.audit.acts import ADDRESS, PASSWORD, Act, Stage
from tests.core.audit.acts_review import SECRET_WORDS
from tests.core.review import rows

ACTS: dict[str, Act] = acts_people.ACTS | acts_review.ACTS | acts_system.ACTS
LOOKING = {
    "accounts": (
        *("all_keys", "check_list", "find_users", "identities_of", "keys_of", "person"),
        *("sessions_of", "users"),
    ),
    "erasure": ("named", "of"),
    "audit": ("find", "get"),
    "demo": ("ratings",),
    "usage": ("of_people",),
    "limits": ("named", "of_user", "people", "roles"),
    "prompts": ("archived",),
    "runs": ("relatives", "runs_of"),
    "jobs": ("listed", "queue"),
    "feedback": ("history", "own_history"),
    "generation": ("writing",),
    "system": ("about", "status", "warm_up"),
    "waiting": ("count", "refused", "standing"),
    "drafts": ("standing",),
    "verdicts": ("everybodys", "precision"),
    "review": ("choices", "detail", "header", "page", "total"),
    "quality": ("advice", "defaults", "phrases"),
    "raters": ("report",),
    "requests": ("anchors", "candidates", "of_run"),
    "signals": ("per_model",),
    "triage": ("beside", "left", "names", "ratings", "reviewers", "revisions"),
    "plugins": ("listed",),
    "views": ("get", "visible"),
    "charts": ("charts",),
}
EVERYBODYS = {
    "generation": (*("again", "branch", "cancel", "carry_on", "follow", "get", "tokens", "wait"),),
    "jobs": ("retry",),
    "waiting": ("try_again",),
}
"""Runs and jobs of one's own, which only look beyond them; and sending once more what was said."""

_REVIEWERS = ROLE_PERMISSIONS[Role.ADMIN] - ROLE_PERMISSIONS[Role.ANALYST]
_ASKS = re.compile("|".join(rf"Permission\.{permission.name}\b" for permission in _REVIEWERS))


def source_of(function: Callable[..., Any], owner: type, seen: set[object]) -> str:
    """The text of a function and of whatever it calls of its service or module."""
    if function in seen:
        return ""
    seen.add(function)
    source = inspect.getsource(function)
    module = sys.modules[function.__module__]
    helpers = [getattr(owner, name, None) for name in re.findall(r"self\.(\w+)\(", source)]
    helpers += [getattr(module, name, None) for name in re.findall(r"\b(_\w+)", source)]
    for helper in filter(inspect.isfunction, helpers):
        source += source_of(helper, owner, seen)
    return source


def reviewers_methods() -> set[str]:
    """Public methods of the workbench's services that ask for what analysts may not do."""
    return {
        f"{field}.{name}"
        for field, kind in get_type_hints(Workbench).items()
        if inspect.isclass(kind)
        for name, method in inspect.getmembers(kind, inspect.isfunction)
        if not name.startswith("_")
        and "actor" in inspect.signature(method).parameters
        and _ASKS.search(source_of(method, kind, set()))
    }


def test_every_method_of_reviewers_and_administrators_is_known() -> None:
    others = {
        f"{service}.{name}"
        for known in (LOOKING, EVERYBODYS)
        for service, names in known.items()
        for name in names
    }
    assert not others & ACTS.keys()
    assert reviewers_methods() == others | ACTS.keys()


@pytest.fixture
def stage(database: Database, settings: Settings, detectors: ModelRegistry) -> Iterator[Stage]:
    bench = assemble(settings, OpenDatabase(database, None), detectors, lambda _: None)
    admin = rows.person(database, "root", Role.ADMIN)
    wei = replace(rows.person(database, "wei"), session_id=new_id())
    run_id = rows.run(database, wei, rows.model(database, "generation", "writer"))
    rated = bench.feedback.rate(wei, run_id, 2, comment=SECRET_WORDS)
    root = replace(admin, address=ADDRESS, session_id=new_id())
    yield Stage(bench, root, wei, run_id, rated.feedback.id)
    bench.generation.close()
    bench.waiting.close()
    bench.keeper.close()


def entries(database: Database) -> dict[object, AuditEntry]:
    with database.unit_of_work() as session:
        return {row.id: row for row in session.scalars(select(AuditEntry))}


@pytest.mark.parametrize("name", ACTS)
def test_an_act_is_told_by_one_entry(stage: Stage, name: str) -> None:
    told = ACTS[name](stage)
    known = entries(stage.bench.database)
    with trace() as reference:
        told.do()
    new = [row for id, row in entries(stage.bench.database).items() if id not in known]
    (row,) = new
    assert row.action == told.action
    if told.target is not None:
        kind, id = told.target
        assert (row.target_kind, row.target_id) == (kind, None if id is None else str(id))
    assert (row.actor_id, row.role) == (stage.root.user_id, "admin")
    assert (row.face, row.address, row.session_id) == ("ui", ADDRESS, stage.root.session_id)
    assert row.trace_id == reference
    before, after = row.before or {}, row.after or {}
    assert {fact: before.get(fact, "missing") for fact in told.before} == told.before
    assert {fact: after.get(fact, "missing") for fact in told.after} == told.after
    written = json.dumps([before, after])
    assert SECRET_WORDS not in written
    assert PASSWORD not in written


@pytest.mark.parametrize("name", ACTS)
def test_what_is_refused_is_not_told(stage: Stage, name: str) -> None:
    told = ACTS[name](stage)
    stage.root = replace(stage.root, role=Role.GUEST)
    known = entries(stage.bench.database)
    with pytest.raises((NotAllowed, NotFound)):
        told.do()
    assert entries(stage.bench.database).keys() == known.keys()
