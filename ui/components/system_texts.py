"""The texts being written at the moment, whoever asked for them."""

from collections.abc import Sequence
from uuid import UUID

import streamlit as st

from core.clock import now
from core.permissions import Permission
from core.system.types import Text
from ui.components.audit_words import FACE_WORDS
from ui.components.system_words import count
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench
from ui.text import facts, lasted, plain


def system_texts(texts: Sequence[Text]) -> None:
    st.subheader("Texts being written")
    if not texts:
        st.caption("None at the moment. What people have written appears here while it is.")
    for text in texts:
        _row(text)


def _row(text: Text) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        how_far = f"{text.tokens:,} of at most {count(text.most_tokens, 'token')}"
        st.markdown(
            facts(
                f"**{plain(text.username)}**",
                plain(text.model),
                f"through {FACE_WORDS[text.face]}",
                f"for {lasted((now() - text.began_at).total_seconds())}",
                how_far if not text.position else f"waits as number {text.position}",
            )
        )
        st.button(
            "Stop",
            key=f"system-stop-{text.run_id}",
            icon=":material/stop_circle:",
            help="It ends at once; what was written is kept. This is noted in the audit log.",
            on_click=_stop,
            args=(text.run_id,),
        )


def _stop(run_id: UUID) -> None:
    actor = require(Permission.MANAGE_SYSTEM)
    with shown():
        workbench().system.stop_text(actor, run_id)
