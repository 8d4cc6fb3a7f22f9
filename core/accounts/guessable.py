"""Passwords that are guessed first: common ones, patterns, the username."""

from functools import cache
from pathlib import Path

_COMMON = Path(__file__).with_name("common_passwords.txt")
_ROWS = ("0123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")
_BESIDE_NAME = 8
"""Characters that must be left of a password once the username is taken out of it."""


def why_guessable(password: str, username: str, shortest: int) -> str | None:
    """What makes `password` easy to guess, to go on after “The password is”; None if nothing does.

    Parameters
    ----------
    shortest : characters a password must have. What repeats a shorter text has only those of it.
    """
    text, name = password.casefold(), username.casefold()
    if name in text and len(text.replace(name, "")) < _BESIDE_NAME:
        return "hardly more than the username"
    if _repeats(text, shortest):
        return "one short text again and again"
    if any(text in row * len(text) or text[::-1] in row * len(text) for row in _ROWS):
        return "a row of the alphabet, of numbers or of the keyboard"
    if text in _common():
        return "one of the most common ones"
    if _core(text) in _common():
        return "one of the most common ones with digits or signs around it"
    return None


def _repeats(text: str, shortest: int) -> bool:
    """Whether a text of less than `shortest` characters, more than once, gives all of `text`."""
    longest = min(shortest - 1, len(text) // 2)
    return any(text == (text[:n] * len(text))[: len(text)] for n in range(1, longest + 1))


def _core(text: str) -> str:
    """From its first letter to its last."""
    letters = [place for place, char in enumerate(text) if char.isalpha()]
    return text[letters[0] : letters[-1] + 1] if letters else ""


@cache
def _common() -> frozenset[str]:
    return frozenset(_COMMON.read_text(encoding="utf-8").splitlines())
