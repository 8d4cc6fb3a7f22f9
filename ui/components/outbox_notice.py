"""For reviewers: ratings that this server keeps because the database could not take them."""

from collections.abc import Callable
from uuid import UUID

import streamlit as st

from core.feedback.types import Waiting
from core.permissions import Actor, Permission
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench
from ui.text import ago, facts, plain, shortened

_COMMENT_CHARS = 200


def outbox_notice() -> None:
    """One quiet line, and those that were refused; nothing where nothing is kept."""
    actor = require(Permission.REVIEW)
    with shown():
        count, refused = workbench().waiting.count(actor), workbench().waiting.refused(actor)
        if count:
            noun = "rating waits" if count == 1 else "ratings wait"
            st.caption(f"{count:,} {noun} on this server, to be sent to the database.")
        if refused:
            _list(refused)


def _list(refused: tuple[Waiting, ...]) -> None:
    some = "1 rating was" if len(refused) == 1 else f"{len(refused)} ratings were"
    label = f"{some} given while the database was away, and could not be stored since"
    with st.expander(label, icon=":material/inbox:"):
        for entry in refused:
            _row(entry)


def _row(entry: Waiting) -> None:
    said = entry.said
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        with st.container():
            st.markdown(
                facts(f"**{said.rating} of 5** by {plain(entry.username)}", f"said {ago(entry.at)}")
                + f"  \n{plain(entry.refusal or '')}"
            )
            if said.comment:
                st.text(shortened(said.comment, _COMMENT_CHARS))
            st.caption(facts(*map(plain, said.tags), f"run `{said.run_id}`"))
        st.button(
            "Try again",
            key=f"outbox-again-{entry.id}",
            on_click=_settle,
            args=(workbench().waiting.try_again, entry.id),
        )
        with st.popover("Discard"):
            st.write("What was said is lost then, and cannot be brought back.")
            st.button(
                "Discard this rating",
                key=f"outbox-discard-{entry.id}",
                type="primary",
                on_click=_settle,
                args=(workbench().waiting.discard, entry.id),
            )


def _settle(settle: Callable[[Actor, UUID], object], id: UUID) -> None:
    actor = require(Permission.REVIEW)
    with shown():
        settle(actor, id)
