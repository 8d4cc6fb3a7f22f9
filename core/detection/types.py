"""Detection as data. Boxes are in pixels of the upright original picture."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from core.runs.types import RunStatus

FLOOR = 0.05
"""Boxes scored lower are not kept."""


@dataclass(frozen=True)
class Box:
    xmin: float
    ymin: float
    xmax: float
    ymax: float


@dataclass(frozen=True)
class PhraseScore:
    """What a model thinks of one more phrase for the same box."""

    label: str
    score: float


@dataclass(frozen=True)
class Detection:
    """A box, the phrase it answers, and the model's score for that phrase, 0 to 1.

    `others` are further phrases that the box answers at `FLOOR` or better, best first. `piece` is
    the part of the label that was found where only a part of it was ("traffic" of "traffic
    light"). `span` is where the label stands in a caption: first character and the one after the
    last.
    """

    label: str
    score: float
    box: Box
    others: tuple[PhraseScore, ...] = ()
    piece: str | None = None
    span: tuple[int, int] | None = None


@dataclass(frozen=True)
class ImageInfo:
    """`sha256` is of the file as it came; width and height are of the upright picture."""

    sha256: str
    mime: str
    width: int
    height: int


@dataclass(frozen=True)
class Picture:
    """An encoded picture, upright, as browsers show it."""

    content: bytes
    mime: str


@dataclass(frozen=True)
class DetectionParams:
    """Thresholds from 0 to 1; a box is kept where its phrase's score reaches both.

    `box_threshold` None: the phrase's own cut where reviewers have set one, else the model's
    default, from `models.toml`. `text_threshold` None: the
    model's own default, but never above the box threshold, so that it drops nothing. `caption`:
    the prompt is one sentence, whose words are to be found, and no list of phrases.
    """

    box_threshold: float | None = None
    text_threshold: float | None = None
    caption: bool = False


@dataclass(frozen=True)
class DetectionRun:
    """A finished detection. `raw` holds every box down to a low floor, best first.

    A box is known by its place in `raw`. `cached`: its boxes are those of an earlier equal request.
    `phrase_thresholds`: phrases, as they stand in `phrases`, whose boxes have a threshold of their
    own in place of `box_threshold`.
    """

    id: UUID
    user_id: UUID
    model: str
    revision: str
    prompt: str
    phrases: tuple[str, ...]
    box_threshold: float
    text_threshold: float
    caption: bool
    image: ImageInfo
    raw: tuple[Detection, ...]
    cached: bool
    status: RunStatus
    timings_ms: Mapping[str, float]
    created_at: datetime
    phrase_thresholds: Mapping[str, float] = field(default_factory=dict)

    @property
    def least_score(self) -> float:
        """What a box must score to count as found, unless its phrase has a threshold of its own."""
        return max(self.box_threshold, self.text_threshold)

    @property
    def own_cuts(self) -> Mapping[str, float]:
        """What boxes of the phrases that have a threshold of their own must score instead."""
        return {
            phrase: max(cut, self.text_threshold) for phrase, cut in self.phrase_thresholds.items()
        }

    def found(self, detection: Detection) -> bool:
        """Whether a box of this run counts as found."""
        own = self.phrase_thresholds.get(detection.label, self.box_threshold)
        return detection.score >= max(own, self.text_threshold)

    @property
    def detections(self) -> tuple[Detection, ...]:
        return tuple(filter(self.found, self.raw))


def above(
    detections: Iterable[Detection], threshold: float, labels: frozenset[str] | None = None
) -> tuple[Detection, ...]:
    """The detections scored at least `threshold`, of `labels` only where given; order is kept."""
    return tuple(
        d for d in detections if d.score >= threshold and (labels is None or d.label in labels)
    )
