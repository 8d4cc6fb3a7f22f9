"""What pages say of runs whose content was removed, and how somebody is erased."""

from datetime import timedelta
from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest

from core.clock import now
from core.keeping.service import KeepingService
from core.permissions import Role
from db.models import User
from tests.core.review import rows
from tests.pages.conftest import Visitor, texts
from tests.pages.test_feedback import rated
from tests.pages.test_history import listed, made

_OLD = timedelta(days=40)


def remove(visitor: Visitor) -> None:
    """All runs older than thirty days."""
    settings = visitor.bench.settings.model_copy(update={"keep_runs_days": 30})
    assert KeepingService(visitor.bench.database, settings).run().runs


@pytest.fixture
def ann(visitor: Visitor) -> Visitor:
    return visitor.sign_in(Role.ANALYST, "ann")


@pytest.mark.parametrize("task", ["detection", "generation"])
def test_the_history_says_when_and_opens_a_page_that_says_so(ann: Visitor, task: str) -> None:
    run = made(ann, "a secret", task=task, at=now() - _OLD)
    made(ann, "kept", task=task)
    remove(ann)
    app = ann.open("history")
    day = f"{now():%Y-%m-%d}"
    assert listed(app) == ["kept", f"Removed on {day}"]
    app = ann.open(task, run=str(run))
    assert "was removed on" in app.info[0].value
    assert not app.error
    assert not app.exception
    assert "a secret" not in texts(app)


def test_the_start_page_lists_it_without_its_words(ann: Visitor) -> None:
    made(ann, "a secret", task="generation", at=now() - _OLD)
    remove(ann)
    app = ann.open("")
    assert not app.exception
    assert "Removed" in [getattr(link, "label", "") for link in app.get("page_link")]


def test_a_reviewer_sees_the_rating_and_that_the_rest_is_gone(visitor: Visitor) -> None:
    visitor.sign_in(Role.ADMIN, "grace")
    ann = rows.person(visitor.bench.database, "ann")
    given = rated(visitor, ann, 2, "a secret", at=now() - _OLD)
    remove(visitor)
    app = visitor.open("feedback", row=str(given.id))
    assert not app.exception
    assert not app.error
    assert list(app.dataframe[0].value["Prompt"]) == ["Removed"]
    shown = texts(app)
    assert "the rating still counts" in shown
    assert "2 of 5" in shown
    assert "a secret" not in shown


def erasure_page() -> None:
    from uuid import UUID

    import streamlit as st

    from ui.components.user_erasure import user_erasure

    user_erasure(UUID(st.session_state["whom"]))


def test_somebody_is_erased_with_their_name_typed_and_kept_again(visitor: Visitor) -> None:
    visitor.sign_in(Role.ADMIN, "grace")
    ann = rows.person(visitor.bench.database, "ann")
    app = AppTest.from_function(erasure_page)
    app.session_state["glimpse"] = visitor.app.session_state["glimpse"]
    app.session_state["whom"] = str(ann.user_id)
    app.run()
    app.button(key="erasure_ask").click().run()
    assert "not the name" in app.error[0].value
    assert active(visitor, ann.user_id)
    app.text_input(key="erasure_name").set_value("ann")
    app.button(key="erasure_ask").click().run()
    assert "Everything of ann is erased after" in app.warning[0].value
    assert not active(visitor, ann.user_id)
    app.button(key="erasure_undo").click().run()
    assert not app.warning
    assert "erasure_ask" in {button.key for button in app.button}


def active(visitor: Visitor, user_id: UUID) -> bool:
    with visitor.bench.database.unit_of_work() as session:
        user = session.get(User, user_id)
        return user is not None and user.active
