"""Users: who may use the product, as what, and what they do with it."""

import streamlit as st

from core.permissions import Permission
from ui.components.asking import open_question
from ui.components.secret import show_secret
from ui.components.user_detail import user_detail
from ui.components.user_form import add_user_form
from ui.components.users_bulk import bulk_menu
from ui.components.users_changed import change_undo
from ui.components.users_file import new_passwords, users_file
from ui.components.users_filters import filter_bar
from ui.components.users_table import PAGE_SIZE, ticked, users_table
from ui.components.users_view import Show, show, view_in_address
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench

actor = require(Permission.MANAGE_USERS)

with st.container(horizontal=True, horizontal_alignment="distribute"):
    st.title("Users", width="content")
    tools = st.container(horizontal=True, width="content", vertical_alignment="center")
with shown(stop=True):
    view = view_in_address()
    page = workbench().accounts.find_users(actor, view.filter, view.order, view.cursor, PAGE_SIZE)
with tools:
    bulk_menu(ticked(page))
    st.button(
        "Add from a file",
        key="users-from-file",
        icon=":material/group_add:",
        on_click=show,
        args=(view.beside(show=Show.FILE),),
    )
    st.button(
        "Add user",
        key="users-new",
        icon=":material/person_add:",
        type="primary",
        on_click=show,
        args=(view.beside(show=Show.NEW),),
    )
# What comes and goes has a place of its own, so that what follows stays where it is, as it is.
with st.container():
    show_secret("users")
    new_passwords()
    change_undo()
filter_bar(view)
beside = view.user is not None or view.show is not None
wide, *narrow = st.columns([3, 2] if beside else [1], gap="medium")
with wide:
    users_table(view, page)
if beside:
    with narrow[0], shown():
        if view.show is Show.NEW:
            add_user_form(view)
        elif view.show is Show.FILE:
            users_file(actor, view)
        elif view.user is not None:
            user_detail(actor, view, view.user)
open_question()
