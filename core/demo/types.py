"""Demo data before it is multiplied: a few thousand answers, and who rates them when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.permissions import Role
from core.runs.types import RunStatus, Task


@dataclass(frozen=True)
class Person:
    """`severity` is added to every rating; `pace` is the logarithm of the seconds until one rates;
    `joined` the share of the time, 0 to 1, that had passed before they came."""

    username: str
    language: str
    role: Role
    severity: float
    noise: float
    pace: float
    talkative: float
    diligence: float
    joined: float


@dataclass(frozen=True)
class Revision:
    """A model at one revision. `skill` is 0 to 1; `released` a share of the time, 0 to 1."""

    task: Task
    name: str
    revision: str
    skill: float
    released: float
    log_ms: float


@dataclass(frozen=True)
class Thing:
    """An object of a picture; its box is in pixels."""

    shape: str
    colour: str
    box: tuple[float, float, float, float]


@dataclass(frozen=True)
class Picture:
    sha256: bytes
    content: bytes
    width: int
    height: int
    things: tuple[Thing, ...]


@dataclass(frozen=True)
class Judged:
    """What one might say of the boxes: a verdict by place, and what was missed."""

    verdicts: Mapping[int, str]
    missed: tuple[Thing, ...]


@dataclass(frozen=True)
class Answer:
    """What one revision answered to one request. Many runs and their ratings are made of it.

    `opinion` is the rating that a person without severity gives on average; `issue` an index into
    `core.demo.words.ISSUES`; `about` the object that comments speak of, in each language.
    """

    revision: int
    status: RunStatus
    prompt: str
    params: Mapping[str, Any]
    output: Mapping[str, Any] | None
    error_code: str | None
    opinion: float
    issue: int
    about: tuple[str, str, str, str]
    picture: int | None = None
    tokens: tuple[int, int] | None = None
    corrected: str | None = None
    judged: tuple[Judged, ...] = ()
    slow: float = 0.0
    """Added to the logarithm of the revision's latency."""


@dataclass(frozen=True)
class Day:
    """The runs of one day: `count` of them, numbered from `first` on.

    `team` holds people's places as often as they ask for runs, `mix` those of revisions.
    """

    day: date
    first: int
    count: int
    team: tuple[int, ...]
    mix: tuple[int, ...]


@dataclass(frozen=True)
class Loaded:
    """What a load or a clearing has changed."""

    runs: int
    ratings: int
