"""What people may do: changed together and put back, and every change told to the audit log."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import select

from core.accounts.service import AccountService
from core.accounts.types import SignedIn, UserInfo
from core.clock import now
from core.config import Settings
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.ids import new_id
from core.permissions import Actor, Face, Role
from db.models import AuditEntry, User
from db.session import Database
from tests.core.accounts.conftest import PASSWORD


@pytest.fixture
def boss(accounts: AccountService, root: Actor) -> Actor:
    """An admin, signed in from somewhere."""
    accounts.add_user(root, "boss", Role.ADMIN, PASSWORD)
    signed_in = accounts.sign_in("boss", PASSWORD, "a")
    found = accounts.actor_for_session(signed_in.session_id, "192.0.2.7")
    assert found is not None
    return found


@pytest.fixture
def three(accounts: AccountService, root: Actor) -> list[UUID]:
    """A guest, an analyst and a disabled analyst."""
    made = [
        accounts.add_user(root, name, role, PASSWORD).id
        for name, role in (("gus", Role.GUEST), ("ann", Role.ANALYST), ("dis", Role.ANALYST))
    ]
    accounts.set_active(root, made[-1], active=False)
    return made


def standing(accounts: AccountService, root: Actor) -> dict[str, tuple[Role, bool]]:
    return {user.username: (user.role, user.active) for user in accounts.users(root)}


def told(database: Database, action: str) -> list[AuditEntry]:
    with database.unit_of_work() as session:
        found = session.scalars(
            select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id)
        ).all()
        session.expunge_all()
        return list(found)


def test_several_are_changed_and_put_back_as_each_was(
    accounts: AccountService, root: Actor, boss: Actor, three: list[UUID]
) -> None:
    before = standing(accounts, root)
    done = accounts.change_users(boss, three, role=Role.ANALYST, active=False)
    assert set(standing(accounts, root).values()) == {(Role.ADMIN, True), (Role.ANALYST, False)}
    accounts.undo_change(boss, done)
    assert standing(accounts, root) == before


def test_nothing_is_put_back_where_somebody_was_changed_again(
    accounts: AccountService, root: Actor, boss: Actor, three: list[UUID]
) -> None:
    done = accounts.change_users(boss, three, role=Role.ADMIN)
    accounts.set_role(root, "ann", Role.GUEST)
    with pytest.raises(Conflict, match="changed again"):
        accounts.undo_change(boss, done)
    assert standing(accounts, root)["gus"] == (Role.ADMIN, True)


def test_of_all_admins_one_stays_and_nobody_is_changed(
    accounts: AccountService, root: Actor, boss: Actor, three: list[UUID]
) -> None:
    accounts.set_role(root, three[0], Role.ADMIN)
    with pytest.raises(Conflict, match="last active administrators"):
        accounts.change_users(root, [boss.user_id, *three], active=False)
    assert standing(accounts, root)["ann"] == (Role.ANALYST, True)


def test_an_undo_that_would_leave_no_admin_is_refused(
    accounts: AccountService, root: Actor, boss: Actor, three: list[UUID]
) -> None:
    done = accounts.change_users(root, three[:1], role=Role.ADMIN)
    accounts.set_role(root, boss.user_id, Role.GUEST)
    with pytest.raises(Conflict, match="last active administrator"):
        accounts.undo_change(root, done)


def test_an_unknown_one_among_them_changes_nobody(
    accounts: AccountService, root: Actor, three: list[UUID]
) -> None:
    before = standing(accounts, root)
    with pytest.raises(NotFound):
        accounts.change_users(root, [*three, new_id()], role=Role.GUEST)
    assert standing(accounts, root) == before


def test_more_than_may_be_changed_at_once_are_refused(
    accounts: AccountService, root: Actor
) -> None:
    with pytest.raises(Invalid, match="200"):
        accounts.change_users(root, [new_id() for _ in range(201)], active=False)


def test_groups_of_admins_cannot_remove_each_other(accounts: AccountService, root: Actor) -> None:
    ids = [accounts.add_user(root, f"a{n}", Role.ADMIN, PASSWORD).id for n in range(4)]

    def disable(group: list[UUID]) -> bool:
        try:
            accounts.change_users(root, group, active=False)
        except Conflict:
            return False
        return True

    for _ in range(5):
        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(disable, [ids[:3], ids[1:][::-1]])) == [False, True]
        accounts.change_users(root, ids, active=True)


@pytest.mark.parametrize(
    "call",
    [
        lambda accounts, user: accounts.set_active(root_of(accounts), user.id, active=True),
        lambda accounts, user: accounts.set_role(root_of(accounts), user.id, Role.ADMIN),
        lambda accounts, user: accounts.reset_password(root_of(accounts), user.id),
    ],
)
def test_an_erased_person_stays_as_they_are(
    accounts: AccountService,
    database: Database,
    call: Callable[[AccountService, UserInfo], object],
) -> None:
    user = erased(accounts, database, "gone")
    with pytest.raises(Conflict, match="erased"):
        call(accounts, user)


def test_who_is_to_be_erased_is_not_let_in(
    accounts: AccountService, root: Actor, database: Database, three: list[UUID]
) -> None:
    with database.unit_of_work() as session:
        user = session.get_one(User, three[2])
        user.erase_at = now()
    with pytest.raises(Conflict, match="to be erased"):
        accounts.set_active(root, three[2], active=True)


def test_a_role_given_by_hand_is_not_taken_from_a_claim_any_more(
    accounts: AccountService, root: Actor, database: Database, three: list[UUID]
) -> None:
    with database.unit_of_work() as session:
        session.get_one(User, three[1]).role_from_claim = True
    accounts.set_role(root, three[1], Role.ANALYST)  # as it is
    with database.unit_of_work() as session:
        assert session.get_one(User, three[1]).role_from_claim
    accounts.set_role(root, three[1], Role.GUEST)
    with database.unit_of_work() as session:
        assert not session.get_one(User, three[1]).role_from_claim


def test_each_change_is_told_with_who_from_where_and_what_was_before(
    accounts: AccountService, database: Database, boss: Actor, ana: SignedIn
) -> None:
    user_id = ana.actor.user_id
    accounts.change_user(boss, user_id, role=Role.GUEST, active=False)
    accounts.change_user(boss, user_id, role=Role.GUEST, active=False)  # nothing changes
    accounts.set_active(boss, user_id, active=True)
    accounts.reset_password(boss, user_id)
    [role], [out], [back], [reset] = (
        told(database, action)
        for action in ("role_changed", "user_disabled", "user_enabled", "password_reset")
    )
    for entry in (role, out, back, reset):
        assert (entry.actor_id, entry.address, entry.face) == (boss.user_id, "192.0.2.7", "ui")
        assert (entry.target_kind, entry.target_id) == ("user", str(user_id))
    assert (role.before, role.after) == ({"role": "analyst"}, {"role": "guest"})
    assert (out.before, out.after) == ({"active": True}, {"active": False})
    assert (back.before, back.after) == ({"active": False}, {"active": True})
    assert (reset.before, reset.after) == (None, {"temporary": True})


def test_what_is_refused_is_not_told(
    accounts: AccountService, root: Actor, database: Database, boss: Actor
) -> None:
    with pytest.raises(Conflict):
        accounts.change_user(root, boss.user_id, role=Role.GUEST)
    with pytest.raises(Conflict):
        accounts.add_user(root, "BOSS", Role.GUEST, PASSWORD)
    assert told(database, "role_changed") == []
    assert len(told(database, "user_added")) == 1


def test_first_admin_is_told_as_made_by_the_program(database: Database, settings: Settings) -> None:
    AccountService(database, settings).ensure_first_admin()
    [entry] = told(database, "user_added")
    assert (entry.actor_id, entry.face, entry.after) == (None, Face.JOB, {"role": "admin"})


def test_only_admins_change_many(accounts: AccountService, ana: SignedIn) -> None:
    for call in (
        lambda: accounts.change_users(ana.actor, [ana.actor.user_id], role=Role.ADMIN),
        lambda: accounts.undo_change(ana.actor, []),
    ):
        with pytest.raises(NotAllowed):
            call()


def root_of(accounts: AccountService) -> Actor:
    return accounts.system_actor()


def erased(accounts: AccountService, database: Database, name: str) -> UserInfo:
    made = accounts.add_user(root_of(accounts), name, Role.ANALYST, PASSWORD)
    with database.unit_of_work() as session:
        user = session.get_one(User, made.id)
        user.active, user.erased_at = False, now()
    return made
