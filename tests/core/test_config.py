"""Settings of single sign-on: all of them or none, and roles by what a claim says."""

from pathlib import Path

import pytest

from core.config import load_settings
from core.errors import ConfigurationError

WHOLE = {
    "METADATA_URL": "https://sso.example/.well-known/openid-configuration",
    "CLIENT_ID": "glimpse",
    "CLIENT_SECRET": "known to two",
}


@pytest.fixture(autouse=True)
def _no_secrets_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.config.ROOT", tmp_path)


def set_oidc(monkeypatch: pytest.MonkeyPatch, given: dict[str, str]) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"GLIMPSE_OIDC_{name}", value)


def test_it_is_off_unless_set() -> None:
    assert not load_settings().single_sign_on


def test_roles_are_read_by_value(monkeypatch: pytest.MonkeyPatch) -> None:
    roles = "cn=admins,o=example = admin; staff=analyst;"
    set_oidc(monkeypatch, WHOLE | {"ROLE_CLAIM": "groups", "ROLES": roles})
    settings = load_settings()
    assert settings.single_sign_on
    assert settings.oidc_roles == {"cn=admins,o=example": "admin", "staff": "analyst"}
    assert "known to two" not in repr(settings)


@pytest.mark.parametrize("missing", list(WHOLE))
def test_a_part_alone_names_what_is_missing(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    set_oidc(monkeypatch, {name: value for name, value in WHOLE.items() if name != missing})
    with pytest.raises(ConfigurationError, match=f"GLIMPSE_OIDC_{missing} is required"):
        load_settings()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"DEFAULT_ROLE": "guest"}, "OIDC_METADATA_URL is required"),
        (WHOLE | {"ROLE_CLAIM": "groups"}, "OIDC_ROLES is required"),
        (WHOLE | {"ROLES": "staff=analyst"}, "OIDC_ROLE_CLAIM is required"),
        (WHOLE | {"ROLE_CLAIM": "groups", "ROLES": "staff=owner"}, "OIDC_ROLES: .*'admin'"),
        (WHOLE | {"ROLE_CLAIM": "groups", "ROLES": "staff"}, "OIDC_ROLES: .*'admin'"),
        (WHOLE | {"DEFAULT_ROLE": "owner"}, "OIDC_DEFAULT_ROLE: .*'admin'"),
        (WHOLE | {"METADATA_URL": "http://sso.example/x"}, "OIDC_METADATA_URL must begin with"),
        (WHOLE | {"METADATA_URL": "sso.example"}, "OIDC_METADATA_URL must begin with"),
    ],
)
def test_what_is_wrong_is_named(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], told: str
) -> None:
    set_oidc(monkeypatch, given)
    with pytest.raises(ConfigurationError, match=told):
        load_settings()
