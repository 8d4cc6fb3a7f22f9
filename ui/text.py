"""Text from people, made safe to stand inside Markdown."""

import re
from datetime import datetime

from core.clock import now

_MARKS = re.compile(r"([\\`*_\[\]$<~|])")
_NO_BREAK = "\u00a0"
_STEPS = ((3600, 60, "min"), (86_400, 3600, "h"), (30 * 86_400, 86_400, "d"))
_COLON = re.compile(r":(?=[A-Za-z]|[\w/+-]+:)")


def plain(text: str) -> str:
    """`text` as Markdown that shows exactly `text`: no emphasis, links, maths, icons or colours."""
    return _COLON.sub(r"\\:", _MARKS.sub(r"\\\1", text))


def ago(moment: datetime | None) -> str:
    """How long ago, as in “5 min ago”; the day itself from a month on; “never” without a time."""
    if moment is None:
        return "never"
    seconds = (now() - moment).total_seconds()
    if seconds < 60:
        return "just now"
    for limit, unit, word in _STEPS:
        if seconds < limit:
            return f"{seconds // unit:.0f} {word} ago"
    return f"on {moment:%Y-%m-%d}"


def facts(*parts: str) -> str:
    """Short facts on one quiet line, which breaks between them only."""
    return " · ".join(part.replace(" ", _NO_BREAK) for part in parts if part)


def boxes(count: int) -> str:
    return f"{count} {'box' if count == 1 else 'boxes'}"


def prompt_line(prompt: str, length: int) -> str:
    """A prompt in one line; no other than a removed one is empty."""
    return shortened(prompt, length) or "Removed"


def shortened(text: str, length: int) -> str:
    """One line of at most `length` characters."""
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1]}…"
