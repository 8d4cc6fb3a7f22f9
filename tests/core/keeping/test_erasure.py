"""Erasing somebody is asked for with their name typed, and can be taken back for a day."""

from datetime import timedelta

import pytest

from core.accounts.service import AccountService
from core.clock import now
from core.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn
from core.ids import new_id
from core.keeping.erasure import ErasureService
from core.permissions import Actor, Role
from db.models import AuditEntry
from db.session import Database
from tests.core.accounts.conftest import PASSWORD, accounts, ana, root

__all__ = ["accounts", "ana", "root"]


@pytest.fixture
def erasure(database: Database) -> ErasureService:
    return ErasureService(database)


def added(accounts: AccountService, name: str, role: Role = Role.ANALYST) -> Actor:
    accounts.add_user(AccountService.system_actor(), name, role, PASSWORD)
    return accounts.sign_in(name, PASSWORD, "a").actor


def test_whoever_is_to_be_erased_is_out_at_once(
    accounts: AccountService, erasure: ErasureService
) -> None:
    boss, kim = added(accounts, "boss", Role.ADMIN), added(accounts, "kim")
    key = accounts.add_key(kim, "notebook").secret
    asked = erasure.erase_user(boss, kim.user_id, " KIM ")
    assert asked.erase_at is not None
    assert timedelta(hours=23) < asked.erase_at - now() <= timedelta(hours=24)
    assert kim.session_id is not None
    assert accounts.actor_for_session(kim.session_id) is None
    assert accounts.actor_for_key(key) is None
    assert erasure.erase_user(boss, kim.user_id, "kim") == asked
    with pytest.raises(Conflict, match="take that back first"):
        accounts.set_active(boss, "kim", active=True)


def test_it_is_taken_back_and_the_person_let_in_again(
    accounts: AccountService, erasure: ErasureService
) -> None:
    boss, kim = added(accounts, "boss", Role.ADMIN), added(accounts, "kim")
    erasure.erase_user(boss, kim.user_id, "kim")
    assert erasure.undo_erasure(boss, kim.user_id).erase_at is None
    with pytest.raises((NotSignedIn, Invalid)):
        accounts.sign_in("kim", PASSWORD, "a")
    accounts.set_active(boss, "kim", active=True)
    assert accounts.sign_in("kim", PASSWORD, "a").actor.user_id == kim.user_id


def test_refusals(accounts: AccountService, erasure: ErasureService) -> None:
    boss, kim = added(accounts, "boss", Role.ADMIN), added(accounts, "kim")
    with pytest.raises(Invalid, match="not the name"):
        erasure.erase_user(boss, kim.user_id, "ki")
    with pytest.raises(Conflict, match="last active administrator"):
        erasure.erase_user(boss, boss.user_id, "boss")
    with pytest.raises(NotFound):
        erasure.erase_user(boss, new_id(), "kim")
    with pytest.raises(NotAllowed):
        erasure.erase_user(kim, boss.user_id, "boss")
    with pytest.raises(NotAllowed):
        erasure.undo_erasure(kim, kim.user_id)
    with pytest.raises(NotAllowed):
        erasure.of(kim, kim.user_id)
    assert erasure.of(boss, kim.user_id).erase_at is None


def test_each_step_is_in_the_audit_log_once(
    accounts: AccountService, erasure: ErasureService, database: Database
) -> None:
    boss, kim = added(accounts, "boss", Role.ADMIN), added(accounts, "kim")
    for _ in range(2):
        erasure.erase_user(boss, kim.user_id, "kim")
    for _ in range(2):
        erasure.undo_erasure(boss, kim.user_id)
    with database.unit_of_work() as session:
        mine = session.query(AuditEntry).filter_by(target_id=str(kim.user_id))
        found = mine.filter(AuditEntry.action.startswith("erasure")).order_by(AuditEntry.at)
        entries = found.all()
    assert [entry.action for entry in entries] == ["erasure_asked", "erasure_undone"]
    assert all("kim" not in str((entry.before, entry.after)) for entry in entries)
