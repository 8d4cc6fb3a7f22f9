"""One entry: all that is known of it, what changed, and the ways from it to others."""

from uuid import UUID

import streamlit as st

from core.audit.reading import difference
from core.audit.types import AuditEntry, AuditFilter, Target
from core.audit.words import in_words, who
from core.permissions import Actor
from ui.components.audit_view import View, show
from ui.components.audit_words import FACE_WORDS, TARGET_WORDS, fact_words, said
from ui.navigation import spec
from ui.resources import workbench
from ui.text import facts, plain, shortened

_CHARS = 400


def audit_detail(actor: Actor, view: View, entry_id: UUID) -> None:
    """Raises `NotFound`."""
    entry = workbench().audit.get(actor, entry_id)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(plain(in_words(entry)), width="stretch")
        st.button(
            "Close",
            key="audit-close",
            icon=":material/close:",
            on_click=show,
            args=(View(view.filter, view.cursor, view.first),),
        )
    role = f"as {entry.role}" if entry.role else ""
    st.markdown(
        facts(
            f"{entry.at:%Y-%m-%d %H:%M:%S} UTC",
            f"**{plain(who(entry))}**",
            role,
            f"through {FACE_WORDS[entry.face]}",
            f"from {plain(entry.address)}" if entry.address else "",
        )
    )
    _changes(entry)
    _others(entry)
    _origin(entry)


def _changes(entry: AuditEntry) -> None:
    changes = difference(entry)
    if not changes:
        st.caption("Nothing else was noted of it.")
        return
    columns = ("Before", "After") if entry.before else ("After",)
    values = {"Before": "before", "After": "after"}
    st.table(
        [
            {"": plain(fact_words(each.name))}
            | {
                column: plain(shortened(said(getattr(each, values[column]), entry.names), _CHARS))
                for column in columns
            }
            for each in changes
        ],
        hide_index=True,
    )


def _others(entry: AuditEntry) -> None:
    """Each of them filters the whole log anew."""
    with st.container(horizontal=True):
        if entry.actor:
            _filter("by", f"All by {entry.actor}", AuditFilter(by=entry.actor))
        if entry.target:
            _filter("to", f"All done to {entry.target}", AuditFilter(to=entry.target))
        elif entry.target_kind in set(Target) and entry.target_id:
            kind = Target(str(entry.target_kind))
            same = AuditFilter(kind=kind, id=entry.target_id)
            _filter("same", f"All of this {TARGET_WORDS[kind]}", same)
        if entry.address:
            _filter("address", f"All from {entry.address}", AuditFilter(address=entry.address))
        _filter("trace", "All of this request", AuditFilter(trace=entry.trace_id))
        if entry.target_kind == Target.FEEDBACK and entry.target_id:
            st.page_link(
                spec("feedback").page(),
                label="Open the rating",
                icon=":material/reviews:",
                query_params={"row": entry.target_id},
            )


def _filter(name: str, label: str, filter: AuditFilter) -> None:
    st.button(
        plain(label),
        key=f"audit-all-{name}",
        icon=":material/filter_alt:",
        on_click=show,
        args=(View(filter),),
    )


def _origin(entry: AuditEntry) -> None:
    known = {
        "Trace id, as in the log": entry.trace_id,
        "Kind of thing": TARGET_WORDS.get(entry.target_kind or "", entry.target_kind),
        "Id of the thing": entry.target_id,
        "Sign-in": entry.session_id,
        "API key": entry.key_id,
        "Entry": entry.id,
    }
    lines = (f"{label}: `{str(value).replace('`', '')}`" for label, value in known.items() if value)
    st.caption("  \n".join(lines))
