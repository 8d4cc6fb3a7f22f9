"""Sessions: tickets, cookies, and what ends them."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from core.accounts.service import AccountService
from core.accounts.types import SignedIn
from core.clock import now
from core.errors import Invalid, NotAllowed, NotSignedIn
from core.permissions import Actor, Permission, Role
from db.session import Database
from tests.core.accounts.conftest import PASSWORD

NEW_PASSWORD = "another good password"


def cookie(accounts: AccountService, signed_in: SignedIn) -> str:
    token = accounts.redeem_ticket(accounts.set_cookie_ticket(signed_in.session_id)).token
    assert token
    return token


def test_ticket_buys_a_token_that_is_the_same_session(
    accounts: AccountService, ana: SignedIn
) -> None:
    change = accounts.redeem_ticket(accounts.set_cookie_ticket(ana.session_id))
    assert change.token is not None
    assert 0 < change.max_age_s <= 168 * 3600
    assert accounts.actor_for_token(change.token, ana.actor.address) == ana.actor


def test_ticket_works_once(accounts: AccountService, ana: SignedIn) -> None:
    ticket = accounts.set_cookie_ticket(ana.session_id)
    accounts.redeem_ticket(ticket)
    with pytest.raises(NotSignedIn):
        accounts.redeem_ticket(ticket)


def test_ticket_runs_out(accounts: AccountService, ana: SignedIn, database: Database) -> None:
    ticket = accounts.set_cookie_ticket(ana.session_id)
    with database.unit_of_work() as session:
        session.execute(text("update cookie_tickets set expires_at = now() - interval '1 second'"))
    with pytest.raises(NotSignedIn):
        accounts.redeem_ticket(ticket)


@pytest.mark.parametrize("ticket", ["", "made up", "x" * 10_000])
def test_made_up_tickets_are_refused(accounts: AccountService, ticket: str) -> None:
    with pytest.raises(NotSignedIn):
        accounts.redeem_ticket(ticket)


def test_clear_ticket_drops_the_cookie(accounts: AccountService) -> None:
    change = accounts.redeem_ticket(accounts.clear_cookie_ticket())
    assert (change.token, change.max_age_s) == (None, 0)


def test_ticket_of_an_ended_session_buys_nothing(accounts: AccountService, ana: SignedIn) -> None:
    ticket = accounts.set_cookie_ticket(ana.session_id)
    accounts.sign_out(ana.actor)
    with pytest.raises(NotSignedIn):
        accounts.redeem_ticket(ticket)


def test_tokens_and_tickets_are_not_kept_in_clear(
    accounts: AccountService, ana: SignedIn, database: Database
) -> None:
    token = cookie(accounts, ana)
    ticket = accounts.set_cookie_ticket(ana.session_id)
    with database.unit_of_work() as session:
        dump = str(session.execute(text("select s, t from sessions s, cookie_tickets t")).all())
    for secret in (token, ticket):
        assert secret not in dump
        assert secret.encode().hex() not in dump


@pytest.mark.parametrize(
    "end",
    [
        lambda accounts, root, ana: accounts.sign_out(ana),
        lambda accounts, root, ana: accounts.sign_out_everywhere(ana),
        lambda accounts, root, ana: accounts.set_active(root, "ana", active=False),
        lambda accounts, root, ana: accounts.reset_password(root, "ana"),
        lambda accounts, root, ana: accounts.set_password(root, "ana", NEW_PASSWORD),
    ],
    ids=["sign out", "sign out everywhere", "disable", "reset", "set password"],
)
def test_session_and_cookie_end_at_once(
    accounts: AccountService,
    root: Actor,
    ana: SignedIn,
    end: Callable[[AccountService, Actor, Actor], object],
) -> None:
    token = cookie(accounts, ana)
    end(accounts, root, ana.actor)
    assert accounts.actor_for_session(ana.session_id) is None
    assert accounts.actor_for_token(token) is None


@pytest.mark.parametrize(
    "past",
    ["expires_at = now() - interval '1 second'", "seen_at = now() - interval '720 minutes'"],
    ids=["expired", "idle"],
)
def test_expired_or_idle_session_is_nobody(
    accounts: AccountService, ana: SignedIn, database: Database, past: str
) -> None:
    token = cookie(accounts, ana)
    ticket = accounts.set_cookie_ticket(ana.session_id)
    _set(database, past)
    assert accounts.actor_for_session(ana.session_id) is None
    assert accounts.actor_for_token(token) is None
    with pytest.raises(NotSignedIn):
        accounts.redeem_ticket(ticket)
    with pytest.raises(NotSignedIn):
        accounts.actor_at(ana.session_id, now())


def test_use_keeps_a_session_from_resting_and_is_written_once_a_minute(
    accounts: AccountService, ana: SignedIn, database: Database
) -> None:
    token = cookie(accounts, ana)
    _set(database, "seen_at = now() - interval '50 seconds'")
    before = _seen(database)
    assert accounts.actor_for_token(token)
    assert _seen(database) == before
    uses: tuple[Callable[[], Actor | None], ...] = (
        lambda: accounts.actor_for_token(token),
        lambda: accounts.actor_for_session(ana.session_id),
    )
    for use in uses:
        _set(database, "seen_at = now() - interval '719 minutes'")
        assert use() is not None
        assert now() - _seen(database) < timedelta(minutes=1)


def test_to_look_whether_a_session_is_good_is_no_use_of_it(
    accounts: AccountService, ana: SignedIn, database: Database
) -> None:
    _set(database, "seen_at = now() - interval '719 minutes'")
    before = _seen(database)
    assert accounts.actor_for_session(ana.session_id, "10.0.0.1", used=False) == ana.actor
    assert _seen(database) == before


def test_a_browser_that_signs_in_again_gives_up_what_it_held(
    accounts: AccountService, ana: SignedIn
) -> None:
    held = cookie(accounts, ana)
    again = accounts.sign_in("ana", PASSWORD, "10.0.0.1")
    change = accounts.redeem_ticket(accounts.set_cookie_ticket(again.session_id), held)
    assert change.token not in (None, held)
    assert accounts.actor_for_session(ana.session_id) is None
    assert accounts.actor_for_session(again.session_id, "10.0.0.1") == again.actor


def test_a_second_ticket_for_the_same_session_ends_only_the_old_cookie(
    accounts: AccountService, ana: SignedIn
) -> None:
    held = cookie(accounts, ana)
    change = accounts.redeem_ticket(accounts.set_cookie_ticket(ana.session_id), held)
    assert change.token is not None
    assert accounts.actor_for_token(held) is None
    assert accounts.actor_for_token(change.token, "10.0.0.1") == ana.actor


def test_dropping_the_cookie_ends_what_the_browser_held(
    accounts: AccountService, ana: SignedIn
) -> None:
    held = cookie(accounts, ana)
    accounts.redeem_ticket(accounts.clear_cookie_ticket(), held)
    assert accounts.actor_for_session(ana.session_id) is None


@pytest.mark.parametrize("held", ["", "made up", "x" * 10_000, "\udcff"])
def test_a_made_up_cookie_that_is_given_up_does_no_harm(
    accounts: AccountService, ana: SignedIn, held: str
) -> None:
    change = accounts.redeem_ticket(accounts.set_cookie_ticket(ana.session_id), held)
    assert change.token is not None


def _set(database: Database, values: str) -> None:
    with database.unit_of_work() as session:
        session.execute(text(f"update sessions set {values}"))  # noqa: S608


def _seen(database: Database) -> datetime:
    with database.unit_of_work() as session:
        seen: datetime = session.scalar(text("select seen_at from sessions"))
        return seen


def test_enabling_again_does_not_revive_old_sessions(
    accounts: AccountService, root: Actor, ana: SignedIn
) -> None:
    accounts.set_active(root, "ana", active=False)
    accounts.set_active(root, "ana", active=True)
    assert accounts.actor_for_session(ana.session_id) is None
    accounts.sign_in("ana", PASSWORD, "a")


def test_new_role_holds_from_the_next_call(
    accounts: AccountService, root: Actor, ana: SignedIn
) -> None:
    accounts.set_role(root, "ana", Role.GUEST)
    found = accounts.actor_for_session(ana.session_id)
    assert found is not None
    assert found.role is Role.GUEST


def test_password_change_keeps_this_session_and_ends_the_others(
    accounts: AccountService, ana: SignedIn
) -> None:
    elsewhere = accounts.sign_in("ana", PASSWORD, "b")
    token = cookie(accounts, ana)
    accounts.change_password(ana.actor, PASSWORD, NEW_PASSWORD)
    here = ana.actor.address
    assert accounts.actor_for_session(ana.session_id, here) == ana.actor
    assert accounts.actor_for_token(token, here) == ana.actor
    assert accounts.actor_for_session(elsewhere.session_id) is None
    accounts.sign_in("ana", NEW_PASSWORD, "a")
    with pytest.raises(NotSignedIn):
        accounts.sign_in("ana", PASSWORD, "a")


@pytest.mark.parametrize(
    ("current", "new", "why"),
    [
        ("not my password", NEW_PASSWORD, "current password is wrong"),
        (PASSWORD, "short", "12 to"),
        (PASSWORD, PASSWORD, "is the current one"),
    ],
)
def test_refused_password_change_changes_nothing(
    accounts: AccountService, ana: SignedIn, current: str, new: str, why: str
) -> None:
    with pytest.raises(Invalid, match=why):
        accounts.change_password(ana.actor, current, new)
    assert accounts.sign_in("ana", PASSWORD, "a")


def test_temporary_password_allows_only_choosing_another(
    accounts: AccountService, root: Actor, ana: SignedIn
) -> None:
    temporary = accounts.reset_password(root, "ana")
    signed_in = accounts.sign_in("ana", temporary, "a")
    assert signed_in.actor.must_change_password
    with pytest.raises(NotAllowed, match="temporary"):
        signed_in.actor.require(Permission.DETECT)
    accounts.change_password(signed_in.actor, temporary, NEW_PASSWORD)
    found = accounts.actor_for_session(signed_in.session_id)
    assert found is not None
    assert not found.must_change_password


@pytest.mark.usefixtures("ana")
@pytest.mark.parametrize("token", ["", "made up", "x" * 10_000, "\x00", "\udcff"])
def test_made_up_cookies_are_nobody(accounts: AccountService, token: str) -> None:
    assert accounts.actor_for_token(token) is None
