"""Browser components of our own, each a folder-mate trio `name.html`, `name.css`, `name.js`."""

from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

_FOLDER = Path(__file__).parent


def component(name: str, *scripts: str) -> ComponentRenderer:
    """Register `name` from the files beside this module; to be called once, at import.

    `scripts` are files without their `.js` that stand before `name.js` in one module.
    """
    js = "\n".join(read(f"{script}.js") for script in (*scripts, name))
    return st.components.v2.component(
        f"glimpse_{name}", html=read(f"{name}.html"), css=read(f"{name}.css"), js=js
    )


def read(file: str) -> str:
    """The text of a file beside this module."""
    return (_FOLDER / file).read_text("utf-8")


def api_url(path: str) -> str:
    """`path` under `/api/v1/`, absolute on this origin, also where the app has a base path."""
    base = str(st.get_option("server.baseUrlPath")).strip("/")
    return f"{'/' + base if base else ''}/api/v1/{path}"
