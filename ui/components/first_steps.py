"""What a new installation still needs; gone once it is done."""

import streamlit as st

from core.accounts.people_types import PeopleFilter
from core.accounts.types import UserState
from core.permissions import Actor
from core.runs.types import Task
from ui.errors import shown
from ui.navigation import spec
from ui.resources import workbench


def first_steps(actor: Actor) -> None:
    """The checklist of an administrator, as long as a step is open."""
    with shown():
        bench = workbench()
        people = sum(
            bench.accounts.find_users(actor, PeopleFilter(state=state), limit=1).total
            for state in (UserState.ACTIVE, UserState.TEMPORARY)
        )
        steps = (
            ("Change your password", "account", bench.accounts.has_changed_password(actor)),
            ("Add an analyst", "users", people > 1),
            (
                "Try a detection",
                "detection",
                bool(bench.runs.recent(actor, Task.DETECTION, limit=1)),
            ),
        )
        if all(done for _, _, done in steps):
            return
        with st.container(border=True):
            st.subheader("First steps")
            for label, url_path, done in steps:
                _step(label, url_path, done)


def _step(label: str, url_path: str, done: bool) -> None:
    icon = ":material/check_circle:" if done else ":material/radio_button_unchecked:"
    text = f"{label} (done)" if done else label
    st.page_link(spec(url_path).page(), label=text, icon=icon)
