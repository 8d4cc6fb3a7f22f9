"""Who has limits of their own; and anybody's, to be changed."""

from collections.abc import Sequence

import streamlit as st

from core.limits.types import PersonLimits, Source, TaskUse
from core.permissions import Actor
from ui.components.user_limits import limits_named
from ui.errors import shown
from ui.session import session

_TABLE = "limits-people"
_PERSON = "limits-person"
_ADDRESS = "user"


def people_with_limits(people: Sequence[PersonLimits]) -> None:
    """One line for each limit; a row that is ticked opens that person's."""
    rows = [(each, use) for each in people for use in each.tasks if use.source is Source.OWN]
    if not rows:
        st.caption("Nobody: what holds for their role holds for everybody.")
        return
    names = [person.username for person, _ in rows]
    st.dataframe(
        [_cells(person, use) for person, use in rows],
        key=_TABLE,
        hide_index=True,
        placeholder="no limit",
        selection_mode="single-row",
        on_select=lambda: _choose(names),
        column_config=_COLUMNS,
        alt="People with limits of their own and what they used",
    )


def person_to_change(actor: Actor) -> None:
    """A field for a name, kept in the address, and that person's limits."""
    if session().arrived:
        st.session_state[_PERSON] = st.query_params.get(_ADDRESS, "")
    name = st.text_input(
        "Limits of one person", key=_PERSON, placeholder="username", max_chars=64, width=400
    )
    st.query_params.from_dict({_ADDRESS: name} if name else {})
    if name:
        with shown():
            limits_named(actor, name)


def _choose(names: Sequence[str]) -> None:
    rows = st.session_state[_TABLE].selection.rows
    st.session_state[_PERSON] = names[rows[0]] if rows else ""


def _cells(person: PersonLimits, use: TaskUse) -> dict[str, object]:
    return {
        "Name": person.username,
        "Role": str(person.role),
        "Task": str(use.task),
        "A minute": use.quota.per_minute,
        "A day": use.quota.per_day,
        "At a time": use.quota.streams,
        "Used today": use.amount,
    }


_COLUMNS = {
    "A minute": st.column_config.NumberColumn(format="localized", help="Requests"),
    "A day": st.column_config.NumberColumn(
        format="localized", help="Pictures of a detection, tokens of a generation"
    ),
    "At a time": st.column_config.NumberColumn(
        format="localized", help="Texts that are being written; detections are not counted so"
    ),
    "Used today": st.column_config.NumberColumn(
        format="localized", help="Of the limit of the day, in UTC"
    ),
}
