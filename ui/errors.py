"""The one place where the UI turns errors into words."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Literal, overload

import streamlit as st
import structlog

from core.errors import GlimpseError
from core.limits.words import QuotaReached
from core.trace import current_trace_id, trace
from ui.text import plain
from ui.zone import zone

log = structlog.get_logger()

_UNEXPECTED = (
    "Something went wrong on our side; try again, and give the reference to an administrator "
    "if it happens twice."
)


@overload
def shown(*, stop: Literal[True]) -> AbstractContextManager[None, None]: ...
@overload
def shown(*, stop: Literal[False] = False) -> AbstractContextManager[None, bool]: ...
def shown(*, stop: bool = False) -> AbstractContextManager[None, bool | None]:
    """Show what goes wrong inside the block, with the trace id as reference.

    With `stop` the page ends there; otherwise it goes on after the block, so names bound inside
    it may be missing.
    """
    return _shown(stop)


@contextmanager
def _shown(stop: bool) -> Iterator[None]:
    with trace(current_trace_id()) as reference:
        try:
            yield
        except Exception as error:  # noqa: BLE001 - logged and shown by _say
            _say(error, reference)
            if stop:
                st.stop()


def on_script_error(error: Exception) -> bool:
    """For what no `shown` caught: a widget's callback, or a fragment run by itself."""
    _say(error, current_trace_id())
    return True


def _say(error: Exception, reference: str) -> None:
    if isinstance(error, GlimpseError):
        log.info("refused", code=error.code, trace_id=reference)
        message = error.message
        if isinstance(error, QuotaReached):
            message = error.message_in(zone())
    else:
        log.error("unexpected_error", trace_id=reference, exc_info=error)
        message = _UNEXPECTED
    st.error(f"{plain(message)}\n\n:small[Reference `{reference}`]", icon=":material/error:")
