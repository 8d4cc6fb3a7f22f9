"""What the README says is what the code says."""

import re
from pathlib import Path

import pytest

from core.config import ROOT, Settings
from manage import README, with_settings

PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
LINK = re.compile(r"\]\((?!https?:)([^)\s]+)\)")


def test_the_table_of_settings_is_the_newest() -> None:
    readme = README.read_text()
    assert with_settings(readme) == readme, "run `make docs`"


def test_every_setting_is_listed_once() -> None:
    readme = README.read_text()
    for name in Settings.model_fields:
        assert readme.count(f"| `GLIMPSE_{name.upper()}` |") == 1


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_is_linked_is_there(page: Path) -> None:
    for target in LINK.findall(page.read_text()):
        file, _, heading = target.partition("#")
        linked = page.parent / file if file else page
        assert linked.exists(), target
        if heading:
            assert heading in {anchor(line) for line in linked.read_text().splitlines()}, target


def anchor(line: str) -> str:
    """What a heading is called in an address."""
    words = re.sub(r"[^\w\- ]", "", line.lstrip("#").strip().lower()) if line[:1] == "#" else ""
    return words.replace(" ", "-")
