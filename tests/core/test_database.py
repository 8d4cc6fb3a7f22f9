"""Which database is meant, and what is said where it is none."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from core.config import Settings
from core.database import address, open_database
from core.errors import ConfigurationError

CANARY = "hunter22"


@pytest.mark.parametrize(
    "url",
    [f"nonsense:{CANARY}", f"mysql://u:{CANARY}@host/db", f"postgresql://u:{CANARY}@host:x/d"],
)
def test_an_address_of_something_else_is_refused_and_not_quoted(
    url: str, settings: Settings
) -> None:
    wrong = settings.model_copy(update={"database_url": SecretStr(url)})
    with pytest.raises(ConfigurationError, match="GLIMPSE_DATABASE_URL") as refused:
        address(wrong)
    assert CANARY not in refused.value.message


def test_every_usual_form_of_an_address_is_taken(settings: Settings) -> None:
    for start in ("postgresql", "postgres", "postgresql+psycopg2"):
        url = f"{start}://u:p@host:5432/db"
        given = settings.model_copy(update={"database_url": SecretStr(url)})
        assert address(given) == url


def test_a_data_directory_that_cannot_be_used_is_named(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    wrong = settings.model_copy(update={"data_dir": tmp_path / "file"})
    with pytest.raises(ConfigurationError, match="GLIMPSE_DATA_DIR"):
        open_database(wrong)
