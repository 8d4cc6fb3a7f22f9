"""What a person changed in a text, word by word."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

MAX_WORDS = 2000
"""More words than that are compared by lines: word by word could take seconds."""

_WORDS = re.compile(r"\s+|[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W\u3040-\u9fff]+|[^\w\s]")
"""White space; characters of scripts without spaces one by one; letters and digits; signs."""
_LINES = re.compile(r"[^\n]*\n|[^\n]+")


class Change(StrEnum):
    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True)
class Piece:
    """A stretch of text; the first text is all but the added ones, the second all but the removed.

    No two neighbours have the same change, and what was removed comes before what replaced it.
    """

    change: Change
    text: str


def difference(before: str, after: str) -> tuple[Piece, ...]:
    """From `before` to `after`, in few stretches that read well rather than in the fewest words.

    The matching is difflib's (Ratcliff and Obershelp), over words.
    """
    a, b = _WORDS.findall(before), _WORDS.findall(after)
    if max(len(a), len(b)) > MAX_WORDS:
        a, b = _LINES.findall(before), _LINES.findall(after)
    pieces: list[Piece] = []
    removed = added = ""
    for kind, a0, a1, b0, b1 in SequenceMatcher(str.isspace, a, b, autojunk=False).get_opcodes():
        old, new = "".join(a[a0:a1]), "".join(b[b0:b1])
        inside = kind == "equal" and old.isspace() and a1 < len(a) and b1 < len(b)
        if kind != "equal" or (inside and removed and added):
            removed, added = removed + old, added + new
            continue
        pieces += _changed(removed, added)
        removed = added = ""
        pieces.append(Piece(Change.KEPT, old))
    return tuple(pieces + _changed(removed, added))


def closest(texts: Sequence[str], corrected: str) -> str:
    """Which of `texts` a correction most likely started from; the first of equally close ones."""
    if len(texts) < 2:
        return texts[0] if texts else ""
    words = SequenceMatcher(None, (), _WORDS.findall(corrected), autojunk=False)

    def likeness(text: str) -> float:
        words.set_seq1(_WORDS.findall(text))
        return words.quick_ratio()

    return max(texts, key=likeness)


def _changed(removed: str, added: str) -> list[Piece]:
    pieces = (Piece(Change.REMOVED, removed), Piece(Change.ADDED, added))
    return [piece for piece in pieces if piece.text]
