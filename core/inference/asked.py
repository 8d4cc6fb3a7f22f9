"""A detector's request and answer on their way through the model, and its bounds."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from torch import Tensor

from core.config import Settings

_REUSED = "features"


@dataclass(frozen=True)
class DetectorLimits:
    """Requests that may wait, the seconds they may, and bytes for features of pictures seen."""

    queued: int
    wait_s: float
    feature_bytes: int

    @classmethod
    def from_settings(cls, settings: Settings) -> "DetectorLimits":
        return cls(
            queued=settings.max_queued_detections,
            wait_s=settings.detection_timeout_s,
            feature_bytes=settings.feature_cache_mb * 2**20,
        )


@dataclass(frozen=True)
class ReadText:
    """What is asked for, as the model reads it.

    `known` holds the phrases in the order of the model's columns; one that has no word the model
    knows is left out, as no box could answer it.
    """

    inputs: Mapping[str, Tensor]
    known: tuple[str, ...]


@dataclass(frozen=True)
class PictureFeatures:
    """A picture after the vision tower: features on the device, boxes as in `Seen`."""

    features: Tensor
    boxes: Tensor


Text = TypeVar("Text", bound=ReadText)


@dataclass(frozen=True)
class Asked(Generic[Text]):
    """A request ready for the model: tensors of one row, or the features instead of pixels."""

    text: Text
    pixels: Mapping[str, Tensor]
    sha256: str = ""
    features: PictureFeatures | None = None

    @property
    def key(self) -> Hashable:
        """Equal for requests that may share a pass: a padded picture would answer otherwise."""
        if self.features is not None:
            return _REUSED
        return tuple((name, *value.shape) for name, value in self.pixels.items())


@dataclass(frozen=True)
class Seen:
    """The answer for one picture, float32 on the CPU.

    `logits` (queries, columns); `boxes` (queries, 4): centre and size, 0 to 1.
    """

    logits: Tensor
    boxes: Tensor
