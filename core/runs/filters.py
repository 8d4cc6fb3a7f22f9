"""A filter of one's own runs: checked, and as the repository takes it."""

import re
from datetime import UTC, datetime
from typing import Any

from core.errors import Invalid
from core.feedback.checks import checked_characters
from core.runs.types import HistoryFilter

MAX_TEXT_CHARS = 200
_YEARS = range(2000, 3001)
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")


def checked(wanted: HistoryFilter) -> HistoryFilter:
    """The filter, if its values are possible; `Invalid` names the first that is not."""
    for name in ("text", "model"):
        text = getattr(wanted, name) or ""
        if len(text) > MAX_TEXT_CHARS:
            raise _invalid(name, f"it has {len(text)} characters; use at most {MAX_TEXT_CHARS}.")
        checked_characters(name, text)
    for name in ("since", "until"):
        moment = getattr(wanted, name)
        if moment is not None and moment.tzinfo is None:
            raise _invalid(name, "the time has no zone; add one, such as +00:00.")
        if moment is not None and moment.year not in _YEARS:
            first, last = _YEARS[0], _YEARS[-1]
            raise _invalid(name, f"the year {moment.year} is too far away; use {first} to {last}.")
    if wanted.since and wanted.until and wanted.since > wanted.until:
        raise _invalid("since", "it is later than “until”; swap them.")
    if wanted.image_sha256 is not None and not _SHA256.fullmatch(wanted.image_sha256):
        raise _invalid("image_sha256", "it is no SHA-256; use 64 hexadecimal digits.")
    return wanted


def conditions(wanted: HistoryFilter) -> dict[str, Any]:
    """The filter as `RunRepository.history` takes it."""
    digest = wanted.image_sha256
    return {
        **vars(wanted),
        "text": wanted.text.strip(),
        "since": _in_utc(wanted.since),
        "until": _in_utc(wanted.until),
        "image_sha256": None if digest is None else bytes.fromhex(digest),
    }


def _in_utc(moment: datetime | None) -> datetime | None:
    """The same moment: PostgreSQL knows no zones as far out as Python does."""
    return None if moment is None else moment.astimezone(UTC)


def _invalid(name: str, why: str) -> Invalid:
    return Invalid(f"“{name}”: {why}", facts={"field": name})
