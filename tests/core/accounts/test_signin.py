"""Signing in: who gets in, who does not, and how often one may try."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from core.accounts import signin
from core.accounts.service import AccountService
from core.accounts.types import SignedIn
from core.errors import GlimpseError, LimitReached, NotSignedIn
from core.permissions import Actor, Face, Role
from db.session import Database
from tests.core.accounts.conftest import PASSWORD


def fail(accounts: AccountService, name: str, times: int, address: str = "10.0.0.9") -> None:
    for _ in range(times):
        with pytest.raises(NotSignedIn):
            accounts.sign_in(name, "not the password", address)


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


def test_disabled_user_is_refused_like_a_wrong_password(
    accounts: AccountService, root: Actor, ana: SignedIn
) -> None:
    accounts.set_active(root, ana.actor.username, active=False)
    with pytest.raises(NotSignedIn, match="username or the password is wrong"):
        accounts.sign_in("ana", PASSWORD, "a")


@pytest.mark.usefixtures("ana")
def test_five_failures_close_the_account_even_for_the_right_password(
    accounts: AccountService,
) -> None:
    fail(accounts, "ana", 5)
    with pytest.raises(LimitReached, match="15 minutes") as refused:
        accounts.sign_in("Ana", PASSWORD, "another address")
    assert refused.value.retry_after is not None
    assert 14 * 60 < refused.value.retry_after <= 15 * 60


def test_unknown_names_are_limited_too(accounts: AccountService) -> None:
    fail(accounts, "nobody", 5)
    with pytest.raises(LimitReached):
        accounts.sign_in("nobody", "x", "a")


@pytest.mark.usefixtures("ana")
def test_success_forgets_the_failures_of_that_account(accounts: AccountService) -> None:
    fail(accounts, "ana", 4)
    accounts.sign_in("ana", PASSWORD, "a")
    fail(accounts, "ana", 4)
    accounts.sign_in("ana", PASSWORD, "a")


@pytest.mark.usefixtures("ana")
def test_failures_are_forgotten_after_the_window(
    accounts: AccountService, database: Database
) -> None:
    fail(accounts, "ana", 5)
    with database.unit_of_work() as session:
        session.execute(
            text("update sign_in_attempts set created_at = created_at - cast(:age as interval)"),
            {"age": signin.WINDOW + timedelta(seconds=1)},
        )
    accounts.sign_in("ana", PASSWORD, "a")


@pytest.mark.usefixtures("ana")
def test_one_address_cannot_go_through_many_names(
    accounts: AccountService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signin, "FAILURES_PER_ADDRESS", 6)
    for name in ("one", "two", "three"):
        fail(accounts, name, 2, address="10.6.6.6")
    with pytest.raises(LimitReached):
        accounts.sign_in("ana", PASSWORD, "10.6.6.6")
    accounts.sign_in("ana", PASSWORD, "10.0.0.1")


@pytest.mark.usefixtures("ana")
def test_attempts_side_by_side_do_not_exceed_the_limit(accounts: AccountService) -> None:
    def attempt(number: int) -> type[GlimpseError]:
        try:
            accounts.sign_in("ana", f"wrong password {number}", "a")
        except GlimpseError as error:
            return type(error)
        raise AssertionError("a wrong password was accepted")

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(attempt, range(12)))
    assert answers.count(NotSignedIn) == 5
    assert answers.count(LimitReached) == 7
