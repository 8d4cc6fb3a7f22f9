"""Signing in: who gets in, who does not, and how often a password is compared."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from core.accounts import passwords, throttle
from core.accounts.service import AccountService
from core.accounts.types import SignedIn
from core.errors import GlimpseError, Invalid, LimitReached, NotSignedIn
from core.permissions import Actor, Face, Role
from db.session import Database
from tests.core.accounts.conftest import PASSWORD

USUAL = "10.0.0.1"
"""Where Ana has signed in."""
WRONG = "wrong password"


class Hashes:
    """How many passwords were really hashed, to be kept or to be compared."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        for name in ("hash", "verify"):
            monkeypatch.setattr(
                passwords._hasher, name, self._counted(getattr(passwords._hasher, name))
            )

    def _counted(self, work: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any) -> Any:
            self.count += 1
            return work(*arguments)

        return counted


@pytest.fixture
def hashes(accounts: AccountService, monkeypatch: pytest.MonkeyPatch) -> Hashes:
    assert attempt(accounts, "warm.up", "192.0.2.99") is NotSignedIn  # makes the stand-in's hash
    return Hashes(monkeypatch)


def attempt(
    accounts: AccountService, name: str, address: str | None, password: str = WRONG
) -> type[GlimpseError] | None:
    """What a try is answered with; None where it is let in."""
    try:
        accounts.sign_in(name, password, address)
    except GlimpseError as error:
        return type(error)
    return None


def crowd(accounts: AccountService, name: str, size: int) -> list[type[GlimpseError] | None]:
    """One try each from as many places."""
    return [attempt(accounts, name, f"198.51.100.{number}") for number in range(size)]


def earlier(database: Database, by: timedelta) -> None:
    """Make every attempt older."""
    with database.unit_of_work() as session:
        session.execute(
            text("update sign_in_attempts set created_at = created_at - cast(:by as interval)"),
            {"by": by},
        )


def test_right_password_gives_an_actor_with_the_stored_role(ana: SignedIn) -> None:
    assert ana.actor.username == "ana"
    assert ana.actor.role is Role.ANALYST
    assert ana.actor.face is Face.UI
    assert ana.actor.session_id == ana.session_id


@pytest.mark.parametrize("typed", ["ANA", " ana ", "Ana"])
def test_case_and_blanks_around_the_name_do_not_matter(
    accounts: AccountService, ana: SignedIn, typed: str
) -> None:
    assert accounts.sign_in(typed, PASSWORD, "a").actor.user_id == ana.actor.user_id


@pytest.mark.usefixtures("ana")
@pytest.mark.parametrize(
    ("name", "password"),
    [("ana", "wrong password"), ("bob", PASSWORD), ("", PASSWORD), ("a\0b", "x"), ("ana", "")],
)
def test_wrong_name_and_wrong_password_say_the_same(
    accounts: AccountService, name: str, password: str
) -> None:
    with pytest.raises(NotSignedIn, match="username or the password is wrong"):
        accounts.sign_in(name, password, "a")


@pytest.mark.usefixtures("ana")
def test_a_thousand_guesses_cost_six_hashes_and_keep_the_owner_out_nowhere_else(
    accounts: AccountService, hashes: Hashes
) -> None:
    places = [f"203.0.113.{number}" for number in range(40)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(
            pool.map(lambda n: attempt(accounts, "ana", places[n % len(places)]), range(1000))
        )
    assert hashes.count == answers.count(NotSignedIn) == 6
    assert answers.count(LimitReached) == 994
    assert attempt(accounts, "ana", USUAL, PASSWORD) is None


@pytest.mark.usefixtures("ana")
def test_guesses_from_one_place_keep_the_owner_out_at_no_other(
    accounts: AccountService, hashes: Hashes, database: Database
) -> None:
    for _ in range(10):
        attempt(accounts, "ana", "203.0.113.1")
        earlier(database, timedelta(seconds=60))
    assert hashes.count == 3
    assert attempt(accounts, "ana", "203.0.113.2", PASSWORD) is None


@pytest.mark.usefixtures("ana")
def test_a_spray_over_a_thousand_names_costs_thirty_hashes(
    accounts: AccountService, hashes: Hashes
) -> None:
    names = ["ana", *(f"name.{number}" for number in range(999))]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda name: attempt(accounts, name, "203.0.113.1"), names))
    assert hashes.count == answers.count(NotSignedIn) == 30
    assert attempt(accounts, "ana", "203.0.113.2", PASSWORD) is None


def test_a_spray_from_the_usual_place_does_not_keep_its_people_out(
    accounts: AccountService, ana: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "SPRAYED_FROM_ONE_PLACE", 2)
    assert [attempt(accounts, f"name.{n}", USUAL) for n in range(3)][-1] is LimitReached
    assert accounts.sign_in("ana", PASSWORD, USUAL).actor.user_id == ana.actor.user_id


@pytest.mark.parametrize("who", ["unknown", "disabled", "without a password"])
def test_no_account_differs_from_another_in_answers_or_work(
    accounts: AccountService, root: Actor, hashes: Hashes, database: Database, who: str
) -> None:
    accounts.add_user(root, "ana", Role.ANALYST, PASSWORD)
    if who != "unknown":
        accounts.add_user(root, "bob", Role.ANALYST, PASSWORD)
    if who == "disabled":
        accounts.set_active(root, "bob", active=False)
    if who == "without a password":
        with database.unit_of_work() as session:
            session.execute(text("update users set password_hash = null where username = 'bob'"))
    told: dict[str, list[tuple[int, str]]] = {"ana": [], "bob": []}
    for number in range(9):
        for name, heard in told.items():
            before = hashes.count
            with pytest.raises(GlimpseError) as refused:
                accounts.sign_in(name, WRONG, f"198.51.100.{number % 4}")
            heard.append((hashes.count - before, refused.value.message))
    assert told["ana"] == told["bob"]
    assert sum(count for count, _ in told["bob"]) == 6


