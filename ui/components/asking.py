"""A step that hurts is asked about first, in a dialog that says whom it hurts and how."""

import streamlit as st

from ui.errors import shown
from ui.session import Question, session


def ask(question: Question) -> None:
    """Callback: put the question; the page shows it through `open_question`."""
    session().question = question


def open_question() -> None:
    """Show the question that was put on this page, until it is answered or let go."""
    if session().arrived:
        session().question = None
    question = session().question
    if question is not None:
        st.dialog(question.title, on_dismiss=_let_go)(_body)(question)


def _body(question: Question) -> None:
    st.write(question.words)
    with st.container(horizontal=True):
        if st.button(question.label, key="asking-yes", type="primary"):
            with shown():
                question.act()
                _let_go()
                st.rerun()
        if st.button("Cancel", key="asking-no"):
            _let_go()
            st.rerun()


def _let_go() -> None:
    session().question = None
