"""The plugins that were found, those that cannot be used among them."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import streamlit as st

from core.plugins.types import Group, Listed

_GROUPS: Mapping[Group, str] = MappingProxyType(
    {Group.EXPORTERS: "exporter", Group.POSTPROCESSORS: "post-processor"}
)


def system_plugins(plugins: Sequence[Listed]) -> None:
    unusable = sum(not each.usable for each in plugins)
    label = f"Plugins: {unusable:,} cannot be used" if unusable else "Plugins"
    with st.expander(label, icon=":material/extension:"):
        if not plugins:
            st.caption("None are installed; docs/plugins.md says how to add some.")
            return
        st.dataframe(
            [_cells(each) for each in plugins],
            hide_index=True,
            column_config={
                "Plugin": st.column_config.TextColumn(width=160),
                "What": st.column_config.TextColumn(width=330),
                "From": st.column_config.TextColumn(
                    width=180, help="The package it comes from, with its version"
                ),
                "State": st.column_config.TextColumn(width=360),
            },
            alt="The plugins that were found, with what keeps some from being used",
        )


def _cells(plugin: Listed) -> dict[str, str]:
    takes = f" of {', '.join(plugin.takes)}" if plugin.takes else ""
    return {
        "Plugin": plugin.title or plugin.name,
        "What": _GROUPS[plugin.group] + takes,
        "From": plugin.package,
        "State": plugin.why or "ready",
    }
