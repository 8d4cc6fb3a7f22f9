"""What the README says is what the code says."""

from core.config import ROOT, Settings
from manage import README, with_settings


def test_the_table_of_settings_is_the_newest() -> None:
    readme = README.read_text()
    assert with_settings(readme) == readme, "run `make docs`"


def test_every_setting_is_listed_once() -> None:
    readme = README.read_text()
    for name in Settings.model_fields:
        assert readme.count(f"| `GLIMPSE_{name.upper()}` |") == 1


def test_linked_files_are_there() -> None:
    for name in ("docs/decisions.md", "CONTRIBUTING.md", "CHANGELOG.md", "models.toml"):
        assert (ROOT / name).is_file()
