"""Passwords: what is accepted, how they are kept, how they are compared."""

import secrets
import threading
import unicodedata
from functools import cache

from pwdlib import PasswordHash

from core.accounts.guessable import why_guessable
from core.errors import Invalid

MIN_CHARS = 12
MAX_CHARS = 1000
HINT = (
    f"At least {MIN_CHARS} characters of any kind, blanks too. Four words that have nothing to do "
    "with each other are hard to guess and easy to keep in mind."
)
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"
_hasher = PasswordHash.recommended()
_at_once = threading.BoundedSemaphore(4)
"""Argon2id takes 64 MiB a call: a burst of sign-ins must not take the machine's memory."""


def check(password: str, username: str) -> None:
    """Raise `Invalid` unless `password` may be chosen by `username`.

    Characters are Unicode code points; there are no rules on their kinds.
    """
    text = _same_bytes(password)
    if len(text) < MIN_CHARS or len(password) > MAX_CHARS:
        raise Invalid(
            f"A password has {MIN_CHARS} to {MAX_CHARS:,} characters; this one has {len(text):,}.",
            facts={"min": MIN_CHARS, "max": MAX_CHARS},
        )
    reason = why_guessable(text, username, MIN_CHARS)
    if reason is not None:
        raise Invalid(f"The password is {reason}; choose one that others would not think of.")


def hashed(password: str) -> str:
    """Argon2id, with its salt and cost in the text."""
    with _at_once:
        return _hasher.hash(_same_bytes(password))


def matches(password: str, password_hash: str | None) -> bool:
    """Whether they belong together; without a hash the same work is done for the answer no."""
    if len(password) > MAX_CHARS:
        password = ""
    stand_in = _nobodys_hash()
    with _at_once:
        right = _hasher.verify(_same_bytes(password), password_hash or stand_in)
    return right and password_hash is not None


def generated() -> str:
    """A temporary password that can be read aloud: 16 characters, 79 bits."""
    groups = ("".join(secrets.choice(_READABLE) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


def _same_bytes(password: str) -> str:
    """One form for what keyboards compose differently (é as one sign or two)."""
    return unicodedata.normalize("NFKC", password)


@cache
def _nobodys_hash() -> str:
    return _hasher.hash(secrets.token_urlsafe(16))
