"""Verdicts on boxes and marks of what was missed, saved one gesture after another."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from core.detection.types import Box, DetectionRun
from core.errors import GlimpseError, Unavailable
from core.feedback.types import Verdict
from core.permissions import Actor, Permission
from core.runs.types import RunStatus
from ui.components.boxview import Judged
from ui.guard import require
from ui.resources import workbench
from ui.session import Gestures, session


def judged(actor: Actor, run: DetectionRun) -> Judged | None:
    """What `actor` has said of the run; None where it, or they, cannot be judging."""
    if not actor.may(Permission.RATE) or run.status is not RunStatus.DONE:
        return None
    said = workbench().verdicts.of(actor, run.id)
    data = {
        "verdicts": {str(each.index): each.verdict.value for each in said.verdicts},
        "missed": [{"label": each.label, "box": asdict(each.box)} for each in said.missed],
        **asdict(session().gestures or Gestures("")),
    }
    return Judged(data, tuple(each.label for each in said.missed), _hear)


def _hear(told: Mapping[str, Any]) -> None:
    """Save what is new of `told`; the browser repeats each gesture until it is answered."""
    actor = require(Permission.RATE)
    state = session().gestures
    if state is None or state.view != told["view"]:
        state = session().gestures = Gestures(told["view"])
    state.refused = state.waiting = None
    for gesture in told["items"]:
        if gesture["n"] <= state.done:
            continue
        try:
            _save(actor, UUID(told["run"]), gesture)
        except Unavailable as error:
            state.waiting = error.message
            return
        except GlimpseError as error:
            state.refused = error.message
        state.done = gesture["n"]


def _save(actor: Actor, run_id: UUID, gesture: Mapping[str, Any]) -> None:
    verdicts = workbench().verdicts
    if gesture["do"] == "judge":
        verdict = Verdict(gesture["verdict"]) if gesture["verdict"] else None
        verdicts.set(actor, run_id, gesture["index"], verdict)
        return
    label, box = gesture["label"], Box(**gesture["box"])
    if gesture["do"] == "miss":
        verdicts.add_missed(actor, run_id, label, box)
        return
    for each in verdicts.of(actor, run_id).missed:
        if each.id and (each.label, each.box) == (label, box):
            verdicts.remove_missed(actor, run_id, each.id)
