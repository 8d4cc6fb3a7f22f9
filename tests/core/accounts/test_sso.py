"""Signing in by an identity provider: who gets in, as whom, as what, and how often."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from core.accounts.claims import ClaimsRefused
from core.accounts.service import AccountService
from core.accounts.types import SignedIn
from core.clock import now
from core.config import Settings
from core.errors import NotSignedIn
from core.permissions import Actor, Role
from db.session import Database
from tests.core.accounts.conftest import PASSWORD

ISSUER = "https://sso.example"
Come = Callable[..., SignedIn]


def offering(settings: Settings, **more: object) -> Settings:
    named = {
        "oidc_metadata_url": f"{ISSUER}/.well-known/openid-configuration",
        "oidc_client_id": "glimpse",
        "oidc_client_secret": SecretStr("known to two"),
        "oidc_name": "Example",
    }
    return settings.model_copy(update=named | more)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Roles come from the groups that a token names."""
    return offering(
        settings,
        oidc_role_claim="groups",
        oidc_roles={"cn=admins,o=example": "admin", "staff": "analyst"},
    )


def claims_of(subject: str, issued: datetime | None = None, **more: object) -> dict[str, object]:
    """As Streamlit hands them on, issued now unless told."""
    moment = issued or now()
    base = {"iss": ISSUER, "sub": subject, "aud": "glimpse", "iat": moment.timestamp()}
    return {"is_logged_in": True, "groups": ["staff"]} | base | more


@pytest.fixture
def come(accounts: AccountService) -> Come:
    def come(subject: str = "248289761001", **more: object) -> SignedIn:
        claims = claims_of(subject, **more)  # type: ignore[arg-type]
        return accounts.sign_in_with_identity(claims, "10.0.0.1", "a browser")

    return come


def audited(database: Database) -> list[tuple[str, Mapping[str, object] | None]]:
    with database.unit_of_work() as session:
        rows = session.execute(text("select action, after from audit_log order by id"))
        return [(row.action, row.after) for row in rows]


def refused(come: Come, *words: object, **more: object) -> ClaimsRefused:
    with pytest.raises(ClaimsRefused) as caught:
        come(*words, **more)
    assert isinstance(caught.value, NotSignedIn)
    return caught.value


def test_who_is_new_gets_an_account_with_the_role_of_the_claim(
    accounts: AccountService, come: Come, database: Database
) -> None:
    found = come(preferred_username="wei.chen@example.org", groups=["other", "staff"])
    assert (found.actor.username, found.actor.role) == ("wei.chen", Role.ANALYST)
    again = accounts.actor_for_session(found.session_id)
    assert again is not None
    assert again.user_id == found.actor.user_id
    assert audited(database) == [
        ("user_added", {"role": "analyst"}),
        ("identity_linked", {"issuer": ISSUER}),
        ("signed_in", {"method": "sso"}),
    ]


def test_the_second_sign_in_is_the_same_person(come: Come) -> None:
    first = come(preferred_username="wei")
    second = come(preferred_username="another name")
    assert second.actor.user_id == first.actor.user_id
    assert second.actor.username == "wei"
    assert second.session_id != first.session_id


def test_the_same_subject_of_another_issuer_is_somebody_else(come: Come) -> None:
    first = come("one", preferred_username="wei")
    other = come("one", preferred_username="wei", iss="https://other.example")
    assert other.actor.user_id != first.actor.user_id
    assert other.actor.username == "wei-2"


@pytest.mark.parametrize(
    "claims",
    [{"preferred_username": "ANA"}, {"email": "ana@example.org", "email_verified": True}],
)
def test_an_account_is_never_adopted_by_its_name(
    come: Come, ana: SignedIn, claims: dict[str, object]
) -> None:
    found = come(**claims)
    assert found.actor.user_id != ana.actor.user_id
    assert found.actor.username.lower() == "ana-2"


@pytest.mark.parametrize("wish", ["", "?", "../../", "\u202eevil", "x" * 900, "a b <script>"])
def test_any_name_becomes_a_username(accounts: AccountService, come: Come, wish: str) -> None:
    name = come(preferred_username=wish).actor.username
    assert 2 <= len(name) <= 64
    assert not set(name) & set(" <>/\u202e")


@pytest.mark.parametrize("guess", ["", "None", PASSWORD])
def test_without_a_password_no_password_signs_in(
    accounts: AccountService, come: Come, guess: str
) -> None:
    actor = come(preferred_username="wei").actor
    assert not accounts.has_password(actor)
    with pytest.raises(NotSignedIn, match="username or the password is wrong"):
        accounts.sign_in("wei", guess, "10.0.0.2")


