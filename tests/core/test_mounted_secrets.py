"""Secrets that a container is handed as files."""

from pathlib import Path

import pytest

from core.config import load_settings
from core.errors import ConfigurationError

KEY = "a key of more than thirty-two characters"


@pytest.fixture
def mounted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("core.config.ROOT", tmp_path)
    monkeypatch.setattr("core.config._MOUNTED", tmp_path)
    return tmp_path


def test_a_file_named_as_a_setting_is_that_setting(mounted: Path) -> None:
    (mounted / "glimpse_secret_key").write_text(f"{KEY}\n")
    (mounted / "postgres_password").write_text("of somebody else")
    settings = load_settings()
    assert settings.secret_key is not None
    assert settings.secret_key.get_secret_value() == KEY


def test_the_environment_comes_first(mounted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (mounted / "glimpse_log_level").write_text("debug")
    monkeypatch.setenv("GLIMPSE_LOG_LEVEL", "error")
    assert load_settings().log_level == "error"


def test_a_wrong_file_is_named_as_its_setting_is(mounted: Path) -> None:
    (mounted / "glimpse_secret_key").write_text("short")
    with pytest.raises(ConfigurationError, match="GLIMPSE_SECRET_KEY"):
        load_settings()
