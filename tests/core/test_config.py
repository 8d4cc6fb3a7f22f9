"""A wrong setting is named; those of single sign-on are all set or none."""

from pathlib import Path

import pytest
from annotated_types import MinLen

from core.config import Settings, load_settings
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


ANYTHING = {
    *("DATA_DIR", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_NAME", "OIDC_ROLE_CLAIM"),
    *("DATABASE_URL", "MODELS_FILE"),  # what they name is looked at when it is opened
}
"""Settings of which no value is wrong by itself."""
WRONG = {
    "PUBLIC_URL": ("glimpse.example", "https://", "ftp://a.example", "https://a.example:port"),
    "OIDC_METADATA_URL": ("sso.example",),
    "OIDC_ROLES": ("staff",),
}


def wrong_values(name: str) -> tuple[str, ...]:
    """By the kind of the setting; every new one of another kind is to be named above."""
    field = Settings.model_fields[name.lower()]
    if name in WRONG:
        return WRONG[name]
    if "int" in str(field.annotation):
        return ("many", "-1", "1.5")
    if "Literal" in str(field.annotation):
        return ("nonsense",)
    assert any(isinstance(each, MinLen) for each in field.metadata), f"which {name} is wrong?"
    return ("short",)


@pytest.mark.parametrize(
    "name", [name.upper() for name in Settings.model_fields if name.upper() not in ANYTHING]
)
def test_every_setting_with_a_wrong_value_is_named_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    if name.startswith("OIDC"):
        set_oidc(monkeypatch, WHOLE | {"ROLE_CLAIM": "groups", "ROLES": "staff=analyst"})
    for value in wrong_values(name):
        monkeypatch.setenv(f"GLIMPSE_{name}", value)
        with pytest.raises(ConfigurationError, match=f"^GLIMPSE_{name}\\b") as refused:
            load_settings()
        assert len(refused.value.message.splitlines()) == 1
        assert refused.value.message.endswith(".")


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8501", "https://glimpse.example", "https://glimpse.example/"]
)
def test_usual_addresses_are_taken(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("GLIMPSE_PUBLIC_URL", address)
    assert load_settings().public_url == address
