"""Figures of the system page in words, each with its unit."""

from ui.text import size


def count(number: int, noun: str) -> str:
    """As in “1 call” and “1,204 calls”."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def of_most(number: int, most: int) -> str:
    """As in “2.1 MB of 268.4 MB”."""
    return f"{size(number)} of {size(most)}"


def share(part: int, whole: int) -> str:
    """As in “12 of 40 (30 %)”; “none” of none."""
    return f"{part:,} of {whole:,} ({part / whole:.0%})".replace("%", " %") if whole else "none yet"
