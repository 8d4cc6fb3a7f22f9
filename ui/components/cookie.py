"""Fetches the browser's HttpOnly cookie: only an HTTP answer can set one, a page cannot."""

import streamlit as st

from ui.session import session

_JS = """
export default function ({ data, setStateValue }) {
  const ticket = data && data.ticket;
  if (!ticket || window.__glimpseTicket === ticket) return;
  window.__glimpseTicket = ticket;
  fetch(new URL("auth/cookie", document.baseURI), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    credentials: "same-origin",
    keepalive: true,
    body: JSON.stringify({ ticket }),
  })
    .then((answer) => answer.ok || setStateValue("problem", `answer ${answer.status}`))
    .catch(() => setStateValue("problem", "no answer"));
}
"""

_mount = st.components.v2.component("glimpse_cookie", js=_JS)


def _ignore() -> None:
    """A state needs a callback to be reported; the value is read where it is mounted."""


def cookie_keeper() -> None:
    """Mount once a run, and on every run: the ticket may be waiting since the last one."""
    result = _mount(
        key="cookie_keeper",
        data={"ticket": session().cookie_ticket},
        default={"problem": None},
        on_problem_change=_ignore,
    )
    if result.problem:
        st.caption(
            f":material/warning: This browser did not keep the sign-in ({result.problem}): "
            "reloading the page will ask for it again."
        )
