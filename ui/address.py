"""The run in the address: `?run=<id>` is the view, and reload, back and forward keep to it."""

from uuid import UUID

import streamlit as st

from core.errors import Invalid

_RUN = "run"


def run_in_address() -> UUID | None:
    """The run that the address names. Raises `Invalid` where it is no run id."""
    named = st.query_params.get(_RUN)
    try:
        return UUID(named) if named else None
    except ValueError as error:
        raise Invalid("The address does not name a run; check it, or start a new run.") from error


def show_in_address(run_id: UUID | None) -> None:
    """Let the address name `run_id` and nothing else, or nothing at all."""
    wanted = {} if run_id is None else {_RUN: str(run_id)}
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)
