"""The rating panel while the database is away: it stands, keeps what is saved, and shows nothing
that it would have to ask for."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest

from core.database import database_away
from core.errors import GlimpseError
from core.feedback.types import Feedback
from core.permissions import Role
from core.workbench import Workbench
from tests.core.review import rows
from tests.pages.conftest import Visitor, texts
from ui import guard
from ui.session import UiSession

_KEPT = "Saved on this server; it will be sent when the database is back."


def _panel(run_id: str) -> None:
    from uuid import UUID

    from core.runs.types import Task
    from ui.components.rating import rating_panel

    rating_panel(UUID(run_id), Task.GENERATION, key="panel", texts=("Something.",))


class Panel:
    """The panel alone, as a run of its fragment leaves the rest of the page as it is."""

    def __init__(self, visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bench: Workbench = visitor.bench
        self.monkeypatch = monkeypatch
        drainer = self.bench.waiting.drainer
        drainer.close()
        drainer._stopping.clear()
        assert visitor.actor is not None
        self.actor = visitor.actor
        model_id = rows.model(self.bench.database, "generation", "writer")
        self.run_id: UUID = rows.run(self.bench.database, self.actor, model_id)
        self.app = AppTest.from_function(_panel, args=(str(self.run_id),), default_timeout=60)
        self.app.session_state["glimpse"] = UiSession(session_id=self.actor.session_id)
        self.app.run()

    @contextmanager
    def away(self) -> Iterator[None]:
        def gone() -> None:
            raise database_away()

        with self.monkeypatch.context() as patch:
            patch.setattr(self.bench.database, "unit_of_work", gone)
            yield

    def key(self, name: str) -> str:
        return f"panel-{name}-{self.run_id}"

    def stars(self, rating: int) -> None:
        self.app.feedback(key=self.key("stars")).set_value(rating - 1).run()

    def comment(self, text: str) -> None:
        self.app.text_area(key=self.key("comment")).set_value(text).run()

    def click(self, name: str) -> None:
        self.app.button(key=self.key(name)).click().run()

    @property
    def words(self) -> str:
        return texts(self.app)

    def saved(self) -> Feedback | None:
        return self.bench.feedback.own(self.actor, self.run_id)

    def drain(self) -> None:
        assert self.bench.waiting.drainer.drain() == 0


@pytest.fixture
def panel(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> Panel:
    return Panel(visitor.sign_in(Role.ANALYST), monkeypatch)


def test_the_panel_stands_and_what_is_saved_waits(panel: Panel) -> None:
    with panel.away():
        panel.stars(4)
        assert not panel.app.error
        assert "What you save is kept on this server until it is back" in panel.words
        assert "Not saved yet" in panel.words
        panel.comment("half-written when it went away")
        panel.click("save")
        assert not panel.app.error
        assert _KEPT in panel.words
        assert "Not saved" not in panel.words
        assert "Saved 20" not in panel.words
        assert panel.app.text_area(key=panel.key("comment")).value == (
            "half-written when it went away"
        )
        panel.stars(5)
        assert _KEPT in panel.words
        assert "Changed since; not saved yet." in panel.words
        panel.stars(4)
        assert "not saved" not in panel.words
    assert panel.saved() is None
    panel.app.run()
    assert _KEPT in panel.words
    panel.drain()
    panel.app.run()
    assert "4 of 5." in panel.words
    assert "this server" not in panel.words
    assert "not saved" not in panel.words
    saved = panel.saved()
    assert saved is not None
    assert (saved.rating, saved.comment) == (4, "half-written when it went away")


def test_a_database_that_goes_away_at_the_save_keeps_it_too(
    panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel.stars(2)

    def gone(*_: object) -> None:
        raise database_away()

    with monkeypatch.context() as patch:
        patch.setattr(panel.bench.feedback, "say", gone)
        panel.click("save")
    assert not panel.app.error
    assert _KEPT in panel.words
    panel.drain()
    panel.app.run()
    assert "2 of 5." in panel.words


def test_another_tab_is_shown_what_waits(panel: Panel) -> None:
    with panel.away():
        panel.stars(4)
        panel.click("save")
    other = AppTest.from_function(_panel, args=(str(panel.run_id),), default_timeout=60)
    other.session_state["glimpse"] = UiSession(session_id=panel.actor.session_id)
    other.run()
    assert _KEPT in texts(other)
    assert other.feedback(key=panel.key("stars")).value == 3


def test_a_saved_rating_can_be_changed_and_is_not_withdrawn(panel: Panel) -> None:
    panel.stars(3)
    panel.click("save")
    with panel.away():
        panel.click("withdraw")
        assert "cannot be withdrawn while the database is away" in panel.app.error[0].value
        assert panel.app.feedback(key=panel.key("stars")).value == 2
        assert "not saved" not in panel.words.lower()
        panel.stars(1)
        assert not panel.app.error
        assert "Changed since; not saved yet." in panel.words
        panel.click("save")
        assert _KEPT in panel.words
    saved = panel.saved()
    assert saved is not None
    assert saved.rating == 3
    panel.app.run()
    assert "Saved 20" not in panel.words
    panel.drain()
    panel.app.run()
    assert "1 of 5." in panel.words


def test_what_cannot_be_stored_is_told_where_it_was_said(panel: Panel) -> None:
    with panel.away():
        panel.stars(4)
        panel.click("save")
    accounts = panel.bench.accounts
    accounts.set_role(accounts.system_actor(), "analyst", Role.GUEST)
    panel.drain()
    accounts.set_role(accounts.system_actor(), "analyst", Role.ANALYST)
    panel.app.run()
    assert "It could not be stored: Your role (guest) does not allow this" in panel.words
    assert _KEPT not in panel.words
    panel.click("save")
    assert "4 of 5." in panel.words
    assert "could not be stored" not in panel.words


def test_a_full_disk_is_told_and_what_was_typed_stays(
    panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: object) -> None:
        raise GlimpseError("This server cannot keep it either.")

    monkeypatch.setattr(panel.bench.waiting._outbox, "put", full)
    with panel.away():
        panel.stars(4)
        panel.click("save")
        assert "cannot keep it either" in panel.app.error[0].value
        assert _KEPT not in panel.words
        assert "Not saved yet" in panel.words
        assert panel.app.feedback(key=panel.key("stars")).value == 3


def test_nobody_is_recalled_for_longer_than_ten_minutes(
    panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    session: UiSession = panel.app.session_state["glimpse"]
    assert session.confirmed is not None
    with panel.away():
        session.confirmed = replace(session.confirmed, at=session.confirmed.at - guard.RECALLED_S)
        panel.stars(4)
        assert "database does not answer" in panel.app.error[0].value
        assert not panel.app.button
    assert panel.bench.waiting._outbox.waiting() == 0


def test_a_fresh_tab_recalls_nobody(panel: Panel) -> None:
    fresh = AppTest.from_function(_panel, args=(str(panel.run_id),), default_timeout=60)
    fresh.session_state["glimpse"] = UiSession(session_id=panel.actor.session_id)
    with panel.away():
        fresh.run()
    assert "database does not answer" in fresh.error[0].value
    assert not fresh.button


def test_who_tried_to_sign_out_is_recalled_no_more(panel: Panel) -> None:
    def sign_out() -> None:
        from ui.auth import sign_out

        sign_out()

    with panel.away():
        app = AppTest.from_function(sign_out)
        app.session_state["glimpse"] = panel.app.session_state["glimpse"]
        app.run()
        assert "database does not answer" in app.error[0].value
        panel.stars(4)
        assert "database does not answer" in panel.app.error[0].value
        assert not panel.app.button


def test_guests_are_told_that_they_may_not_rate(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = Panel(visitor.sign_in(Role.GUEST), monkeypatch)
    with panel.away():
        panel.app.run()
        assert "cannot rate" in panel.words
        assert not panel.app.button
