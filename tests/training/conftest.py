"""The bundled models, loaded once."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from training.detector.predict import Detector

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def detector() -> Detector:
    torch.set_num_threads(1)
    return Detector(ROOT / "models" / "shapes-detector")
