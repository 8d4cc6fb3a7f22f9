"""Pages run through the router, over the real database and a real workbench."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from sqlalchemy import text
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from core.permissions import Actor, Role
from core.workbench import Workbench
from db.session import Database
from ui.resources import workbench
from ui.session import UiSession

ROUTER = Path(__file__).resolve().parent.parent.parent / "ui" / "router.py"
PASSWORD = "correct horse battery"


@pytest.fixture
def cookies(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What the browser sends. The test runner has no browser, and would answer with mocks."""
    sent: dict[str, str] = {}
    context = type(st.context)
    monkeypatch.setattr(context, "cookies", property(lambda _: sent))
    monkeypatch.setattr(context, "ip_address", property(lambda _: None))
    monkeypatch.setattr(context, "headers", property(lambda _: {}))
    return sent


@pytest.fixture
def bench(
    database: Database,
    cookies: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Workbench]:
    """The workbench that pages find, on empty tables; models load when first used."""
    assert not cookies
    url = database.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("GLIMPSE_DATABASE_URL", url)
    monkeypatch.setenv("GLIMPSE_SECRET_KEY", "0123456789abcdef" * 4)
    monkeypatch.setenv("GLIMPSE_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("GLIMPSE_WORKER", "none")
    workbench.clear()
    opened = workbench()
    with database.unit_of_work() as session:
        session.execute(text("delete from users"))  # the first admin of a new installation
    yield opened
    workbench.clear()


@dataclass
class Visitor:
    """A browser tab. `actor` is whoever is signed in, as they were at sign-in."""

    bench: Workbench
    app: AppTest = field(default_factory=lambda: AppTest.from_file(ROUTER, default_timeout=60))
    actor: Actor | None = None

    def sign_in(self, role: Role, name: str | None = None) -> "Visitor":
        """Make a user of that role, named like the role unless told, and sign in as them."""
        username = name or role.value
        accounts = self.bench.accounts
        accounts.add_user(accounts.system_actor(), username, role, PASSWORD)
        found = accounts.sign_in(username, PASSWORD, "test")
        self.actor = found.actor
        self.app.session_state["glimpse"] = UiSession(session_id=found.session_id)
        return self

    def open(self, path: str, **query: str) -> AppTest:
        """Type the path, as in "users", into the address bar; "" is the start page."""
        self.app._page_hash = calc_hash(path)
        self.app.query_params.clear()
        self.app.query_params.update(query)
        return self.app.run()


@pytest.fixture
def visitor(bench: Workbench) -> Visitor:
    return Visitor(bench)


def component_data(app: AppTest, name: str) -> dict[str, Any]:
    """What the page hands to a component of ours; AppTest cannot look inside it."""
    for element in app.main:
        if element.type == "bidi_component" and name in element.proto.component_name:
            found: dict[str, Any] = json.loads(element.proto.json)
            return found
    raise AssertionError(f"no {name} on the page")


def texts(app: AppTest) -> str:
    """Everything a person can read on the page, in one string."""
    kinds = ("title", "header", "subheader", "markdown", "caption", "info", "warning", "error")
    found = [element.value for kind in kinds for element in getattr(app, kind)]
    found += [element.value for element in app.success]
    return "\n".join(str(text) for text in found).replace("\u00a0", " ")