@pytest.mark.parametrize("typed", ["mina", "MINA", "MİNA"])
def test_a_name_spelled_otherwise_is_not_another_account(
    accounts: AccountService, root: Actor, typed: str
) -> None:
    accounts.add_user(root, "mina", Role.ANALYST, PASSWORD)
    crowd(accounts, "mina", 6)
    assert attempt(accounts, typed, "203.0.113.1", PASSWORD) is LimitReached


@pytest.mark.usefixtures("ana")
def test_a_held_attempt_does_not_make_the_wait_longer(
    accounts: AccountService, database: Database
) -> None:
    crowd(accounts, "ana", 6)
    earlier(database, throttle.WINDOW - timedelta(seconds=60))
    with pytest.raises(LimitReached, match=r"try again in (1 minute|\d+ seconds)") as held:
        accounts.sign_in("ana", PASSWORD, "203.0.113.1")
    assert held.value.retry_after is not None
    assert held.value.retry_after <= 60
    earlier(database, timedelta(seconds=60))
    assert attempt(accounts, "ana", "203.0.113.1", PASSWORD) is None


def test_being_right_takes_back_that_attempt_and_no_guess(
    accounts: AccountService, ana: SignedIn, hashes: Hashes
) -> None:
    wrong = [attempt(accounts, "ana", USUAL) for _ in range(2)]
    assert wrong == [NotSignedIn] * 2
    for _ in range(5):
        assert attempt(accounts, "ana", "203.0.113.1", PASSWORD) is None
    assert attempt(accounts, "ana", USUAL, PASSWORD) is LimitReached
    assert hashes.count == 2 + 5
    assert ana.actor.address == USUAL


@pytest.mark.usefixtures("ana")
def test_a_place_not_used_for_a_month_is_as_any_other(
    accounts: AccountService, database: Database
) -> None:
    crowd(accounts, "ana", 6)
    with database.unit_of_work() as session:
        session.execute(text("update sessions set seen_at = seen_at - interval '31 days'"))
    assert attempt(accounts, "ana", USUAL, PASSWORD) is LimitReached


@pytest.mark.usefixtures("ana")
def test_attempts_side_by_side_do_not_exceed_a_limit(
    accounts: AccountService, hashes: Hashes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "SPRAYED_FROM_ONE_PLACE", 5)
    with ThreadPoolExecutor(8) as pool:
        guesses = pool.map(lambda n: attempt(accounts, "ana", f"198.51.100.{n}"), range(24))
        assert list(guesses).count(NotSignedIn) == 6
        spray = pool.map(lambda n: attempt(accounts, f"name.{n}", "203.0.113.1"), range(24))
        assert list(spray).count(NotSignedIn) == 5
    assert hashes.count == 11


def test_guesses_at_the_current_password_count_as_well(
    accounts: AccountService, ana: SignedIn, hashes: Hashes, database: Database
) -> None:
    for _ in range(4):
        with pytest.raises(Invalid, match="current password is wrong"):
            accounts.change_password(ana.actor, WRONG, "another good password")
        earlier(database, timedelta(seconds=60))
    with pytest.raises(LimitReached):
        accounts.change_password(ana.actor, PASSWORD, "another good password")
    assert attempt(accounts, "ana", USUAL, PASSWORD) is LimitReached
    assert hashes.count == 4


def noted(database: Database) -> list[tuple[str, str | None, str | None, str | None]]:
    query = (
        "select action, target_id, address, after ->> 'doing' from audit_log "
        "where action like 'sign%' or action like 'password%' order by at, id"
    )
    with database.unit_of_work() as session:
        return [tuple(row) for row in session.execute(text(query))]


def test_the_audit_log_tells_of_every_attempt_by_whose_account_it_was(
    accounts: AccountService, ana: SignedIn, database: Database
) -> None:
    ana_id = str(ana.actor.user_id)
    attempt(accounts, "ana", "203.0.113.1")
    with pytest.raises(Invalid):
        accounts.change_password(ana.actor, WRONG, "another good password")
    accounts.change_password(ana.actor, PASSWORD, "another good password")
    assert noted(database) == [
        ("signed_in", ana_id, USUAL, None),
        ("sign_in_failed", ana_id, "203.0.113.1", "sign_in"),
        ("sign_in_failed", ana_id, USUAL, "password_change"),
        ("password_changed", ana_id, USUAL, None),
    ]


def test_the_audit_log_never_holds_what_was_typed_as_a_name(
    accounts: AccountService, database: Database
) -> None:
    attempt(accounts, "my-secret-password", "203.0.113.1")
    assert noted(database) == [("sign_in_failed", None, "203.0.113.1", "sign_in")]
    with database.unit_of_work() as session:
        whole = str(session.execute(text("select l from audit_log l")).all())
    assert "my-secret-password" not in whole


@pytest.mark.usefixtures("ana")
def test_held_attempts_are_noted_once_a_window_for_each_place(
    accounts: AccountService, database: Database
) -> None:
    crowd(accounts, "ana", 6)
    for address in ("203.0.113.1", "203.0.113.1", "2001:db8::1", "2001:db8::2"):
        assert attempt(accounts, "ana", address) is LimitReached
    held = [address for action, _, address, _ in noted(database) if action == "sign_in_held"]
    assert held == ["203.0.113.1", "2001:db8::/64"]
