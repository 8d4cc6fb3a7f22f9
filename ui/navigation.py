"""The one table of pages: where they are, what they are called, who may see them."""

from copy import copy
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import streamlit as st

from core.permissions import Actor, Permission

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class PageSpec:
    url_path: str
    file: str
    title: str
    icon: str
    permission: Permission | None
    """None: everybody who is signed in."""
    section: str

    @property
    def default(self) -> bool:
        return self is PAGES[0]

    @property
    def script(self) -> Path:
        return ROOT / "pages" / self.file

    @property
    def served_at(self) -> str:
        """The default page is served at the root, yet takes a path of its own from all others."""
        return "root" if self.default else self.url_path

    def allowed_to(self, actor: Actor) -> bool:
        return self.permission is None or actor.may(self.permission)

    def page(self) -> st.Page:
        """To be listed, linked to with `st.page_link`, or opened with `st.switch_page`.

        Made once and copied: Streamlit looks up the file of each page it makes, some 15 times,
        and each look lets all other threads go first.
        """
        return copy(_made(self))


@cache
def _made(spec: PageSpec) -> st.Page:
    return st.Page(
        spec.script,
        title=spec.title,
        icon=f":material/{spec.icon}:",
        url_path=spec.served_at,
        default=spec.default,
    )


PAGES: tuple[PageSpec, ...] = (
    PageSpec("home", "home.py", "Home", "home", None, ""),
    PageSpec(
        "detection",
        "analysis/detection.py",
        "Detection",
        "image_search",
        Permission.DETECT,
        "Analysis",
    ),
    PageSpec(
        "generation",
        "analysis/generation.py",
        "Generation",
        "edit_note",
        Permission.GENERATE,
        "Analysis",
    ),
    PageSpec("batch", "analysis/batch.py", "Batch", "stacks", Permission.BATCH, "Analysis"),
    PageSpec(
        "prompts",
        "analysis/prompts.py",
        "Prompts",
        "library_books",
        Permission.EDIT_PROMPTS,
        "Analysis",
    ),
    PageSpec(
        "history", "analysis/history.py", "History", "history", Permission.HISTORY, "Analysis"
    ),
    PageSpec("asked", "analysis/asked.py", "Asked to rate", "rule", Permission.RATE, "Analysis"),
    PageSpec("feedback", "review/feedback.py", "Feedback", "reviews", Permission.REVIEW, "Review"),
    PageSpec("quality", "review/quality.py", "Quality", "target", Permission.REVIEW, "Review"),
    PageSpec("raters", "review/raters.py", "Raters", "groups", Permission.REVIEW, "Review"),
    PageSpec("users", "admin/users.py", "Users", "group", Permission.MANAGE_USERS, "Settings"),
    PageSpec("limits", "admin/limits.py", "Limits", "speed", Permission.MANAGE_USERS, "Settings"),
    PageSpec("audit", "admin/audit.py", "Audit", "history_edu", Permission.VIEW_AUDIT, "Settings"),
    PageSpec(
        "system", "admin/system.py", "System", "monitor_heart", Permission.VIEW_SYSTEM, "Settings"
    ),
    PageSpec("account", "account.py", "Account", "person", None, "Settings"),
)


def spec(url_path: str) -> PageSpec:
    """The page under this path; `KeyError` names one that is not there."""
    return {page.url_path: page for page in PAGES}[url_path]
