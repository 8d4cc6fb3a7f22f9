"""Role x page: every cell, and no page without an entry."""

import pytest

from core.permissions import Role
from tests.pages.conftest import Visitor
from ui.navigation import PAGES, PageSpec

ALL = frozenset(Role)
RATERS = frozenset({Role.ANALYST, Role.ADMIN})
ADMIN = frozenset({Role.ADMIN})

WHO = {
    "home": ALL,
    "detection": ALL,
    "generation": ALL,
    "batch": RATERS,
    "prompts": RATERS,
    "history": RATERS,
    "asked": RATERS,
    "feedback": ADMIN,
    "quality": ADMIN,
    "raters": ADMIN,
    "users": ADMIN,
    "limits": ADMIN,
    "audit": ADMIN,
    "system": ADMIN,
    "account": ALL,
}
"""Written down by hand, so that a change of the permissions shows up here."""


def test_every_page_has_an_entry_and_every_entry_a_page() -> None:
    assert set(WHO) == {spec.url_path for spec in PAGES}


@pytest.mark.parametrize("spec", PAGES, ids=lambda spec: spec.url_path)
def test_nobody_gets_the_sign_in_form_under_every_address(visitor: Visitor, spec: PageSpec) -> None:
    app = visitor.open("" if spec.default else spec.url_path)
    assert not app.exception
    assert [button.label for button in app.button if button.form_id] == ["Sign in"]
    assert not app.dataframe
    assert spec.title not in [title.value for title in app.title]


@pytest.mark.parametrize("role", Role)
def test_everybody_gets_the_pages_of_their_role_and_no_other(visitor: Visitor, role: Role) -> None:
    visitor.sign_in(role)
    got = set()
    for spec in PAGES:
        app = visitor.open("" if spec.default else spec.url_path)
        assert not app.exception
        assert not app.error
        refused = [each.value for each in app.warning if "not allowed for your role" in each.value]
        if refused:
            assert [each.value for each in app.header] == [spec.title]
            assert not app.dataframe
        else:
            got.add(spec.url_path)
    assert got == {path for path, roles in WHO.items() if role in roles}
