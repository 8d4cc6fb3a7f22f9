"""Checkpoints to break: copies of the bundled ones."""

import shutil
from pathlib import Path

from core.config import ROOT
from core.inference.types import ModelEntry
from core.runs.types import Task

DETECTOR = ROOT / "models" / "shapes-detector"
WRITER = ROOT / "models" / "reporter"


def copied(source: Path, folder: Path) -> Path:
    target = folder / source.name
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("weights.sha256"))
    return target


def detector_entry(folder: Path, **values: str) -> ModelEntry:
    return ModelEntry(id="tested", task=Task.DETECTION, source=str(folder), **values)  # type: ignore[arg-type]


def writer_entry(folder: Path) -> ModelEntry:
    return ModelEntry(id="tested", task=Task.GENERATION, source=str(folder))
