"""Managing people: who may, and what never happens."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.accounts.service import AccountService
from core.accounts.types import SignedIn
from core.config import Settings
from core.errors import Conflict, Invalid, LimitReached, NotAllowed, NotFound, NotSignedIn
from core.permissions import Actor, Role
from db.session import Database
from tests.core.accounts.conftest import PASSWORD


def test_first_admin_takes_the_password_of_the_settings_and_tells_nothing(
    accounts: AccountService,
) -> None:
    assert accounts.ensure_first_admin() is None
    signed_in = accounts.sign_in("admin", "first-admin-password", "a")
    assert signed_in.actor.role is Role.ADMIN
    assert not signed_in.actor.must_change_password


def test_first_admin_without_a_setting_gets_a_password_told_once(
    database: Database, settings: Settings
) -> None:
    accounts = AccountService(database, settings.model_copy(update={"admin_password": None}))
    made = accounts.ensure_first_admin()
    assert made is not None
    assert accounts.sign_in(*made, "a").actor.must_change_password
    assert accounts.ensure_first_admin() is None


@pytest.mark.usefixtures("ana")
def test_no_first_admin_where_somebody_is_already(accounts: AccountService, root: Actor) -> None:
    assert accounts.ensure_first_admin() is None
    assert [user.username for user in accounts.users(root)] == ["ana"]


@pytest.mark.parametrize("name", ["a", "x" * 65, "two words", "semi;colon", "a\0b", "", "a/b"])
def test_unfit_names_are_refused(accounts: AccountService, root: Actor, name: str) -> None:
    with pytest.raises(Invalid, match="2 to 64"):
        accounts.add_user(root, name, Role.GUEST, PASSWORD)


@pytest.mark.parametrize("name", ["li", "józef.k", "王小明", "x_1-2.3"])
def test_letters_of_any_script_are_names(accounts: AccountService, root: Actor, name: str) -> None:
    assert accounts.add_user(root, name, Role.GUEST, PASSWORD).username == name


@pytest.mark.parametrize(("first", "second"), [("ana", "ANA"), ("józef", "JÓZEF")])
def test_names_differing_in_case_only_conflict(
    accounts: AccountService, root: Actor, first: str, second: str
) -> None:
    accounts.add_user(root, first, Role.GUEST, PASSWORD)
    with pytest.raises(Conflict, match="already"):
        accounts.add_user(root, second, Role.GUEST, PASSWORD)


@pytest.mark.parametrize(
    "call",
    [
        lambda accounts, ana: accounts.users(ana),
        lambda accounts, ana: accounts.add_user(ana, "new.user", Role.ADMIN, PASSWORD),
        lambda accounts, ana: accounts.set_role(ana, "ana", Role.ADMIN),
        lambda accounts, ana: accounts.set_active(ana, "ana", active=True),
        lambda accounts, ana: accounts.reset_password(ana, "ana"),
        lambda accounts, ana: accounts.set_password(ana, "ana", PASSWORD),
        lambda accounts, ana: accounts.all_keys(ana),
        lambda accounts, ana: accounts.add_key(ana, "label", None, "ana"),
    ],
    ids=["users", "add", "role", "active", "reset", "set password", "all keys", "key for other"],
)
def test_only_admins_manage_people(
    accounts: AccountService, ana: SignedIn, call: Callable[[AccountService, Actor], object]
) -> None:
    with pytest.raises(NotAllowed):
        call(accounts, ana.actor)


def test_the_last_active_admin_stays(accounts: AccountService, root: Actor) -> None:
    accounts.add_user(root, "boss", Role.ADMIN, PASSWORD)
    accounts.add_user(root, "former", Role.ADMIN, PASSWORD)
    accounts.set_active(root, "former", active=False)
    with pytest.raises(Conflict, match="last active"):
        accounts.set_role(root, "boss", Role.ANALYST)
    with pytest.raises(Conflict, match="last active"):
        accounts.set_active(root, "BOSS", active=False)
    assert accounts.sign_in("boss", PASSWORD, "a").actor.role is Role.ADMIN


def test_two_admins_cannot_demote_each_other_at_once(accounts: AccountService, root: Actor) -> None:
    names = ["one", "two"]
    for name in names:
        accounts.add_user(root, name, Role.ADMIN, PASSWORD)

    def demote(name: str) -> bool:
        try:
            accounts.set_role(root, name, Role.GUEST)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(demote, names)) == [False, True]


@pytest.mark.parametrize("name", ["nobody", "a\0b"])
def test_unknown_people_are_not_found(accounts: AccountService, root: Actor, name: str) -> None:
    with pytest.raises(NotFound):
        accounts.set_role(root, name, Role.GUEST)
    with pytest.raises(NotFound):
        accounts.set_active(root, name, active=False)


def test_reset_opens_an_account_closed_by_attempts(
    accounts: AccountService, root: Actor, ana: SignedIn
) -> None:
    for number in range(6):
        with pytest.raises(NotSignedIn):
            accounts.sign_in("ana", "wrong password", f"203.0.113.{number}")
    with pytest.raises(LimitReached):
        accounts.sign_in("ana", PASSWORD, "a")
    temporary = accounts.reset_password(root, "ana")
    assert accounts.sign_in("ana", temporary, "a").actor.user_id == ana.actor.user_id
