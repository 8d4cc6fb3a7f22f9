"""How often a password may be tried: a rule over the attempts of the last 15 minutes.

An attempt is a password that was compared and was not right. Per account there are ten at most:
four for places it has been used from lately, six for all others together. So guesses from
elsewhere never keep people out where they usually are, and those from one place never keep them
out anywhere else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil

from core.errors import LimitReached

WINDOW = timedelta(minutes=15)
FROM_KNOWN_PLACES = 4
FROM_OTHER_PLACES = 6
FROM_ONE_OTHER_PLACE = 3
SPRAYED_FROM_ONE_PLACE = 30
"""Over all accounts that were never used from there; high, as an office may share one address."""
PAUSES = tuple(timedelta(seconds=s) for s in (0, 0, 10, 60))
"""Before the first, second, … attempt on one account from one place, after the one before it."""
_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Tried:
    """An attempt on the account in question."""

    at: datetime
    place: str
    of_known: bool
    """Whether it was taken from what known places have for themselves."""


@dataclass(frozen=True)
class Turn:
    """When the next attempt may be made (`free_at` may be past), and of whose share it is."""

    free_at: datetime
    of_known: bool


def next_turn(
    tried: Sequence[Tried], sprayed: Sequence[datetime], place: str, known: bool, moment: datetime
) -> Turn:
    """The turn of an account's next attempt from `place`.

    Parameters
    ----------
    tried : the attempts on this account within the window, oldest first.
    sprayed : when there were attempts from `place` on any account not used from there before,
        within the window, oldest first.
    known : whether the account has been used from `place` lately.
    """
    here = [each.at for each in tried if each.place == place]
    others = max(
        _free_at([each.at for each in tried if not each.of_known], FROM_OTHER_PLACES),
        _free_at(sprayed, SPRAYED_FROM_ONE_PLACE),
    )
    own = _free_at([each.at for each in tried if each.of_known], FROM_KNOWN_PLACES)
    most_here = FROM_KNOWN_PLACES if known else FROM_ONE_OTHER_PLACE
    share = min(own, others) if known else others
    pause = here[-1] + PAUSES[min(len(here), len(PAUSES) - 1)] if here else _EVER
    return Turn(max(share, pause, _free_at(here, most_here)), known and own <= moment)


def too_many(wait: timedelta) -> LimitReached:
    seconds = max(1, ceil(wait.total_seconds()))
    told = _counted(seconds, "second") if seconds < 60 else _counted(ceil(seconds / 60), "minute")
    return LimitReached(
        f"Too many attempts; try again in {told}.",
        facts={"seconds": seconds},
        retry_after=seconds,
    )


def _free_at(times: Sequence[datetime], most: int) -> datetime:
    """When there are less than `most` of them within the window."""
    return times[-most] + WINDOW if len(times) >= most else _EVER


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"
