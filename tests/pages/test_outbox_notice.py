"""What a reviewer sees of ratings that this server keeps for the database."""

from dataclasses import replace

from core.feedback.types import Said
from core.ids import new_id
from core.permissions import Role
from tests.pages.conftest import Visitor, texts


def kept(visitor: Visitor, comment: str) -> None:
    """A rating by the visitor of a run that is gone, said while the database was away."""
    assert visitor.actor is not None
    visitor.bench.waiting.keep(visitor.actor, Said(new_id(), 2, ("style",), comment))


def refused(visitor: Visitor, comment: str = "*so* so") -> None:
    kept(visitor, comment)
    visitor.bench.waiting.drainer.drain()


def button(visitor: Visitor, what: str) -> str:
    assert visitor.actor is not None
    (entry,) = visitor.bench.waiting.refused(visitor.actor)
    return f"outbox-{what}-{entry.id}"


def quiet(visitor: Visitor) -> Visitor:
    """Nothing is sent but by the test itself."""
    visitor.bench.waiting.drainer.close()
    visitor.bench.waiting.drainer._stopping.clear()
    return visitor


def test_nothing_is_said_while_nothing_is_kept(visitor: Visitor) -> None:
    app = visitor.sign_in(Role.ADMIN).open("feedback")
    assert not app.exception
    assert "on this server" not in texts(app)
    assert not app.expander


def test_what_waits_is_one_quiet_line(visitor: Visitor) -> None:
    kept(quiet(visitor).sign_in(Role.ADMIN), "fine")
    app = visitor.open("feedback")
    assert "1 rating waits on this server" in texts(app)
    assert "fine" not in texts(app)


def test_what_was_refused_is_shown_with_the_reason_and_tried_again(visitor: Visitor) -> None:
    refused(quiet(visitor).sign_in(Role.ADMIN))
    app = visitor.open("feedback")
    assert not app.exception
    (box,) = app.expander
    assert "1 rating was given while the database was away" in box.label
    assert "There is no such run" in texts(app)
    assert "*so* so" in [each.value for each in app.text]
    app.button(key=button(visitor, "again")).click().run()
    assert not app.expander
    assert "1 rating waits" in texts(app)


def test_what_was_refused_is_discarded_after_a_question(visitor: Visitor) -> None:
    refused(quiet(visitor).sign_in(Role.ADMIN))
    app = visitor.open("feedback")
    assert "cannot be brought back" in texts(app)
    app.button(key=button(visitor, "discard")).click().run()
    assert not app.expander
    assert not app.error
    assert visitor.actor is not None
    assert visitor.bench.waiting.refused(visitor.actor) == ()


def test_somebody_demoted_settles_nothing(visitor: Visitor) -> None:
    refused(quiet(visitor).sign_in(Role.ADMIN))
    app = visitor.open("feedback")
    key = button(visitor, "discard")
    accounts = visitor.bench.accounts
    system = accounts.system_actor()
    accounts.add_user(system, "second", Role.ADMIN, "correct horse battery")
    accounts.set_role(system, "admin", Role.ANALYST)
    app.button(key=key).click().run()
    assert "role" in app.error[0].value
    assert visitor.actor is not None
    assert visitor.bench.waiting.refused(replace(visitor.actor, role=Role.ADMIN))
