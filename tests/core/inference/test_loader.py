"""Damaged, changed and foreign checkpoints are refused, each with its reason."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from core.config import Settings
from core.errors import Unavailable
from core.inference.catalog import BrokenEntry
from core.inference.hashing import checked_weights_hash
from core.inference.loader import load_text_model
from core.inference.registry import ModelRegistry
from core.inference.types import ModelEntry, ModelState
from tests.core.inference.checkpoints import (
    DETECTOR,
    WRITER,
    copied,
    detector_entry,
    writer_entry,
)

WEIGHTS = "model.safetensors"


def reason(entry: ModelEntry | BrokenEntry, settings: Settings) -> str:
    """Why the registry cannot offer this entry; fails where it can."""
    registry = ModelRegistry((entry,), settings.model_copy(update={"device": "cpu"}))
    with pytest.raises(Unavailable, match="unavailable"):
        registry.detector() if entry.task == "detection" else registry.generator()
    info = registry.info(entry.task)
    assert info.state is ModelState.UNAVAILABLE
    assert info.reason
    registry.close()
    return info.reason


def drop_a_layer(folder: Path) -> None:
    tensors = load_file(folder / WEIGHTS)
    tensors.pop(sorted(tensors)[len(tensors) // 2])
    save_file(tensors, folder / WEIGHTS, {"format": "pt"})


def cut_off(folder: Path) -> None:
    content = (folder / WEIGHTS).read_bytes()
    (folder / WEIGHTS).write_bytes(content[: len(content) // 2])


def poison(folder: Path) -> None:
    tensors = load_file(folder / WEIGHTS)
    save_file(
        {name: torch.full_like(t, float("nan")) for name, t in tensors.items()},
        folder / WEIGHTS,
        {"format": "pt"},
    )


def only_pickled(folder: Path) -> None:
    torch.save(load_file(folder / WEIGHTS), folder / "pytorch_model.bin")
    (folder / WEIGHTS).unlink()


def reshape(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    for part in (config, config.get("text_config", {})):
        if "vocab_size" in part:
            part["vocab_size"] += 7
    (folder / "config.json").write_text(json.dumps(config))


def without_config(folder: Path) -> None:
    (folder / "config.json").unlink()


def without_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (drop_a_layer, "incomplete: 1 layers have no fitting weights"),
        (cut_off, "The weights are damaged"),
        (poison, "holds no numbers"),
        (only_pickled, "no file ends in .safetensors"),
        (reshape, "layers have no fitting weights"),
        (without_config, "not a model of this kind"),
        (without_tokenizer, "okenizer"),
    ],
)
@pytest.mark.parametrize("source", [DETECTOR, WRITER], ids=["detector", "writer"])
def test_a_damaged_checkpoint_is_unavailable(
    source: Path,
    damage: Callable[[Path], None],
    message: str,
    tmp_path: Path,
    settings: Settings,
) -> None:
    folder = copied(source, tmp_path)
    damage(folder)
    entry = detector_entry(folder) if source is DETECTOR else writer_entry(folder)
    told = reason(entry, settings)
    assert message in told
    assert str(tmp_path) not in told, "no path of the machine is shown"


def test_a_changed_byte_is_refused(tmp_path: Path, settings: Settings) -> None:
    folder = copied(DETECTOR, tmp_path)
    content = bytearray((folder / WEIGHTS).read_bytes())
    (folder / "weights.sha256").write_text(f"{hashlib.sha256(content).hexdigest()}  {WEIGHTS}\n")
    assert checked_weights_hash(folder) == hashlib.sha256(content).hexdigest()
    content[-100] ^= 1
    (folder / WEIGHTS).write_bytes(content)
    assert "was changed or damaged" in reason(detector_entry(folder), settings)


def test_weights_that_are_not_listed_are_refused(tmp_path: Path) -> None:
    folder = copied(DETECTOR, tmp_path)
    (folder / "weights.sha256").write_text("")
    with pytest.raises(Unavailable, match=r"model\.safetensors is not the file"):
        checked_weights_hash(folder)


def test_sharded_weights_have_one_hash_of_all(tmp_path: Path) -> None:
    (tmp_path / "a.safetensors").write_bytes(b"a")
    (tmp_path / "b.safetensors").write_bytes(b"b")
    before = checked_weights_hash(tmp_path)
    (tmp_path / "b.safetensors").write_bytes(b"c")
    assert checked_weights_hash(tmp_path) != before


def test_another_revision_than_asked_for_is_refused(tmp_path: Path, settings: Settings) -> None:
    digest = checked_weights_hash(DETECTOR)
    asked = detector_entry(DETECTOR, revision=digest[:8])
    registry = ModelRegistry((asked,), settings.model_copy(update={"device": "cpu"}))
    assert registry.detector()[0].revision == digest[:12]
    told = reason(detector_entry(DETECTOR, revision="0" * 12), settings)
    assert f"have the hash {digest[:12]}" in told


def test_a_text_model_is_no_detector(settings: Settings) -> None:
    told = reason(detector_entry(WRITER), settings)
    assert "detectors may be: grounding-dino, mm-grounding-dino, owlvit, owlv2" in told


def test_a_detector_is_no_text_model(settings: Settings) -> None:
    assert "not a model of this kind" in reason(writer_entry(DETECTOR), settings)


def test_a_folder_that_goes_away_is_unavailable(tmp_path: Path, settings: Settings) -> None:
    folder = copied(WRITER, tmp_path)
    shutil.rmtree(folder)
    assert "is not there any more" in reason(writer_entry(folder), settings)


def test_cuda_without_a_gpu_says_so(settings: Settings) -> None:
    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    registry = ModelRegistry(
        (detector_entry(DETECTOR),), settings.model_copy(update={"device": "cuda"})
    )
    with pytest.raises(Unavailable, match="no CUDA device answers"):
        registry.detector()


def test_the_bundled_writer_loads_whole() -> None:
    loaded = load_text_model(writer_entry(WRITER), "cpu")
    assert not loaded.model.training
    assert loaded.model.dtype is torch.float32
    assert loaded.revision == checked_weights_hash(WRITER)[:12]
    assert loaded.context_tokens == loaded.model.config.max_position_embeddings
