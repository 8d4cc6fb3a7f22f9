"""The sign-in page with an identity provider, and whoever comes back from it."""

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.clock import now
from core.permissions import Role
from tests.pages.conftest import PASSWORD, Visitor, texts

CLAIMS: dict[str, Any] = {
    "is_logged_in": True,
    "iss": "https://sso.example",
    "sub": "7",
    "aud": "glimpse",
    "preferred_username": "wei",
}
Offered = Callable[..., Visitor]


@pytest.fixture
def offered(visitor: Visitor) -> Offered:
    """A visitor of a product that knows a provider, with what else is set."""

    def offer(**more: object) -> Visitor:
        settings = visitor.bench.settings.model_copy(
            update={
                "oidc_metadata_url": "https://sso.example/.well-known/openid-configuration",
                "oidc_client_id": "glimpse",
                "oidc_name": "Example *Ltd*",
            }
            | more
        )
        visitor.bench.settings = visitor.bench.accounts.settings = settings
        return visitor

    return offer


def come_back(visitor: Visitor, path: str = "account", **claims: object) -> AppTest:
    visitor.app.user = {**CLAIMS, "iat": now().timestamp(), **claims}
    return visitor.open(path)


def labels(app: AppTest) -> list[tuple[str, str]]:
    return [(button.label, button.proto.type) for button in app.button]


def test_without_a_provider_nothing_of_it_is_shown(visitor: Visitor) -> None:
    app = come_back(visitor)
    assert labels(app) == [("Sign in", "primary")]
    assert "with a password" not in texts(app)


def test_the_provider_comes_first_and_is_the_one_primary_action(offered: Offered) -> None:
    app = offered().open("")
    assert labels(app) == [
        ("Sign in with Example \\*Ltd\\*", "primary"),
        ("Sign in", "secondary"),
    ]


def test_who_comes_back_is_signed_in_with_a_session_of_ours(offered: Offered) -> None:
    visitor = offered(oidc_default_role="analyst")
    app = come_back(visitor)
    assert [title.value for title in app.title] == ["Account"]
    assert "wei" in texts(app)
    assert "There is no password to change" in texts(app)
    assert not [field for field in app.text_input if "password" in field.label.lower()]
    token = visitor.bench.accounts.redeem_ticket(app.session_state["glimpse"].cookie_ticket).token
    assert token is not None
    actor = visitor.bench.accounts.actor_for_token(token)
    assert actor is not None
    assert actor.username == "wei"


def test_after_sign_out_the_provider_s_word_is_worth_nothing(offered: Offered) -> None:
    app = come_back(offered(oidc_default_role="analyst"))
    app.button(key="sign_out").click().run()
    assert labels(app)[0][1] == "primary"
    assert "you may still be signed in there" in app.info[0].value
    app.run()
    assert labels(app)[0][1] == "primary"


def test_a_refusal_is_told_on_the_sign_in_page_and_the_cookie_dropped(offered: Offered) -> None:
    visitor = offered()
    app = come_back(visitor, sub="7 `x`")
    assert "You have no account here" in app.info[0].value
    line = "users link NAME --issuer https://sso.example --subject '7 `x`'"
    assert [code.value for code in app.code] == [line]
    ticket = app.session_state["glimpse"].cookie_ticket
    assert visitor.bench.accounts.redeem_ticket(ticket).token is None
    app.run()
    assert "You have no account here" in app.info[0].value


def test_a_disabled_user_is_told_so(offered: Offered) -> None:
    visitor = offered()
    accounts = visitor.bench.accounts
    system = accounts.system_actor()
    accounts.add_user(system, "ana", Role.ANALYST, PASSWORD)
    accounts.link_identity(system, "ana", "https://sso.example", "7")
    accounts.set_active(system, "ana", active=False)
    assert "disabled" in come_back(visitor).info[0].value


@pytest.mark.parametrize(
    ("problem", "said"), [("away", "does not answer"), ("failed", "did not succeed")]
)
def test_a_problem_on_the_way_is_told_and_leaves_the_address(
    offered: Offered, problem: str, said: str
) -> None:
    app = offered().open("users", sign_in=problem, q="a")
    assert said in app.info[0].value
    assert "Example \\*Ltd\\*" in app.info[0].value
    assert dict(app.query_params) == {"q": "a"}
    assert said in app.run().info[0].value


def test_an_unknown_problem_says_nothing(offered: Offered) -> None:
    app = offered().open("", sign_in="<b>call 555</b>")
    assert not app.info
