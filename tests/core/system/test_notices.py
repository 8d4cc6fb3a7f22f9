"""One sentence for everybody, from an administrator, until it is taken away or over."""

from datetime import timedelta

import pytest

from core.clock import now
from core.errors import Invalid, NotAllowed, Unavailable
from core.permissions import Actor, Role
from core.system.notices import NoticeService
from db.session import Database
from tests.core.review import rows


@pytest.fixture
def notices(database: Database) -> NoticeService:
    return NoticeService(database)


@pytest.fixture
def root(database: Database) -> Actor:
    return rows.person(database, "root", Role.ADMIN)


def test_there_is_one_at_most_and_it_can_be_put_back(
    notices: NoticeService, root: Actor, database: Database
) -> None:
    assert notices.current() is None
    notices.put(root, "Back  at\nnoon.")
    second = notices.put(root, "Back at one.", now() + timedelta(hours=1))
    assert notices.current() == second
    assert NoticeService(database).current() == second

    gone = notices.clear(root)
    assert gone == second
    assert notices.current() is None
    assert notices.clear(root) is None
    assert notices.put(root, gone.text, gone.until).text == "Back at one."


def test_it_is_over_at_its_time(
    notices: NoticeService, root: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = now() + timedelta(minutes=5)
    notices.put(root, "Soon.", end)
    assert notices.current() is not None
    monkeypatch.setattr("core.system.notices.now", lambda: end)
    assert notices.current() is None


def test_other_processes_hear_of_it_within_seconds(
    notices: NoticeService, root: Actor, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = NoticeService(database)
    assert other.current() is None
    notices.put(root, "Hear.")
    assert other.current() is None
    monkeypatch.setattr("core.system.notices._GOOD_S", 0)
    other._until = 0
    assert other.current() is not None


def test_it_stays_while_the_database_is_away(
    notices: NoticeService, root: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = notices.put(root, "The database moves.")
    assert notices.current() == told

    def away() -> None:
        raise Unavailable("Away.")

    monkeypatch.setattr(notices, "_read", away)
    notices._until = 0
    assert notices.current() == told


@pytest.mark.parametrize("wrong", ["", "  \n", "x" * 301])
def test_it_is_one_sentence(notices: NoticeService, root: Actor, wrong: str) -> None:
    with pytest.raises(Invalid, match="1 to 300 characters"):
        notices.put(root, wrong)
    with pytest.raises(Invalid, match="are no text"):
        notices.put(root, "a\0b")
    with pytest.raises(Invalid, match="ended already"):
        notices.put(root, "Late.", now())
    with pytest.raises(Invalid, match="no text"):
        notices.put(root, "a\x00b")


def test_only_administrators_write_it(notices: NoticeService, ann: Actor) -> None:
    with pytest.raises(NotAllowed):
        notices.put(ann, "Hello.")
    with pytest.raises(NotAllowed):
        notices.clear(ann)
