"""The cuts that are set, each of which can be taken away; and the last change, to be undone."""

import streamlit as st

from core.permissions import Actor, Permission
from core.quality.types import PhraseDefault
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench
from ui.session import CutChange, session
from ui.text import ago, plain


def defaults(actor: Actor) -> None:
    """Every cut that is set."""
    known = workbench().quality.defaults(actor)
    st.subheader("Cuts in force")
    if not known:
        st.caption(
            "None: boxes of every phrase are shown from their model's own score on. The advice on "
            "a phrase sets one."
        )
    for each in known:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                f"“{plain(each.phrase)}” by {plain(each.model)} from **{each.threshold:.2f}**",
                width="content",
            )
            st.caption(
                f"for {each.precision:.0%}, from {each.verdicts:,} verdicts, by "
                f"{plain(each.set_by)} {ago(each.set_at)}",
                width="content",
            )
            st.button(
                "Remove",
                key=f"quality-remove-{each.model}-{each.phrase}",
                type="tertiary",
                on_click=_put,
                args=(each.model, each.phrase, None),
            )


def undo_line() -> None:
    """What was changed last in this tab, with the way back; nothing where nothing was."""
    change = session().cut_change
    if change is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"The default of “{plain(change.phrase)}” is changed.", width="content")
        st.button(
            "Undo",
            key="quality-undo",
            icon=":material/undo:",
            on_click=_put,
            args=(change.model, change.phrase, change.before),
        )


def keep_undo(model: str, phrase: str, before: PhraseDefault | None) -> None:
    session().cut_change = CutChange(model, phrase, before)


def _put(model: str, phrase: str, wanted: PhraseDefault | None) -> None:
    actor = require(Permission.REVIEW)
    with shown():
        was = workbench().quality.restore(actor, model, phrase, wanted)
        keep_undo(model, phrase, was)
