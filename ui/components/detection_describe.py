"""From the boxes of a detection to a report: at one click, or with a choice of boxes and prompt."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

import streamlit as st

from core.detection.types import DetectionRun
from core.feedback.types import Verdict
from core.generation.describing import default_boxes
from core.permissions import Actor, Permission
from core.prompts.service import FINDINGS
from core.prompts.types import Prompt
from core.runs.types import RunStatus
from ui.components.boxview import Judged
from ui.errors import shown
from ui.guard import require
from ui.opened import go_to_generation
from ui.resources import workbench
from ui.text import boxes, plain

_NOTHING_MORE: Mapping[str, str] = MappingProxyType({})
_TABLE_HEIGHT = 180


def describe_actions(actor: Actor, run: DetectionRun, said: Judged | None) -> None:
    """The button and, beside it, the menu; nothing for those who may not write."""
    if not actor.may(Permission.GENERATE) or run.status is not RunStatus.DONE:
        return
    usual = default_boxes(run, _absent(said))
    left_out = len(run.detections) - len(usual)
    clicked = st.button(
        "Describe",
        key="detection-describe",
        icon=":material/edit_note:",
        help=f"A report on the {boxes(len(usual))} found, whose claims are checked against them"
        + (f"; {left_out} judged absent left out" if left_out else ""),
    )
    if clicked:
        with shown():
            _write(run)
    menu = st.popover(
        "Describe some",
        key="detection-describe-menu",
        icon=":material/checklist:",
        disabled=not run.raw,
        on_change="rerun",
    )
    if menu.open:
        with menu, shown():
            _menu(actor, run, usual)


def _absent(said: Judged | None) -> frozenset[int]:
    verdicts = said.data["verdicts"] if said else {}
    return frozenset(int(place) for place, each in verdicts.items() if each == Verdict.ABSENT)


def _menu(actor: Actor, run: DetectionRun, usual: Sequence[int]) -> None:
    ticked = st.dataframe(
        [{"Box": each.label, "Score": each.score} for each in run.raw],
        key=f"detection-describe-boxes-{run.id}-{usual}",
        hide_index=True,
        height=_TABLE_HEIGHT,
        column_config={"Score": st.column_config.NumberColumn(format="%.2f")},
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": list(usual)}},
    )
    chosen = ticked["selection"]["rows"]
    prompt = _prompt(actor)
    variables = {
        name: st.text_input(plain(name), key=f"detection-describe-{name}")
        for name in (prompt.newest.variables if prompt else ())
        if name != FINDINGS
    }
    clicked = st.button(
        "Write report",
        type="primary",
        key="detection-describe-write",
        width="stretch",
        disabled=not chosen,
        help=None if chosen else "Tick at least one box first",
    )
    if clicked:
        _write(run, chosen, prompt.newest.id if prompt else None, variables)


def _prompt(actor: Actor) -> Prompt | None:
    return st.selectbox(
        "Prompt",
        workbench().prompts.describing(actor),
        format_func=lambda prompt: prompt.name,
        key="detection-describe-prompt",
        persist_state="session",
    )


def _write(
    run: DetectionRun,
    chosen: Sequence[int] = (),
    version_id: UUID | None = None,
    variables: Mapping[str, str] = _NOTHING_MORE,
) -> None:
    """Begin the report and go where it is written."""
    actor = require(Permission.GENERATE)
    go_to_generation(
        workbench().describing.describe(actor, run.id, chosen, version_id, variables=variables)
    )