def test_the_role_follows_the_claim_and_open_pages_feel_it(
    accounts: AccountService, come: Come, root: Actor
) -> None:
    accounts.add_user(root, "boss", Role.ADMIN, PASSWORD)
    first = come(groups="cn=admins,o=example")
    assert first.actor.role is Role.ADMIN
    assert come(groups=["staff"]).actor.role is Role.ANALYST
    open_page = accounts.actor_for_session(first.session_id)
    assert open_page is not None
    assert open_page.role is Role.ANALYST


def test_a_change_by_claim_is_audited_with_both_roles(
    come: Come, accounts: AccountService, root: Actor, database: Database
) -> None:
    come(groups=["staff"])
    come(groups=["cn=admins,o=example"])
    with database.unit_of_work() as session:
        row = session.execute(
            text("select before, after, actor_id from audit_log where action = 'role_changed'")
        ).one()
    assert (row.before, row.after, row.actor_id) == ({"role": "analyst"}, {"role": "admin"}, None)


def test_a_role_set_by_hand_stays(accounts: AccountService, come: Come, root: Actor) -> None:
    come(preferred_username="wei", groups=["staff"])
    accounts.set_role(root, "wei", Role.GUEST)
    assert come(groups=["cn=admins,o=example"]).actor.role is Role.GUEST


def test_the_highest_of_several_roles_counts(come: Come) -> None:
    assert come(groups=["staff", "cn=admins,o=example"]).actor.role is Role.ADMIN


@pytest.mark.parametrize("groups", [[], ["others"], None, {"staff": 1}, "staff,cn=admins"])
def test_without_a_role_nobody_is_added(
    come: Come, accounts: AccountService, root: Actor, groups: object, database: Database
) -> None:
    error = refused(come, "77", groups=groups)
    assert error.unknown == (ISSUER, "77")
    assert accounts.users(root) == ()
    assert audited(database) == [("sign_in_failed", {"method": "sso", "reason": "no_account"})]


def test_who_loses_their_groups_loses_access(
    come: Come, accounts: AccountService, root: Actor
) -> None:
    accounts.add_user(root, "boss", Role.ADMIN, PASSWORD)
    come(groups=["staff"])
    assert refused(come, groups=[]).reason == "no_role"


def test_a_default_role_is_for_those_whom_the_claim_gives_none(
    database: Database, settings: Settings
) -> None:
    lenient = offering(settings, oidc_default_role="guest")
    accounts = AccountService(database, lenient)
    assert accounts.sign_in_with_identity(claims_of("1", groups=[]), None).actor.role is Role.GUEST
    staff = accounts.sign_in_with_identity(claims_of("2", groups=["staff"]), None)
    assert staff.actor.role is Role.ANALYST


def test_the_last_admin_stays_one_whatever_the_claim_says(come: Come) -> None:
    assert come(groups=["cn=admins,o=example"]).actor.role is Role.ADMIN
    assert come(groups=["staff"]).actor.role is Role.ADMIN
    assert come(groups=[]).actor.role is Role.ADMIN


def test_a_disabled_user_is_refused_and_the_refusal_audited(
    come: Come, accounts: AccountService, root: Actor, database: Database
) -> None:
    come(preferred_username="wei")
    accounts.set_active(root, "wei", active=False)
    assert "disabled" in refused(come).message
    assert audited(database)[-1] == ("sign_in_failed", {"method": "sso", "reason": "disabled"})


def test_a_token_signs_in_once(come: Come) -> None:
    issued = now()
    come(issued=issued)
    assert refused(come, issued=issued).reason == "used"
    assert refused(come, issued=issued - timedelta(seconds=1)).reason == "used"


def test_a_token_used_by_many_tabs_at_once_signs_in_once(accounts: AccountService) -> None:
    claims = claims_of("1", now())

    def come(_: int) -> bool:
        try:
            accounts.sign_in_with_identity(claims, None)
        except ClaimsRefused as error:
            assert error.reason == "used"  # noqa: PT017 - among threads
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(come, range(6))) == 1


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"iss": ""}, "incomplete"),
        ({"iss": None}, "incomplete"),
        ({"sub": ""}, "incomplete"),
        ({"sub": "a\0b"}, "incomplete"),
        ({"sub": ["1"]}, "incomplete"),
        ({"iat": None}, "incomplete"),
        ({"iat": "soon"}, "incomplete"),
        ({"iat": -1e300}, "stale"),
        ({"iat": float("nan")}, "stale"),
        ({"iat": datetime(2020, 1, 1, tzinfo=UTC).timestamp()}, "stale"),
        ({"aud": "another product"}, "other_audience"),
        ({"aud": ["another", "and another"], "azp": "glimpse"}, "other_audience"),
        ({"aud": None}, "other_audience"),
    ],
)
def test_a_token_that_is_not_for_us_or_not_whole_is_refused(
    come: Come, claims: dict[str, object], reason: str, accounts: AccountService, root: Actor
) -> None:
    assert refused(come, **({"subject": "1"} | claims)).reason == reason
    assert accounts.users(root) == ()
