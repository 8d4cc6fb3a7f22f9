"""The list of people; a row chosen in it is the one to change."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from core.accounts.types import UserInfo
from ui.text import ago

CHOSEN = "users_chosen"
_TABLE = "users_table"


def users_table(people: Sequence[UserInfo]) -> None:
    names = [user.username for user in people]
    st.dataframe(
        [
            {
                "Name": user.username,
                "Role": str(user.role),
                "State": state_of(user),
                "Last seen": ago(user.last_seen_at),
                "Since": user.created_at,
            }
            for user in people
        ],
        key=_TABLE,
        hide_index=True,
        selection_mode="single-row",
        on_select=partial(_choose, names),
        column_config={"Since": st.column_config.DateColumn(format="YYYY-MM-DD")},
        alt="Users with role and state",
    )
    noun = "user" if len(people) == 1 else "users"
    st.caption(f"{len(people)} {noun}. Tick a row to change that user.")


def state_of(user: UserInfo) -> str:
    if not user.active:
        return "demo" if user.demo else "disabled"
    return "temporary password" if user.must_change_password else "active"


def _choose(names: Sequence[str]) -> None:
    rows = st.session_state[_TABLE].selection.rows
    st.session_state[CHOSEN] = names[rows[0]] if rows else None
