"""What Streamlit's `st.login` is told, made of our settings."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from core.config import Settings
from core.errors import ConfigurationError
from core.signing import signing_key
from ui.single_sign_on import auth_secrets, provider_secrets


@pytest.fixture
def offering(settings: Settings) -> Settings:
    update = {
        "oidc_metadata_url": "https://sso.example/.well-known/openid-configuration",
        "oidc_client_id": "glimpse",
        "oidc_client_secret": SecretStr("known to two"),
    }
    return settings.model_copy(update=update)


def section(settings: Settings) -> dict[str, str]:
    found = provider_secrets(settings)["auth"]
    assert isinstance(found, dict)
    return {name: str(value) for name, value in found.items()}


def test_without_a_provider_there_is_nothing_to_tell(settings: Settings) -> None:
    assert provider_secrets(settings) == {}
    assert not settings.data_dir.exists()


def test_the_callback_is_at_the_address_that_users_see(offering: Settings) -> None:
    public = offering.model_copy(update={"public_url": "https://glimpse.example/"})
    assert section(public)["redirect_uri"] == "https://glimpse.example/oauth2callback"
    assert section(offering)["redirect_uri"].startswith("http://127.0.0.1:")


def test_other_machines_need_a_public_address(
    offering: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streamlit.get_option", {"server.address": "0.0.0.0"}.get)  # noqa: S104
    with pytest.raises(ConfigurationError, match="GLIMPSE_PUBLIC_URL is required"):
        provider_secrets(offering)


def test_the_key_of_streamlits_cookies_is_made_from_ours(offering: Settings) -> None:
    key = section(offering)["cookie_secret"]
    assert len(key) == 64
    assert key == section(offering)["cookie_secret"]
    assert key != signing_key(offering).get_secret_value()
    other = offering.model_copy(update={"secret_key": SecretStr("another key" * 4)})
    assert section(other)["cookie_secret"] != key


def test_a_wrong_setting_is_left_to_the_start_to_tell(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("core.config.ROOT", tmp_path)
    monkeypatch.setenv("GLIMPSE_OIDC_CLIENT_ID", "glimpse")
    assert auth_secrets() == {}
