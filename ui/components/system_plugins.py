"""The plugins that were found, and why some of them cannot be used."""

from collections.abc import Sequence

import streamlit as st

from core.plugins.types import Group, Listed
from ui.text import facts, plain

_KINDS = {Group.EXPORTERS: "exporter", Group.POSTPROCESSORS: "post-processor"}


def system_plugins(plugins: Sequence[Listed]) -> None:
    """Ours are always among them."""
    st.subheader("Plugins")
    for each in plugins:
        state = ":green-badge[in use]" if each.usable else ":red-badge[not usable]"
        about = facts(
            _KINDS[each.group],
            plain(each.title),
            f"of {', '.join(each.takes)}" if each.takes else "",
            plain(each.package),
        )
        st.markdown(f"**{plain(each.name)}** {state}  \n:small[{about}]")
        if each.why:
            st.caption(plain(each.why))
