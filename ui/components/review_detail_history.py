"""What happened to a rating, from the first word on."""

from collections.abc import Mapping
from uuid import UUID

import streamlit as st

from core.feedback.types import Action, Happening
from core.permissions import Actor
from core.review.types import RowDetail
from ui.components.review_words import FIELD_WORDS, said
from ui.resources import workbench
from ui.text import plain, shortened

_WORDS = {
    Action.RATED: "rated it",
    Action.CHANGED: "changed the rating",
    Action.WITHDRAWN: "withdrew it",
    Action.REVIEWED: "reviewed it",
}
_QUIET = ("answered_at", "reviewer_id", "created_at")
_CHARS = 120


def history(actor: Actor, detail: RowDetail) -> None:
    """Newest last, with who changed what."""
    happened = workbench().feedback.history(actor, detail.row.feedback.id)
    if not happened:
        return
    times = "once" if len(happened) == 1 else f"{len(happened)} times"
    with st.expander(f"History: changed {times}", icon=":material/history:"):
        names = _names(actor, happened)
        for each in happened:
            st.markdown(
                f"{each.at:%Y-%m-%d %H:%M} **{plain(each.actor or 'somebody')}** "
                f"{_WORDS[each.action]}"
            )
            for field in {**each.before, **each.after}:
                if field not in _QUIET:
                    st.caption(_change(each, field, names))


def _change(each: Happening, field: str, names: Mapping[str, str]) -> str:
    def words(fields: Mapping[str, object]) -> str:
        value = fields.get(field)
        if field == "assignee_id" and value:
            value = names.get(str(value), str(value))
        return plain(shortened(said(field, value), _CHARS))

    name = FIELD_WORDS.get(field, field)
    if each.action is Action.RATED:
        return f"{name}: {words(each.after)}"
    if each.action is Action.WITHDRAWN:
        return f"{name}: {words(each.before)}"
    return f"{name}: {words(each.before)} → {words(each.after)}"


def _names(actor: Actor, happened: tuple[Happening, ...]) -> Mapping[str, str]:
    ids = {
        str(fields["assignee_id"])
        for each in happened
        for fields in (each.before, each.after)
        if fields.get("assignee_id")
    }
    return {str(id): name for id, name in workbench().triage.names(actor, map(UUID, ids)).items()}
