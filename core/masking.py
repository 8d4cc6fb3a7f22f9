"""What log lines must not tell: secrets, and whatever a person wrote or is called."""

import re
from collections.abc import Mapping
from datetime import date
from uuid import UUID

MASK = "[masked]"
_PERSONAL = re.compile(
    r"(?<![a-z0-9])(?:address|authorization|body|comment|content|cookie|email|header|input|key"
    r"|message|name|output|param|passwd|password|phrase|prompt|query|secret|tag|text|ticket|token"
    r"|url|user|username|value)s?(?![a-z0-9])",
    re.IGNORECASE,
)
_CREDENTIALS = re.compile(
    r"(?P<before>://[^\s:/@]*:|\bbearer\s+|\bgk_|(?<![a-z0-9])(?:password|passwd|secret|token|key)\s*[=:]\s*)"
    r"[^\s,;&@\"']+",
    re.IGNORECASE,
)


def masked(name: str, value: object) -> object:
    """`value`, fit for a log line under `name`.

    Numbers, times and ids stay; text under a name with a word such as "prompt" or "token" in it
    does not; of other text only credentials are masked.
    """
    if isinstance(value, bool | int | float | None):
        return value
    if isinstance(value, UUID | date):
        return str(value)
    if _PERSONAL.search(name):
        return MASK
    if isinstance(value, Mapping):
        return {str(inner): masked(str(inner), held) for inner, held in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [masked(name, item) for item in value]
    return without_credentials(str(value))


def without_credentials(text: str) -> str:
    """`text` with passwords in addresses, bearer tokens and `secret=...` masked."""
    return _CREDENTIALS.sub(rf"\g<before>{MASK}", text)
