"""Text from people, made safe to stand inside Markdown."""

import re
import unicodedata
from datetime import datetime

from core.clock import now

_MARKS = re.compile(r"[\\`*_\[\]$<~|&]")
_LINE_STARTS = re.compile(r"^([ \t]*)((?:\d{1,9}(?=[.)](?:\s|$)))?)([#>+=.)-])", re.MULTILINE)
_INDENT = re.compile(r"^[ \t](?=[ \t])", re.MULTILINE)
_READ_ANYWAY = re.compile(
    r":(?=[a-z]|[\w/+-]+:|//)|(?<=[\w.+-])@(?=\w)|www(?=\.)|[-<>~](?=[-=>])", re.IGNORECASE
)
"""Icons, links and arrows, which Streamlit looks for after the escapes are gone."""
_JOINER = "\u2060"
"""Cannot be seen, and no line breaks there."""
_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_ISOLATED = "\u2068{}\u2069"
_ACCENTS = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_PILE = re.compile(f"({_ACCENTS}{{4}}){_ACCENTS}+")
_NO_BREAK = "\u00a0"
_STEPS = ((3600, 60, "min"), (86_400, 3600, "h"), (30 * 86_400, 86_400, "d"))


def plain(text: str) -> str:
    """`text` as Markdown that shows just `text`: no emphasis, links, maths, icons or colours.

    Nor does it change what stands beside it: its writing direction ends with it, and accents pile
    up four high at most.
    """
    text = _READ_ANYWAY.sub(rf"\g<0>{_JOINER}", text)
    text = _MARKS.sub(r"\\\g<0>", text)
    text = _LINE_STARTS.sub(r"\1\2\\\3", text)
    text = _INDENT.sub(_NO_BREAK, text)
    return text if text.isascii() else _kept_apart(_PILE.sub(r"\1", text))


def _kept_apart(text: str) -> str:
    found = _DIRECTIONS.sub("", text)
    turns = any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in found)
    return _ISOLATED.format(found) if turns else found


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


def size(count: float) -> str:
    """Bytes, as in “8.3 MB”."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:,.0f} {unit}" if unit == "bytes" else f"{count:,.1f} {unit}"
        count /= 1000
    return f"{count:,.1f} TB"


def lasted(seconds: float) -> str:
    """How long something took or takes, as in “4 min”."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    for limit, unit, word in _STEPS:
        if seconds < limit:
            return f"{seconds // unit:.0f} {word}"
    return f"{seconds // 86_400:,.0f} d"


def boxes(count: int) -> str:
    return f"{count} {'box' if count == 1 else 'boxes'}"


def prompt_line(prompt: str, length: int) -> str:
    """A prompt in one line; no other than a removed one is empty."""
    return shortened(prompt, length) or "Removed"


def shortened(text: str, length: int) -> str:
    """One line of at most `length` characters."""
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1]}…"
