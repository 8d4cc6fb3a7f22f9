from __future__ import annotations

import hashlib

import pytest

from tests.training.conftest import ROOT

MODELS = ROOT / "models"


@pytest.mark.parametrize("folder", ["shapes-detector", "reporter"])
def test_the_listed_hash_is_that_of_the_weights(folder: str) -> None:
    listed = (MODELS / folder / "weights.sha256").read_text()
    digest = hashlib.sha256((MODELS / folder / "model.safetensors").read_bytes()).hexdigest()
    assert listed == f"{digest}  model.safetensors\n"


@pytest.mark.parametrize(("folder", "megabytes"), [("shapes-detector", 8), ("reporter", 12)])
def test_a_model_folder_is_small_and_holds_no_pickle(folder: str, megabytes: int) -> None:
    files = list((MODELS / folder).iterdir())
    assert sum(f.stat().st_size for f in files) < megabytes * 1_000_000
    assert {f.suffix for f in files} <= {".safetensors", ".json", ".jinja", ".md", ".sha256"}
    assert (MODELS / folder / "README.md").exists()
