"""API keys: shown once, limited by role and scopes, ended at once."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from core.accounts.service import AccountService
from core.accounts.types import SignedIn
from core.clock import now
from core.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn
from core.permissions import Actor, Face, Permission, Role, Scope
from db.models import AuditEntry
from db.session import Database
from tests.core.accounts.conftest import PASSWORD


def test_key_speaks_for_its_owner(accounts: AccountService, ana: SignedIn) -> None:
    made = accounts.add_key(ana.actor, "notebook")
    assert made.secret.startswith("gk_")
    assert made.secret.startswith(made.info.prefix)
    found = accounts.actor_for_key(made.secret)
    assert found is not None
    assert (found.user_id, found.key_id, found.face) == (
        ana.actor.user_id,
        made.info.id,
        Face.API,
    )
    assert found.may(Permission.DETECT)


def test_scopes_narrow_what_the_role_allows(accounts: AccountService, ana: SignedIn) -> None:
    made = accounts.add_key(ana.actor, "detector only", [Scope.DETECT])
    found = accounts.actor_for_key(made.secret)
    assert found is not None
    assert found.may(Permission.DETECT)
    with pytest.raises(NotAllowed, match="scopes"):
        found.require(Permission.GENERATE)
    assert not found.may(Permission.OWN_KEYS)


def test_guests_have_no_keys(accounts: AccountService, root: Actor) -> None:
    accounts.add_user(root, "visitor", Role.GUEST, PASSWORD)
    visitor = accounts.sign_in("visitor", PASSWORD, "a").actor
    with pytest.raises(NotAllowed):
        accounts.add_key(visitor, "mine")


def test_admin_makes_a_key_for_somebody_else(
    accounts: AccountService, root: Actor, ana: SignedIn
) -> None:
    made = accounts.add_key(root, "robot", username="Ana")
    assert made.info.username == "ana"
    assert [key.label for key in accounts.keys(ana.actor)] == ["robot"]
    with pytest.raises(NotFound):
        accounts.add_key(root, "robot", username="nobody")


def test_only_the_hash_is_kept(accounts: AccountService, ana: SignedIn, database: Database) -> None:
    secret = accounts.add_key(ana.actor, "notebook").secret
    with database.unit_of_work() as session:
        assert secret not in str(session.execute(text("select k from api_keys k")).all())


def test_revoked_key_is_nobody_and_stays_listed(accounts: AccountService, ana: SignedIn) -> None:
    made = accounts.add_key(ana.actor, "notebook")
    accounts.revoke_key(ana.actor, made.info.id)
    first = accounts.keys(ana.actor)[0].revoked_at
    accounts.revoke_key(ana.actor, made.info.id)
    assert accounts.actor_for_key(made.secret) is None
    assert first is not None
    assert accounts.keys(ana.actor)[0].revoked_at == first


def test_key_rests_while_its_owner_is_disabled(
    accounts: AccountService, root: Actor, ana: SignedIn
) -> None:
    secret = accounts.add_key(ana.actor, "notebook").secret
    accounts.set_active(root, "ana", active=False)
    assert accounts.actor_for_key(secret) is None
    accounts.set_active(root, "ana", active=True)
    assert accounts.actor_for_key(secret) is not None


def test_one_cannot_revoke_the_key_of_another(
    accounts: AccountService, root: Actor, ana: SignedIn
) -> None:
    accounts.add_user(root, "bob", Role.ANALYST, PASSWORD)
    bob = accounts.sign_in("bob", PASSWORD, "a").actor
    made = accounts.add_key(ana.actor, "notebook")
    with pytest.raises(NotFound):
        accounts.revoke_key(bob, made.info.id)
    assert accounts.actor_for_key(made.secret) is not None
    accounts.revoke_key(root, made.info.id)
    assert accounts.actor_for_key(made.secret) is None


def test_last_use_is_noted_at_most_once_a_minute(
    accounts: AccountService, ana: SignedIn, database: Database
) -> None:
    secret = accounts.add_key(ana.actor, "notebook").secret
    accounts.actor_for_key(secret)
    first = accounts.keys(ana.actor)[0].last_used_at
    accounts.actor_for_key(secret)
    assert first is not None
    assert accounts.keys(ana.actor)[0].last_used_at == first
    with database.unit_of_work() as session:
        session.execute(text("update api_keys set last_used_at = now() - interval '61 seconds'"))
    accounts.actor_for_key(secret)
    again = accounts.keys(ana.actor)[0].last_used_at
    assert again is not None
    assert again > first


@pytest.mark.parametrize("label", ["", "   ", "x" * 81, "a\0b"])
def test_unfit_labels_are_refused(accounts: AccountService, ana: SignedIn, label: str) -> None:
    with pytest.raises(Invalid, match="1 to 80"):
        accounts.add_key(ana.actor, label)


def test_a_key_without_any_scope_is_refused(accounts: AccountService, ana: SignedIn) -> None:
    with pytest.raises(Invalid, match="detect, generate, feedback, export"):
        accounts.add_key(ana.actor, "useless", [])


@pytest.mark.parametrize("secret", ["", "gk_", "gk_made-up", "other_thing", "gk_" + "x" * 1000])
def test_made_up_keys_are_nobody(accounts: AccountService, secret: str) -> None:
    assert accounts.actor_for_key(secret) is None


def test_an_expired_key_is_refused_in_words_for_its_holder_alone(
    accounts: AccountService, root: Actor, ana: SignedIn, database: Database
) -> None:
    made = accounts.add_key(ana.actor, "notebook", days=30)
    assert accounts.actor_for_key(made.secret) is not None
    past(database, "update api_keys set expires_at = now() - interval '1 second'")
    with pytest.raises(NotSignedIn, match="expired on"):
        accounts.actor_for_key(made.secret)
    assert accounts.actor_for_key(made.secret + "x") is None
    assert accounts.keys(ana.actor)[0].expired
    accounts.revoke_key(ana.actor, made.info.id)
    assert accounts.actor_for_key(made.secret) is None


def test_a_key_lasts_as_long_as_was_chosen(accounts: AccountService, ana: SignedIn) -> None:
    month = accounts.add_key(ana.actor, "month", days=30).info
    assert month.expires_at is not None
    assert timedelta(days=29, hours=23) < month.expires_at - now() <= timedelta(days=30)
    assert accounts.add_key(ana.actor, "for ever").info.expires_at is None


@pytest.mark.parametrize("days", [0, -1, 3651, 10**12])
def test_a_span_that_cannot_be_is_refused(
    accounts: AccountService, ana: SignedIn, days: int
) -> None:
    with pytest.raises(Invalid, match="1 to 3,650 days"):
        accounts.add_key(ana.actor, "odd", days=days)


def test_a_revoked_key_is_restored_within_ten_minutes(
    accounts: AccountService, ana: SignedIn, database: Database
) -> None:
    made = accounts.add_key(ana.actor, "notebook")
    accounts.revoke_key(ana.actor, made.info.id)
    assert accounts.restore_key(ana.actor, made.info.id).revoked_at is None
    assert accounts.actor_for_key(made.secret) is not None
    accounts.revoke_key(ana.actor, made.info.id)
    past(database, "update api_keys set revoked_at = now() - interval '601 seconds'")
    with pytest.raises(Conflict, match="ten minutes"):
        accounts.restore_key(ana.actor, made.info.id)
    assert accounts.actor_for_key(made.secret) is None


def test_a_key_manages_no_keys(accounts: AccountService, ana: SignedIn) -> None:
    made = accounts.add_key(ana.actor, "notebook")
    bearer = accounts.actor_for_key(made.secret)
    assert bearer is not None
    with pytest.raises(NotAllowed, match="signed in"):
        accounts.add_key(bearer, "successor")
    with pytest.raises(NotAllowed, match="signed in"):
        accounts.revoke_key(bearer, made.info.id)
    with pytest.raises(NotAllowed, match="signed in"):
        accounts.restore_key(bearer, made.info.id)
    assert [key.label for key in accounts.keys(bearer)] == ["notebook"]


def test_an_admins_own_keys_are_told_from_others(
    accounts: AccountService, root: Actor, ana: SignedIn
) -> None:
    made = accounts.add_key(ana.actor, "notebook")
    with pytest.raises(NotFound):
        accounts.revoke_key(root, made.info.id, own_only=True)
    assert [key.id for key in accounts.keys_of(root, ana.actor.user_id)] == [made.info.id]
    with pytest.raises(NotAllowed):
        accounts.keys_of(ana.actor, ana.actor.user_id)


def test_what_happens_to_a_key_is_in_the_audit_log_once_and_without_its_label(
    accounts: AccountService, ana: SignedIn, database: Database
) -> None:
    made = accounts.add_key(ana.actor, "word-of-mine", [Scope.EXPORT], days=30)
    for _ in range(2):
        accounts.revoke_key(ana.actor, made.info.id)
    for _ in range(2):
        accounts.restore_key(ana.actor, made.info.id)
    with database.unit_of_work() as session:
        rows = session.query(AuditEntry).where(AuditEntry.target_kind == "key")
        entries = rows.order_by(AuditEntry.at).all()
    assert [entry.action for entry in entries] == ["key_added", "key_revoked", "key_restored"]
    assert {entry.target_id for entry in entries} == {str(made.info.id)}
    assert {entry.actor_id for entry in entries} == {ana.actor.user_id}
    assert entries[0].after is not None
    assert entries[0].after["scopes"] == ["export"]
    told = str([vars(entry) for entry in entries])
    assert "word-of-mine" not in told
    assert made.secret not in told


def past(database: Database, change: str) -> None:
    """Move a time of every key into the past."""
    with database.unit_of_work() as session:
        session.execute(text(change))
