"""The one workbench of this process, shared by every page and every API route."""

import streamlit as st

from core.config import load_settings
from core.workbench import Workbench, open_workbench


@st.cache_resource(show_spinner=False, on_release=Workbench.close)
def workbench() -> Workbench:
    """Opened by whoever asks first; Streamlit's cache holds a lock meanwhile."""
    return open_workbench(load_settings())
