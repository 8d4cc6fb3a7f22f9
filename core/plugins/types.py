"""What a plugin is and what it is given. Version 1 of the protocol: add freely, change nothing."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from core.detection.types import Detection, DetectionRun, ImageInfo, Picture
from core.errors import GlimpseError
from core.feedback.types import Feedback
from core.generation.types import GenerationRun
from core.review.chart_types import Charts
from core.review.types import FeedbackFilter, FeedbackRow, Header, Sort, Total

PROTOCOL = 1


class Group(StrEnum):
    """The groups of entry points, named as packages declare them."""

    EXPORTERS = "glimpse.exporters"
    POSTPROCESSORS = "glimpse.postprocessors"


class Takes(StrEnum):
    """What an exporter makes files of."""

    DETECTION = "detection"
    GENERATION = "generation"
    REVIEW = "review"
    """A view of the dashboard: a filter, with what it shows."""


@dataclass(frozen=True)
class GivenRating:
    """A rating of the run, by whom."""

    username: str
    feedback: Feedback


@dataclass(frozen=True)
class DetectionSubject:
    """A detection that is done. `ratings` are those that whoever asks may see, oldest first.

    `content` is the picture's file as it came, None where it is not kept any more. `draw` makes
    the upright picture with the boxes found on it, its longer side at most so many pixels; None
    as well where there is no picture.
    """

    run: DetectionRun
    owner: str
    ratings: tuple[GivenRating, ...]
    content: bytes | None
    draw: Callable[[int], Picture | None]


@dataclass(frozen=True)
class GenerationSubject:
    """A generation that has ended, in whichever way."""

    run: GenerationRun
    owner: str
    ratings: tuple[GivenRating, ...]


@dataclass(frozen=True)
class ReviewSubject:
    """A view of the dashboard as it stood at `at`: its figures, its charts and its first rows."""

    filter: FeedbackFilter
    sort: Sort
    header: Header
    charts: Charts
    total: Total
    rows: tuple[FeedbackRow, ...]
    at: datetime
    by: str
    """Whoever asked."""


Subject = DetectionSubject | GenerationSubject | ReviewSubject


class Plugin(Protocol):
    """What all have; `protocol` is the version they were written for."""

    @property
    def protocol(self) -> int: ...

    @property
    def title(self) -> str:
        """What people read, on a button say."""
        ...


class Exporter(Plugin, Protocol):
    """Makes a file; known in addresses by the name of its entry point."""

    @property
    def media_type(self) -> str: ...

    @property
    def suffix(self) -> str:
        """What the file's name ends with, without the dot."""
        ...

    @property
    def takes(self) -> Collection[str]:
        """Some of `Takes`; it is given subjects of these kinds only."""
        ...

    def export(self, subject: Subject, /) -> bytes | Iterable[bytes]: ...


class Postprocessor(Plugin, Protocol):
    """Makes other boxes of those that a detection found; what is recorded stays as it is."""

    def process(
        self, detections: Sequence[Detection], image: ImageInfo, /
    ) -> Iterable[Detection]: ...


@dataclass(frozen=True)
class Listed:
    """An entry point that was found, and whether it can be used.

    `package` is the distribution it comes from, with its version. `why` says what keeps it from
    being used, and is empty where nothing does.
    """

    group: Group
    name: str
    package: str
    title: str = ""
    takes: tuple[Takes, ...] = ()
    why: str = ""

    @property
    def usable(self) -> bool:
        return not self.why


@dataclass(frozen=True)
class Processed:
    """Boxes as post-processors left them, which ran in the order of `by`.

    `places` says for each box which of the run's it is, by its place there; None where it was
    changed or made anew.
    """

    run: DetectionRun
    by: tuple[str, ...]
    detections: tuple[Detection, ...]
    places: tuple[int | None, ...]


@dataclass(frozen=True)
class Loaded:
    """What was found: all of it to be listed, and what can be used, by name."""

    listed: tuple[Listed, ...] = ()
    exporters: Mapping[str, Exporter] = field(default_factory=dict)
    postprocessors: Mapping[str, Postprocessor] = field(default_factory=dict)


class PluginFailed(GlimpseError):
    """A plugin raised, took too long, or gave something that it may not give."""

    code = "plugin_failed"
