"""What a bundled model's card, the README.md beside its weights, says of it."""

import re
from dataclasses import dataclass
from pathlib import Path

_HEADING = re.compile(r"^#.*$", re.MULTILINE)
_END_OF_CLAUSE = re.compile(r"[.:;](?:\s|$)")
_BETWEEN_SENTENCES = re.compile(r"(?<=\.)\s+")


@dataclass(frozen=True)
class Card:
    """`purpose` is its first clause, `captions` the first sentence that speaks of captions."""

    purpose: str | None = None
    captions: str | None = None


def read_card(folder: Path) -> Card:
    """Nothing where there is no card."""
    file = folder / "README.md"
    if not file.is_file():
        return Card()
    written = _HEADING.sub("", file.read_text(encoding="utf-8", errors="replace"))
    texts = [" ".join(block.split()) for block in written.split("\n\n") if block.strip()]
    purpose = _END_OF_CLAUSE.split(texts[0], maxsplit=1)[0] if texts else None
    sentences = (sentence for text in texts for sentence in _BETWEEN_SENTENCES.split(text))
    captions = next((sentence for sentence in sentences if "captions" in sentence.lower()), None)
    return Card(purpose, captions)
