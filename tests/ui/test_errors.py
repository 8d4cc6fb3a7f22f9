"""What people see when something goes wrong."""

import json
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from tests.conftest import captured_logs


def expected() -> None:
    import streamlit as st

    from core.errors import Invalid
    from core.trace import trace
    from ui.errors import shown

    with trace("abc123"), shown():
        raise Invalid("The *value* is 3; it must be 1 or 2.")
    st.write("after")


def unexpected() -> None:
    import streamlit as st

    from core.trace import trace
    from ui.errors import shown

    with trace("abc123"), shown(stop=True):
        dict[str, int]()["internal detail"]
    st.write("after")


def uncaught() -> None:
    from core.trace import trace
    from ui.errors import on_script_error

    with trace("abc123"):
        assert on_script_error(KeyError("internal detail"))


def rerun_inside() -> None:
    import streamlit as st

    from ui.errors import shown

    with shown(stop=True):
        if "again" not in st.session_state:
            st.session_state["again"] = True
            st.rerun()
    st.write("after")


def test_refusal_is_shown_word_for_word_with_its_reference_and_the_page_goes_on() -> None:
    app = AppTest.from_function(expected).run()
    assert r"The \*value\* is 3; it must be 1 or 2." in app.error[0].value
    assert "abc123" in app.error[0].value
    assert app.markdown[0].value == "after"


def test_bug_shows_a_reference_but_no_detail_and_the_page_ends() -> None:
    app = AppTest.from_function(unexpected).run()
    assert "abc123" in app.error[0].value
    assert "internal detail" not in app.error[0].value
    assert not app.exception
    assert not app.markdown


def test_reruns_are_not_taken_for_errors() -> None:
    app = AppTest.from_function(rerun_inside).run()
    assert not app.error
    assert app.markdown[0].value == "after"


@pytest.mark.parametrize("script", [unexpected, uncaught])
def test_the_reference_that_is_shown_is_the_trace_id_in_the_log(script: Callable[[], None]) -> None:
    with captured_logs("info") as logged:
        app = AppTest.from_function(script).run()
    (line,) = [json.loads(line) for line in logged.getvalue().splitlines() if "abc123" in line]
    assert (line["event"], line["trace_id"]) == ("unexpected_error", "abc123")
    assert "Reference `abc123`" in app.error[0].value
    assert "internal detail" not in app.error[0].value + logged.getvalue()
