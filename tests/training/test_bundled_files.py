from __future__ import annotations

import hashlib

import pytest

from tests.training.conftest import ROOT

MODELS = ROOT / "models"


def test_checksums_name_every_weights_file_and_match() -> None:
    lines = (MODELS / "CHECKSUMS.sha256").read_text().splitlines()
    listed = {name: digest for digest, name in (line.split("  ") for line in lines)}
    present = {f.relative_to(MODELS).as_posix(): f for f in MODELS.glob("*/*.safetensors")}
    assert listed.keys() == present.keys()
    for name, file in present.items():
        assert hashlib.sha256(file.read_bytes()).hexdigest() == listed[name], name


@pytest.mark.parametrize(("folder", "megabytes"), [("shapes-detector", 8), ("reporter", 12)])
def test_a_model_folder_is_small_and_holds_no_pickle(folder: str, megabytes: int) -> None:
    files = list((MODELS / folder).iterdir())
    assert sum(f.stat().st_size for f in files) < megabytes * 1_000_000
    assert {f.suffix for f in files} <= {".safetensors", ".json", ".jinja", ".md", ".txt"}
    assert (MODELS / folder / "README.md").exists()
