from __future__ import annotations

import tomllib

from PIL import Image

from tests.training.conftest import ROOT
from training.sample_scenes import samples

FOLDER = ROOT / "ui" / "samples"


def test_the_list_names_twelve_pictures_that_exist() -> None:
    entries = tomllib.loads((FOLDER / "samples.toml").read_text())["sample"]
    assert [e["file"] for e in entries] == [s.file for s in samples()]
    assert len(entries) == 12
    for entry in entries:
        assert entry["title"]
        assert entry["note"]
        assert entry["phrases"].endswith(".")
        with Image.open(FOLDER / entry["file"]) as image:
            assert 320 <= max(image.size) <= 1200


def test_the_pictures_stay_small_together() -> None:
    assert sum(f.stat().st_size for f in FOLDER.iterdir()) < 1_500_000
