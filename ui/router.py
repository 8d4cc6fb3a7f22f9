"""The script behind every page: who is it, what may they see. A page still guards itself."""

from base64 import b64encode
from collections.abc import Callable
from functools import cache
from pathlib import Path

import streamlit as st

from core.permissions import Actor
from core.trace import trace
from ui.auth import sign_in_form, signed_in
from ui.components.cookie import cookie_keeper
from ui.components.notice_banner import notice_banner
from ui.components.password_form import password_form
from ui.components.sidebar import sidebar
from ui.components.sign_on_button import hear_problem, sign_on_button
from ui.errors import shown
from ui.navigation import PAGES, ROOT, PageSpec
from ui.resources import workbench
from ui.session import session
from ui.text import plain

ASSETS = ROOT / "ui" / "assets"
_SIDEBAR_WIDTH = 220
_FORM_WIDTH = 400


def run() -> None:
    with trace(), shown():
        st.set_page_config(
            page_title="Glimpse",
            page_icon=_drawing("favicon"),
            layout="wide",
            initial_sidebar_state=_SIDEBAR_WIDTH,
        )
        st.logo(_drawing("wordmark"), icon_image=_drawing("favicon"), size="large")
        notice_banner()
        with shown(stop=True):
            actor = signed_in()
        if actor is None:
            page = _same_everywhere("Sign in", _sign_in)
        elif actor.must_change_password:
            page = _same_everywhere("Choose a password", _first_password)
            sidebar(actor)
        else:
            page = _menu(actor)
            sidebar(actor)
        st.set_page_config(page_title=f"{page.title} · Glimpse")
        session().visit(page.title)
        page.run()


@cache
def _drawing(name: str) -> str:
    """As an address that holds it; a file would be opened and read again for each run."""
    drawn = b64encode((ASSETS / f"{name}.svg").read_bytes()).decode()
    return f"data:image/svg+xml;base64,{drawn}"


def _menu(actor: Actor) -> st.Page:
    """Pages the actor may open; the other paths say why not, instead of leading elsewhere."""
    sections: dict[str, list[st.Page]] = {}
    for spec in PAGES:
        page = spec.page() if spec.allowed_to(actor) else _at(spec, spec.title, _refused(spec))
        sections.setdefault(spec.section, []).append(page)
    sections[PAGES[0].section].append(_by_name(PAGES[0].title, PAGES[0].script))
    return st.navigation(sections, expanded=True)


def _same_everywhere(title: str, show: Callable[[], None]) -> st.Page:
    """One page under every path, so that the path is still there afterwards."""
    everywhere = [_at(spec, title, show) for spec in PAGES]
    return st.navigation([*everywhere, _by_name(title, show)], position="hidden")


def _by_name(title: str, script: Path | Callable[[], None]) -> st.Page:
    """The start page under its own name too: Streamlit serves a default page at the root only."""
    return st.Page(script, title=title, url_path=PAGES[0].url_path, visibility="hidden")


def _at(spec: PageSpec, title: str, show: Callable[[], None]) -> st.Page:
    return st.Page(
        show, title=title, url_path=spec.served_at, default=spec.default, visibility="hidden"
    )


def _sign_in() -> None:
    with st.container(horizontal_alignment="center"), st.container(width=_FORM_WIDTH):
        st.space("large")
        st.image(_drawing("wordmark"), width=220)
        single_sign_on = workbench().settings.single_sign_on
        if single_sign_on:
            hear_problem()
        if session().notice:
            st.info(plain(session().notice or ""))
        if single_sign_on:
            sign_on_button()
        sign_in_form(primary=not single_sign_on)
        st.caption("No account, or the password forgotten? An administrator can help.")
        cookie_keeper()


def _first_password() -> None:
    with st.container(horizontal_alignment="center"), st.container(width=_FORM_WIDTH):
        st.header("Choose a password of your own")
        st.write("The one you signed in with was temporary.")
        password_form()


def _refused(spec: PageSpec) -> Callable[[], None]:
    def show() -> None:
        st.header(spec.title)
        st.warning(
            "This page is not allowed for your role; an administrator can change that.",
            icon=":material/lock:",
        )
        st.page_link(PAGES[0].page(), label="To the home page")

    return show


run()
