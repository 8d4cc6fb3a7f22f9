"""The fields of a limit, and putting what stands in them, or what stood there before, in force."""

from uuid import UUID

import streamlit as st

from core.limits.service import MOST
from core.limits.types import Quota, Span
from core.permissions import Permission, Role
from core.runs.types import Task
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench
from ui.session import LimitChange, session
from ui.text import plain

_A_DAY = {Task.DETECTION: "Pictures a day", Task.GENERATION: "Tokens a day"}


def limit_form(whose: Role | UUID, name: str, task: Task, quota: Quota, *, is_set: bool) -> None:
    """Fields for `quota` and a button that sets it; where one `is_set`, another that removes it.

    `name` is that of the person or the role.
    """
    key = f"limit-{whose}-{task}"
    with st.form(key, border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        fields = [
            _field("Requests a minute", key, Span.MINUTE, quota),
            _field(_A_DAY[task], key, Span.DAY, quota),
        ]
        if task is Task.GENERATION:
            fields.append(_field("Texts at a time", key, Span.STREAMS, quota))
        st.form_submit_button("Set", on_click=_set, args=(whose, name, task, fields))
        if is_set:
            st.form_submit_button(
                "Use the default" if isinstance(whose, Role) else "Use the role's",
                type="tertiary",
                on_click=_put,
                args=(whose, name, task, None),
            )


def undo_line() -> None:
    """What was changed last in this tab, with the way back; nothing where nothing was."""
    change = session().limit_change
    if change is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"The limit of {plain(change.name)} is changed.", width="content")
        st.button(
            "Undo",
            key="limits-undo",
            icon=":material/undo:",
            on_click=_put,
            args=(change.whose, change.name, change.task, change.before),
        )


def _field(label: str, key: str, span: Span, quota: Quota) -> str:
    """The key of the field; another one for each limit that is in force, which it begins with.

    Its own default is empty, as no other field can be emptied.
    """
    field = f"{key}-{span}-{quota.of(span)}"
    st.session_state.setdefault(field, quota.of(span))
    st.number_input(
        label,
        min_value=0,
        max_value=MOST[span],
        value=None,
        placeholder="no limit",
        key=field,
        width=200,
    )
    return field


def _set(whose: Role | UUID, name: str, task: Task, fields: list[str]) -> None:
    amounts = [st.session_state[field] for field in fields]
    _put(whose, name, task, Quota(*amounts))


def _put(whose: Role | UUID, name: str, task: Task, quota: Quota | None) -> None:
    actor = require(Permission.MANAGE_USERS)
    with shown():
        before = workbench().limits.change(actor, whose, task, quota)
        session().limit_change = LimitChange(whose, name, task, before)
