"""Models from the Hub: a bounded wait, and what is on this machine already is enough."""

from pathlib import Path
from time import perf_counter

import pytest
from huggingface_hub import constants

from core.errors import Unavailable
from core.inference.checkpoint import locate
from core.inference.types import ModelEntry
from core.runs.types import Task

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and a Hub whose port nobody listens on."""
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    return tmp_path


def entry(revision: str | None) -> ModelEntry:
    return ModelEntry("x", Task.GENERATION, "owner/name", revision=revision)


def kept(cache: Path, *files: str) -> Path:
    """What an earlier download of `main` leaves."""
    home = cache / "models--owner--name"
    snapshot = home / "snapshots" / COMMIT
    snapshot.mkdir(parents=True)
    (home / "refs").mkdir()
    (home / "refs" / "main").write_text(COMMIT)
    for name in files:
        (snapshot / name).write_bytes(b"x")
    return snapshot


@pytest.mark.parametrize("revision", [None, "main", COMMIT])
def test_a_hub_that_is_away_is_told_soon(revision: str | None) -> None:
    began = perf_counter()
    with pytest.raises(Unavailable, match="the Hub does not answer") as caught:
        locate(entry(revision))
    assert perf_counter() - began < 5
    assert caught.value.retry_after


@pytest.mark.parametrize("revision", [None, "main", COMMIT])
def test_an_earlier_download_is_enough(cache: Path, revision: str | None) -> None:
    snapshot = kept(cache, "model.safetensors", "config.json")
    found = locate(entry(revision))
    assert (found.folder, found.revision) == (snapshot, COMMIT)


def test_half_a_download_is_not(cache: Path) -> None:
    kept(cache, "config.json")
    with pytest.raises(Unavailable):
        locate(entry("main"))
