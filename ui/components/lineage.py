"""Where a run came from and what came from it, in one quiet line of links."""

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

import streamlit as st

from core.generation.types import GenerationRun
from core.permissions import Actor, Permission
from core.runs.types import Relation, RunLink, Task
from ui.address import show_in_address
from ui.guard import require
from ui.navigation import spec
from ui.resources import workbench
from ui.text import ago

_FROM: Mapping[Relation, str] = MappingProxyType(
    {
        Relation.AGAIN: "Again, after a run",
        Relation.EDITED: "Edited from a run",
        Relation.CONTINUED: "Continued from a run",
        Relation.BRANCHED: "Branched from a run",
        Relation.DESCRIBED: "Describes boxes of a detection",
    }
)
_CAME: Mapping[Relation, str] = MappingProxyType(
    {
        Relation.AGAIN: "Again",
        Relation.EDITED: "Edited",
        Relation.CONTINUED: "Continued",
        Relation.BRANCHED: "Branched",
        Relation.DESCRIBED: "Described",
    }
)


def lineage(actor: Actor, run: GenerationRun) -> None:
    """Links to the run before and to those after; nothing where there are none."""
    relatives = workbench().runs.relatives(actor, run.id)
    if not relatives.parent and not relatives.children:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if relatives.parent:
            _link(relatives.parent, f"{_FROM[relatives.parent.relation]}{_place(actor, run)}")
        if relatives.children:
            with st.popover(_counted(relatives.children), type="tertiary"):
                for child in relatives.children:
                    _link(child, _CAME[child.relation])


def _link(run: RunLink, what: str) -> None:
    """To another page as a link; on this page as a button, as its own link would stand out."""
    label, page = f"{what}, {ago(run.created_at)}", spec(run.task)
    if run.task is Task.GENERATION:
        st.button(
            label,
            key=f"lineage-{run.id}",
            type="tertiary",
            icon=":material/account_tree:",
            on_click=_open,
            args=(run.id,),
        )
    else:
        st.page_link(
            page.page(),
            label=label,
            icon=f":material/{page.icon}:",
            query_params={"run": str(run.id)},
        )


def _open(run_id: UUID) -> None:
    require(Permission.GENERATE)
    show_in_address(run_id)


def _place(actor: Actor, run: GenerationRun) -> str:
    """Where in the run before this one begins: at a token, as counted there, or an output."""
    origin, lead = run.origin, run.lead
    if origin and origin.relation is Relation.BRANCHED and lead and lead.token_ids:
        before = workbench().generation.get(actor, origin.run_id).lead
        return f" at token {len(lead.token_ids) - len(before.token_ids if before else ())}"
    return f", output {origin.output + 1}" if origin and origin.output else ""


def _counted(children: Sequence[RunLink]) -> str:
    """As in “Again: 2 runs · Continued: 1 run”."""
    counts = Counter(child.relation for child in children)
    return " · ".join(
        f"{_CAME[relation]}: {count} {'run' if count == 1 else 'runs'}"
        for relation, count in counts.items()
    )
