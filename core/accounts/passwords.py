"""Passwords: what is accepted, how they are kept, how they are compared."""

import secrets
import threading
import unicodedata
from functools import cache

from pwdlib import PasswordHash

from core.errors import Invalid

MIN_CHARS = 12
MAX_CHARS = 1000
HINT = f"At least {MIN_CHARS} characters, and not the username."
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"
_hasher = PasswordHash.recommended()
_at_once = threading.BoundedSemaphore(4)
"""Argon2id takes 64 MiB a call: a burst of sign-ins must not take the machine's memory."""


def check(password: str, username: str) -> None:
    """Raise `Invalid` unless `password` may be chosen by `username`."""
    if not MIN_CHARS <= len(password) <= MAX_CHARS:
        raise Invalid(
            f"A password has {MIN_CHARS} to {MAX_CHARS:,} characters; this one has "
            f"{len(password):,}.",
            facts={"min": MIN_CHARS, "max": MAX_CHARS},
        )
    if _same_bytes(password).lower() == username.lower():
        raise Invalid("The password is the username; choose another.")


def hashed(password: str) -> str:
    """Argon2id, with its salt and cost in the text."""
    with _at_once:
        return _hasher.hash(_same_bytes(password))


def matches(password: str, password_hash: str | None) -> bool:
    """Whether they belong together; without a hash the same work is done for the answer no."""
    if len(password) > MAX_CHARS:
        password = ""
    known = password_hash is not None
    with _at_once:
        right = _hasher.verify(_same_bytes(password), password_hash or _nobodys_hash())
    return right and known


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
