"""What the process was built with and told to do."""

import streamlit as st

from core.system.types import About


def system_about(about: About) -> None:
    with st.expander("Versions", icon=":material/deployed_code:"):
        st.table(
            [{"": each.name, "version": each.version} for each in about.versions],
            border="horizontal",
            hide_index=True,
            hide_header=True,
        )
    with st.expander("Settings in effect", icon=":material/tune:"):
        st.caption("From the environment or the secrets file, read when the process started.")
        st.dataframe(
            [
                {"Setting": each.name, "Value": each.value, "From": _source(given=each.given)}
                for each in about.settings
            ],
            hide_index=True,
            column_config={
                "Setting": st.column_config.TextColumn(width=280),
                "Value": st.column_config.TextColumn(
                    width=420, help="Of a secret, whether it is set"
                ),
                "From": st.column_config.TextColumn(width=100),
            },
            alt="Every setting with its value, and whether it is the default",
        )


def _source(*, given: bool) -> str:
    return "set" if given else "default"
