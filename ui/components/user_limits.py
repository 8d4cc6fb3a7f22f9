"""What one person may use and has used, for administrators, who can change it here."""

from uuid import UUID

import streamlit as st

from core.limits.types import PersonLimits, Source, TaskUse
from core.permissions import Actor
from ui.components.limit_bars import limit_bars
from ui.components.limit_form import limit_form
from ui.resources import workbench
from ui.text import plain


def user_limits(actor: Actor, user_id: UUID) -> None:
    """One below the other. Raises what `LimitService.of_user` does; `undo_line` belongs beside."""
    person = workbench().limits.of_user(actor, user_id)
    for use in person.tasks:
        _task(person, use)


def limits_named(actor: Actor, username: str) -> None:
    """The same side by side, by name; raises `NotFound` where nobody has it."""
    person = workbench().limits.named(actor, username)
    for column, use in zip(st.columns(len(person.tasks)), person.tasks, strict=True):
        with column:
            _task(person, use)


def _task(person: PersonLimits, use: TaskUse) -> None:
    own = use.source is Source.OWN
    with st.container(border=True):
        limit_bars((use,))
        whose = "A limit of their own" if own else f"The limit of the role {person.role}"
        st.caption(f"{whose} holds for {plain(person.username)}.")
        limit_form(person.user_id, person.username, use.task, use.quota, is_set=own)
