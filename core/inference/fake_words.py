"""The words of `builtin:fake`, and how likely it says they are."""

import math

from core.generation.types import Alternative

WORDS = ("one", "calm", "word", "after", "another", "fills", "the", "line", "until", "its", "end")

_CHANCES = [0.5 ** min(rank + 1, len(WORDS) - 1) for rank in range(len(WORDS))]
"""The next word of the list, and each later one half as likely; they add up to 1."""

LOGPROBS = [math.log(chance) for chance in _CHANCES]
ENTROPY = -sum(chance * logprob for chance, logprob in zip(_CHANCES, LOGPROBS, strict=True))


def token_id(place: int) -> int:
    """The list begins again after its end."""
    return place % len(WORDS)


def word(place: int, *, first: bool) -> str:
    """With the space before it, unless it is the first of a text."""
    return ("" if first else " ") + WORDS[token_id(place)]


def alternatives(place: int, most: int, *, first: bool) -> tuple[Alternative, ...]:
    """The likeliest words at a place, best first."""
    return tuple(
        Alternative(word(place + rank, first=first), LOGPROBS[rank], token_id(place + rank))
        for rank in range(most)
    )
