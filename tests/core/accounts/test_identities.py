"""Identities linked to users by hand."""

import pytest
from sqlalchemy import text

from core.accounts.claims import ClaimsRefused
from core.accounts.service import AccountService
from core.accounts.types import SignedIn
from core.config import Settings
from core.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn
from core.permissions import Actor, Role
from db.session import Database
from tests.core.accounts.conftest import PASSWORD
from tests.core.accounts.test_sso import ISSUER, claims_of, offering


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Nobody comes in by a provider before an admin links them."""
    return offering(settings)


def come(accounts: AccountService, subject: str = "7", **more: object) -> SignedIn:
    return accounts.sign_in_with_identity(claims_of(subject, **more), "10.0.0.1")  # type: ignore[arg-type]


def test_who_is_linked_signs_in_as_that_user_with_the_role_they_have(
    accounts: AccountService, root: Actor, ana: SignedIn
) -> None:
    with pytest.raises(ClaimsRefused, match="Ask an administrator"):
        come(accounts)
    accounts.link_identity(root, "ana", f" {ISSUER} ", "7")
    found = come(accounts)
    assert (found.actor.user_id, found.actor.role) == (ana.actor.user_id, Role.ANALYST)
    assert accounts.has_password(found.actor)


def test_following_the_claim_is_chosen_and_taken_back_by_linking_again(
    database: Database, settings: Settings, root: Actor, ana: SignedIn
) -> None:
    claimed = offering(settings, oidc_role_claim="groups", oidc_roles={"low": "guest"})
    accounts = AccountService(database, claimed)
    accounts.link_identity(root, ana.actor.user_id, ISSUER, "7", follow=True)
    assert come(accounts, groups="low").actor.role is Role.GUEST
    accounts.link_identity(root, ana.actor.user_id, ISSUER, "7")
    assert come(accounts, groups="other").actor.role is Role.GUEST


def test_an_identity_belongs_to_one_user(
    accounts: AccountService, root: Actor, ana: SignedIn
) -> None:
    accounts.add_user(root, "bob", Role.GUEST, PASSWORD)
    accounts.link_identity(root, "ana", ISSUER, "7")
    with pytest.raises(Conflict, match="linked to another user"):
        accounts.link_identity(root, "bob", ISSUER, "7", follow=True)
    assert come(accounts).actor.user_id == ana.actor.user_id


def test_unlinking_ends_what_is_open_and_keeps_out(
    accounts: AccountService, root: Actor, ana: SignedIn
) -> None:
    accounts.link_identity(root, "ana", ISSUER, "7")
    found = come(accounts)
    accounts.unlink_identity(root, "ana", ISSUER, "7")
    assert accounts.identities_of(root, "ana") == ()
    assert accounts.actor_for_session(found.session_id) is None
    with pytest.raises(ClaimsRefused):
        come(accounts)
    with pytest.raises(NotFound, match="no such identity"):
        accounts.unlink_identity(root, "ana", ISSUER, "7")


def test_both_are_audited_without_the_subject(
    accounts: AccountService, root: Actor, ana: SignedIn, database: Database
) -> None:
    accounts.link_identity(root, "ana", ISSUER, "the subject")
    accounts.unlink_identity(root, "ana", ISSUER, "the subject")
    with database.unit_of_work() as session:
        rows = session.execute(
            text("select action, before, after, target_id from audit_log where action like 'ide%'")
        ).all()
    assert [row.action for row in rows] == ["identity_linked", "identity_unlinked"]
    assert {row.target_id for row in rows} == {str(ana.actor.user_id)}
    assert "the subject" not in str(rows)


@pytest.mark.parametrize(("issuer", "subject"), [("", "7"), (ISSUER, " "), (ISSUER, "a\nb")])
def test_what_no_provider_writes_is_refused(
    accounts: AccountService, root: Actor, ana: SignedIn, issuer: str, subject: str
) -> None:
    with pytest.raises(Invalid, match="printable"):
        accounts.link_identity(root, "ana", issuer, subject)


def test_only_who_manages_users_may(accounts: AccountService, ana: SignedIn) -> None:
    for call in (
        lambda: accounts.identities_of(ana.actor, "ana"),
        lambda: accounts.link_identity(ana.actor, "ana", ISSUER, "7"),
        lambda: accounts.unlink_identity(ana.actor, "ana", ISSUER, "7"),
    ):
        with pytest.raises(NotAllowed):
            call()


def test_a_temporary_password_is_not_asked_of_who_comes_by_the_provider(
    accounts: AccountService, root: Actor
) -> None:
    accounts.add_user(root, "bob", Role.ANALYST, PASSWORD, temporary=True)
    accounts.link_identity(root, "bob", ISSUER, "7")
    found = come(accounts)
    assert not found.actor.must_change_password
    again = accounts.actor_for_session(found.session_id)
    assert again is not None
    assert not again.must_change_password
    assert accounts.sign_in("bob", PASSWORD, "10.0.0.2").actor.must_change_password


def test_without_a_password_there_is_none_to_change(database: Database, settings: Settings) -> None:
    accounts = AccountService(database, offering(settings, oidc_default_role="analyst"))
    actor = come(accounts, preferred_username="wei").actor
    assert not accounts.has_password(actor)
    assert accounts.has_changed_password(actor)
    with pytest.raises(NotAllowed, match="no password"):
        accounts.change_password(actor, "", "a password of my own")
    with pytest.raises(NotSignedIn):
        accounts.sign_in("wei", "a password of my own", None)
