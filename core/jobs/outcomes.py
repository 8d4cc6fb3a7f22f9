"""What may come of one item, and what an error makes of it."""

from dataclasses import dataclass

from core.errors import (
    GlimpseError,
    Invalid,
    LimitReached,
    Malformed,
    NotAllowed,
    NotAnImage,
    NotFound,
    NotSignedIn,
    TooLarge,
    Unavailable,
)

_SOON_S = 120
_STANDS = "What is done stays; try again then to go on with the rest."


@dataclass(frozen=True)
class Done:
    """Its run is recorded and finished."""


@dataclass(frozen=True)
class Failed:
    """`for_good`: it would fail again."""

    error: str
    for_good: bool = False


@dataclass(frozen=True)
class Later:
    """Nothing is wrong with the item: it is tried again in so many seconds. `error`: what is in
    the way, and `away` whether that is the model."""

    seconds: float
    error: str
    away: bool = False


@dataclass(frozen=True)
class Halt:
    """No further item can be done."""

    error: str


@dataclass(frozen=True)
class LeftOff:
    """It was broken off because the walk is to end; it waits on."""


Outcome = Done | Failed | Later | Halt | LeftOff


def outcome_of(error: GlimpseError) -> Outcome:
    """What follows from an error of the services, the database being there."""
    if isinstance(error, LimitReached):
        wait = error.retry_after or 1
        if wait > _SOON_S:
            return Halt(f"{error.message} {_STANDS}")
        return Later(wait, error.message)
    if isinstance(error, Unavailable):
        return Later(error.retry_after or 1, error.message, away=True)
    if isinstance(error, NotAllowed | NotSignedIn | NotFound):
        return Halt(error.message)
    sure = isinstance(error, Invalid | Malformed | NotAnImage | TooLarge)
    return Failed(error.message, for_good=sure)
