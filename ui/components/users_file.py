"""Adding many people from a CSV file: looked through first, then all of them or nobody."""

import streamlit as st

from core.accounts.list_file import MAX_PEOPLE, passwords_file
from core.accounts.people_types import CheckedList
from core.permissions import Actor, Permission, Role
from ui.components.users_view import View, show_in_address
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench
from ui.session import session
from ui.text import plain

_UPLOAD = "users-file"
_HEIGHT, _MANY = 360, 6


def users_file(actor: Actor, view: View) -> None:
    with st.container(border=True):
        st.subheader("Add users from a file", anchor=False)
        st.caption(
            f"A CSV file with a username and a role ({', '.join(Role)}) on each line, up to "
            f"{MAX_PEOPLE:,}; a first line “username,role” may be there. Each gets a temporary "
            "password, which must be changed at the first sign-in."
        )
        chosen = st.file_uploader("CSV file", type=["csv", "txt"], key=_UPLOAD)
        if chosen is None:
            return
        content = chosen.getvalue()
        with shown():
            checked = workbench().accounts.check_list(actor, content)
            if checked.problems:
                _problems(checked)
            else:
                _add(view, content, checked)


def new_passwords() -> None:
    """The temporary passwords of those just added, until they are said to be saved."""
    new = session().new_people
    if not new:
        return
    with st.container(border=True):
        noun = "user is" if len(new) == 1 else "users are"
        st.markdown(f"**{len(new):,} {noun} added**")
        st.caption(
            "Their temporary passwords are in this file, offered only here and only now, and kept "
            "nowhere in clear. Pass each on to whom it belongs."
        )
        with st.container(horizontal=True):
            st.download_button(
                "Download passwords",
                passwords_file(new),
                "glimpse-passwords.csv",
                "text/csv",
                key="users-passwords",
                type="primary",
                icon=":material/download:",
                on_click="ignore",
            )
            st.button("I have saved them", key="users-saved", on_click=_saved)


def _problems(checked: CheckedList) -> None:
    count = len(checked.problems)
    verb = "line cannot" if count == 1 else "lines cannot"
    good = len(checked.newcomers)
    st.warning(
        f"{count:,} {verb} be used, so nobody is added yet; {good:,} would do. Mend the file and "
        "choose it again.",
        icon=":material/rule:",
    )
    with st.container(height=_HEIGHT if count > _MANY else "content"):
        st.table(
            [
                {
                    "Line": each.line,
                    "Username": plain(each.username),
                    "What is wrong": plain(each.reason),
                }
                for each in checked.problems
            ],
            hide_index=True,
        )


def _add(view: View, content: bytes, checked: CheckedList) -> None:
    roles = [newcomer.role for _, newcomer in checked.newcomers]
    counts = ", ".join(f"{roles.count(role):,} {role}" for role in Role if role in roles)
    count = len(roles)
    noun = "user" if count == 1 else "users"
    st.caption(f"{count:,} new {noun}: {counts}. Nobody is added yet.")
    if not st.button(f"Add {count:,} {noun}", key="users-add-file", type="primary"):
        return
    actor = require(Permission.MANAGE_USERS)
    bar = st.progress(0.0, "Hashing passwords; leave this page open.")
    session().new_people = workbench().accounts.add_list(
        actor, content, lambda done, all: bar.progress(done / all, f"{done:,} of {all:,}")
    )
    show_in_address(view.beside())
    st.rerun()


def _saved() -> None:
    require(Permission.MANAGE_USERS)
    session().new_people = ()
