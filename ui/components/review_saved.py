"""Saved views: opened from a menu, kept, renamed, shared and deleted there."""

from functools import partial

import streamlit as st

from core.permissions import Actor, Permission
from core.review.saved_views import MAX_NAME_CHARS, SavedView
from ui.components.review_period import PRESETS, preset_of
from ui.components.review_view import View, show_in_address
from ui.errors import shown
from ui.guard import require
from ui.navigation import spec
from ui.resources import workbench
from ui.session import session
from ui.text import plain, shortened

_KEY = "review-views"
_NAME_CHARS = 40
_HEIGHT, _MANY = 300, 6


def views_menu(actor: Actor, view: View) -> None:
    """Made only while it is open; beside it stands which saved view is shown."""
    if view.saved and not view.changed:
        st.badge(plain(shortened(view.saved.name, _NAME_CHARS)), icon=":material/bookmark:")
    popover = st.popover("Views", icon=":material/bookmark:", key=_KEY, on_change="rerun")
    if not popover.open:
        return
    with popover:
        with shown():
            found = workbench().views.visible(actor)
            with st.container(height=_HEIGHT if len(found) > _MANY else "content", gap=None):
                for saved in found:
                    _line(saved)
            if not found:
                st.caption("No saved views yet: set filters, then save them here under a name.")
        _undo()
        _save(view)


def _line(saved: SavedView) -> None:
    if saved.own and session().renamed_view == saved.id:
        st.text_input(
            "New name",
            saved.name,
            key=f"{_KEY}-name-{saved.id}",
            max_chars=MAX_NAME_CHARS,
            on_change=_rename,
            args=(saved,),
        )
        return
    with st.container(horizontal=True, horizontal_alignment="distribute", gap="small"):
        about = [] if saved.own else [f"by {saved.owner}"]
        about += ["shared"] if saved.own and saved.shared else []
        st.page_link(
            spec("feedback").page(),
            label=plain(shortened(saved.name, _NAME_CHARS))
            + "".join(f" :gray-badge[{plain(each)}]" for each in about),
            query_params={"view": str(saved.id)},
            width="stretch",
        )
        if saved.own:
            _manage(saved)


def _manage(saved: SavedView) -> None:
    share = "Keep to myself" if saved.shared else "Share"
    acts = {"Rename": _start_renaming, share: _share, "Delete": _delete}
    key = f"{_KEY}-manage-{saved.id}"

    def chosen() -> None:
        act = acts.get(st.session_state[key] or "")
        if act is not None:
            act(saved)

    st.menu_button(
        "",
        list(acts),
        key=key,
        icon=":material/more_horiz:",
        type="tertiary",
        help=f"Rename, share or delete “{plain(saved.name)}”",
        on_click=chosen,
    )


def _save(view: View) -> None:
    st.divider()
    preset = preset_of(view.filter, st.session_state.get("review-preset"))
    with st.form(f"{_KEY}-form", clear_on_submit=True, border=False):
        st.text_input(
            "Save what is shown as",
            key=f"{_KEY}-name",
            max_chars=MAX_NAME_CHARS,
            placeholder="a name",
            help="Filters, order and columns.",
        )
        if preset in PRESETS:
            st.checkbox(
                f"The period stays “{preset}”",
                True,
                key=f"{_KEY}-moving",
                help="It moves with today; otherwise the days stay as they are now.",
            )
        st.checkbox("Shared with all reviewers", key=f"{_KEY}-shared")
        st.checkbox("In the place of my view of that name", key=f"{_KEY}-replacing")
        st.form_submit_button("Save view", on_click=partial(_saved, view, preset))


def _saved(view: View, preset: str) -> None:
    actor = require(Permission.REVIEW)
    moving = st.session_state.get(f"{_KEY}-moving", False)
    with shown():
        saved = workbench().views.save(
            actor,
            st.session_state[f"{_KEY}-name"],
            view.filter,
            sort=view.sort,
            columns=view.columns,
            period=PRESETS.get(preset) if moving else None,
            shared=st.session_state[f"{_KEY}-shared"],
            replacing=st.session_state[f"{_KEY}-replacing"],
        )
        show_in_address(View(saved.filter, sort=saved.sort, columns=saved.columns, saved=saved))


def _start_renaming(saved: SavedView) -> None:
    session().renamed_view = saved.id


def _rename(saved: SavedView) -> None:
    actor = require(Permission.REVIEW)
    session().renamed_view = None
    with shown():
        workbench().views.change(actor, saved.id, name=st.session_state[f"{_KEY}-name-{saved.id}"])


def _share(saved: SavedView) -> None:
    actor = require(Permission.REVIEW)
    with shown():
        workbench().views.change(actor, saved.id, shared=not saved.shared)


def _delete(saved: SavedView) -> None:
    actor = require(Permission.REVIEW)
    with shown():
        session().deleted_view = workbench().views.delete(actor, saved.id)
        if st.query_params.get("view") == str(saved.id):
            show_in_address(View(saved.filter, sort=saved.sort, columns=saved.columns))


def _undo() -> None:
    deleted = session().deleted_view
    if deleted is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Undo", key=f"{_KEY}-undo", icon=":material/undo:", on_click=_restore)
        st.caption(f"“{plain(deleted.name)}” is deleted.")


def _restore() -> None:
    actor, deleted = require(Permission.REVIEW), session().deleted_view
    if deleted is None:
        return
    with shown():
        workbench().views.restore(actor, deleted)
        session().deleted_view = None
