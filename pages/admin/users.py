"""People: who may use the product, and as what."""

import streamlit as st

from core.permissions import Permission
from ui.components.secret import show_secret
from ui.components.user_form import add_user_form
from ui.components.user_settings import manage_user
from ui.components.users_table import users_table
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench

actor = require(Permission.MANAGE_USERS)

st.title("Users")
show_secret("users")

with shown(stop=True):
    people = workbench().accounts.users(actor)

wide, narrow = st.columns([3, 2], gap="large")
with wide:
    users_table(people)
    manage_user(people)
with narrow:
    add_user_form()
