"""Lists of sign-ins, and who may end which."""

from uuid import UUID

import pytest
from sqlalchemy import text

from core.accounts.service import AccountService
from core.accounts.types import SignedIn, SignInMethod
from core.errors import NotAllowed, NotFound
from core.ids import new_id
from core.permissions import Actor, Role, Scope
from db.session import Database
from tests.core.accounts.conftest import PASSWORD

CHROMIUM = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36"
)


@pytest.fixture
def eve(accounts: AccountService, root: Actor) -> SignedIn:
    accounts.add_user(root, "eve", Role.ANALYST, PASSWORD)
    return accounts.sign_in("eve", PASSWORD, "10.0.0.2")


@pytest.fixture
def boss(accounts: AccountService, root: Actor) -> SignedIn:
    accounts.add_user(root, "boss", Role.ADMIN, PASSWORD)
    return accounts.sign_in("boss", PASSWORD, "10.0.0.3")


def audited(database: Database) -> list[tuple[str, UUID | None, str | None]]:
    """What was done, by whom and to what, the first first."""
    query = "select action, actor_id, target_id from audit_log order by id"
    with database.unit_of_work() as session:
        return [(row[0], row[1], row[2]) for row in session.execute(text(query))]


def test_a_sign_in_tells_where_it_began(accounts: AccountService, ana: SignedIn) -> None:
    other = accounts.sign_in("ana", PASSWORD, "192.0.2.7", CHROMIUM)
    found = {each.id: each for each in accounts.sessions(ana.actor)}
    assert set(found) == {ana.session_id, other.session_id}
    mine, elsewhere = found[ana.session_id], found[other.session_id]
    assert (mine.current, mine.browser, mine.address) == (True, None, "10.0.0.1")
    assert (elsewhere.current, elsewhere.browser) == (False, "Chromium on Linux")
    assert elsewhere.address == "192.0.2.7"
    assert elsewhere.method is SignInMethod.PASSWORD
    assert elsewhere.created_at == elsewhere.seen_at < elsewhere.expires_at


def test_ended_and_others_sign_ins_are_not_listed(
    accounts: AccountService, ana: SignedIn, eve: SignedIn
) -> None:
    accounts.end_session(ana.actor, accounts.sign_in("ana", PASSWORD, "b").session_id)
    assert [each.id for each in accounts.sessions(ana.actor)] == [ana.session_id]
    assert [each.id for each in accounts.sessions(eve.actor)] == [eve.session_id]


def test_one_ends_ones_own_and_it_is_told_once(
    accounts: AccountService, ana: SignedIn, database: Database
) -> None:
    other = accounts.sign_in("ana", PASSWORD, "b").session_id
    for _ in range(2):
        accounts.end_session(ana.actor, other)
    assert accounts.actor_for_session(other) is None
    assert accounts.actor_for_session(ana.session_id, "10.0.0.1") == ana.actor
    ended = [row for row in audited(database) if row[0] == "session_ended"]
    assert ended == [("session_ended", ana.actor.user_id, str(other))]


def test_anothers_is_as_unknown_as_one_that_is_not_there(
    accounts: AccountService, ana: SignedIn, eve: SignedIn
) -> None:
    for session_id in (eve.session_id, new_id()):
        with pytest.raises(NotFound, match="no such sign-in of yours"):
            accounts.end_session(ana.actor, session_id)
    assert accounts.actor_for_session(eve.session_id, "10.0.0.2") == eve.actor


def test_an_admin_sees_and_ends_anybodys(
    accounts: AccountService, boss: SignedIn, ana: SignedIn, database: Database
) -> None:
    (seen,) = accounts.sessions_of(boss.actor, ana.actor.user_id)
    assert (seen.id, seen.current) == (ana.session_id, False)
    accounts.end_session(boss.actor, ana.session_id)
    assert accounts.actor_for_session(ana.session_id) is None
    again = accounts.sign_in("ana", PASSWORD, "b").session_id
    accounts.end_sessions_of(boss.actor, ana.actor.user_id)
    assert accounts.actor_for_session(again) is None
    assert accounts.actor_for_session(boss.session_id, "10.0.0.3") == boss.actor
    ended = [row for row in audited(database) if row[0].startswith("session")]
    assert ended == [
        ("session_ended", boss.actor.user_id, str(ana.session_id)),
        ("sessions_ended", boss.actor.user_id, str(ana.actor.user_id)),
    ]


def test_only_admins_do_so(accounts: AccountService, ana: SignedIn, eve: SignedIn) -> None:
    with pytest.raises(NotAllowed):
        accounts.sessions_of(ana.actor, eve.actor.user_id)
    with pytest.raises(NotAllowed):
        accounts.end_sessions_of(ana.actor, eve.actor.user_id)
    assert accounts.actor_for_session(eve.session_id, "10.0.0.2") == eve.actor


def test_an_unknown_user_is_said_to_be_unknown(accounts: AccountService, boss: SignedIn) -> None:
    for ask in (accounts.sessions_of, accounts.end_sessions_of):
        with pytest.raises(NotFound, match="no such user"):
            ask(boss.actor, new_id())


def test_a_key_with_scopes_neither_sees_nor_ends(
    accounts: AccountService, boss: SignedIn, ana: SignedIn
) -> None:
    secret = accounts.add_key(boss.actor, "narrow", {Scope.EXPORT}).secret
    key = accounts.actor_for_key(secret)
    assert key is not None
    with pytest.raises(NotAllowed, match="scopes"):
        accounts.sessions(key)
    with pytest.raises(NotAllowed, match="scopes"):
        accounts.sign_out_everywhere(key)
    with pytest.raises(NotAllowed, match="scopes"):
        accounts.end_session(key, ana.session_id)


def test_signing_out_is_told(accounts: AccountService, ana: SignedIn, database: Database) -> None:
    accounts.sign_out(ana.actor)
    accounts.sign_out(ana.actor)
    told = [row for row in audited(database) if row[0] == "signed_out"]
    assert told == [("signed_out", ana.actor.user_id, str(ana.session_id))]
