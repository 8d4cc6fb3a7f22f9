"""Which families of detectors there are, and the ready detector of a checkpoint."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from core.inference.asked import DetectorLimits
from core.inference.detector import TorchDetector
from core.inference.grounding import GroundedDetector
from core.inference.loader import LoadedDetector
from core.inference.owl import OwlDetector, Owlv2Detector

ARCHITECTURES: Mapping[str, type[TorchDetector[Any]]] = MappingProxyType(
    {
        "grounding-dino": GroundedDetector,
        "mm-grounding-dino": GroundedDetector,  # LLMDet's checkpoints name themselves so as well
        "owlvit": OwlDetector,
        "owlv2": Owlv2Detector,
    }
)


def detector_for(loaded: LoadedDetector, limits: DetectorLimits) -> TorchDetector[Any]:
    """The ready detector; raises `Unavailable` where its tokenizer or first answer is wrong."""
    detector = ARCHITECTURES[loaded.model.config.model_type](loaded, limits)
    try:
        detector.warm_up()
    except BaseException:
        detector.close()
        raise
    return detector
