"""What a job of pictures would do, told before it is begun."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.config import Settings
from core.detection.images import check_beginning
from core.errors import NotAnImage, TooLarge
from core.jobs.types import NamedPicture


@dataclass(frozen=True)
class LookedThrough:
    """`refused`: the names of files that would fail, each with the reason."""

    total: int
    refused: tuple[tuple[str, str], ...]


def look_through(
    files: Iterable[NamedPicture | tuple[str, str]], settings: Settings
) -> LookedThrough:
    """Files as an archive gives them. What is damaged further on is found only by the job."""
    total, refused = 0, []
    for file in files:
        total += 1
        reason = _why_not(file, settings) if isinstance(file, NamedPicture) else file
        if reason is not None:
            refused.append(reason)
    return LookedThrough(total, tuple(refused))


def _why_not(file: NamedPicture, settings: Settings) -> tuple[str, str] | None:
    try:
        check_beginning(file.content, settings)
    except (NotAnImage, TooLarge) as error:
        return file.name, error.message
    return None
