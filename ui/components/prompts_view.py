"""The page of prompts as its address: which list, and what stands beside it."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import streamlit as st

from core.errors import Invalid
from core.permissions import Permission
from ui.guard import require
from ui.session import session

_PROMPT, _SHOW = "prompt", "show"


class Show(StrEnum):
    """What stands beside the list, or, for `archived`, what the list holds."""

    ARCHIVED = "archived"
    EDIT = "edit"
    NEW = "new"


@dataclass(frozen=True)
class View:
    prompt: UUID | None = None
    show: Show | None = None

    @property
    def archived(self) -> bool:
        return self.show is Show.ARCHIVED


def view_in_address() -> View:
    """What the address says. Raises `Invalid` where it cannot be."""
    said = st.query_params.to_dict()
    prompt, shown = said.get(_PROMPT), said.get(_SHOW)
    try:
        return View(UUID(prompt) if prompt else None, Show(shown) if shown else None)
    except ValueError as error:
        raise Invalid("The address names no prompt; open this page from the menu.") from error


def show(view: View) -> None:
    """Callback: show this view. What was archived before is not offered back any more."""
    require(Permission.EDIT_PROMPTS)
    session().archived_prompt = None
    parts = {_PROMPT: view.prompt, _SHOW: view.show}
    st.query_params.from_dict({name: str(part) for name, part in parts.items() if part})
