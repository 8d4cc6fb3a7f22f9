"""The way to the identity provider, over the form for passwords."""

import shlex

import streamlit as st

from ui.resources import workbench
from ui.session import session
from ui.text import plain
from ui.way_back import PROBLEM

_PROBLEMS = {
    "away": "{name} does not answer; try again in a moment, or sign in with a password.",
    "failed": "The sign-in at {name} did not succeed; try again, and tell an administrator if it "
    "happens twice.",
}


def hear_problem() -> None:
    """Say on this page, once, what went wrong on the last way to the provider and back."""
    said = _PROBLEMS.get(st.query_params.pop(PROBLEM, ""))
    if said is not None:
        session().notice = said.format(name=workbench().settings.oidc_name)


def sign_on_button() -> None:
    """Under what is said of the last attempt."""
    unknown = session().unknown_identity
    if unknown is not None:
        issuer, subject = map(shlex.quote, unknown)
        st.code(
            f"users link NAME --issuer {issuer} --subject {subject}", language=None, wrap_lines=True
        )
    name = workbench().settings.oidc_name
    st.button(
        f"Sign in with {plain(name)}",
        key="sign_on",
        type="primary",
        icon=":material/login:",
        width="stretch",
        on_click=st.login,
    )
    st.caption("or with a password", text_alignment="center")
