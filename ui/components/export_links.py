"""Files that plugins make, beside those that the product makes itself."""

from collections.abc import Callable

import streamlit as st

from core.permissions import Actor, Permission
from core.plugins.types import Takes
from core.runs.types import RunStatus
from ui.components.bundle import api_url
from ui.resources import workbench
from ui.text import plain

_ICON = ":material/picture_as_pdf:"
_ANY_ICON = ":material/draft:"


def export_links(takes: Takes, address: Callable[[str], str]) -> None:
    """A link for each exporter that makes files of such things; `address` says where, by name."""
    for each in workbench().plugins.exporters(takes):
        st.link_button(
            plain(each.title),
            address(each.name),
            icon=_ICON if each.name == "pdf" else _ANY_ICON,
            width="stretch",
        )


def text_downloads(actor: Actor, run_id: object, status: RunStatus) -> None:
    """The menu of a generation that has ended; nothing for those who may not take files away."""
    if not actor.may(Permission.EXPORT_OWN) or status is RunStatus.RUNNING:
        return
    if not workbench().plugins.exporters(Takes.GENERATION):
        return
    with st.popover("Download", icon=":material/download:"):
        export_links(Takes.GENERATION, lambda name: run_export(run_id, name))


def run_export(run_id: object, kind: str) -> str:
    """Where a run's file of that kind is."""
    return api_url(f"runs/{run_id}/export?format={kind}")
