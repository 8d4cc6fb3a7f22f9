"""Which font writes what: ours, one of the system's for what it lacks, else a sign instead."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.fonts import TTFFont

from core.detection.lettering import system_font_files

FAMILY = "text"
INSTEAD = "□"
"""Stands for a character that no font here has."""

_FOLDER = Path(__file__).parent / "fonts"
_OUR_FONTS = (("", "DejaVuSans.ttf"), ("B", "DejaVuSans-Bold.ttf"))
_UNSEEN = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2066-\u2069\ufeff]"
)
"""Control characters, and those that turn the writing direction of what stands beside them."""
_BREAKS = re.compile("\r\n|[\r\u2028\u2029\u0085]")
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_HARMLESS = frozenset("\n\t")


class Letters:
    """The fonts of one document. `unwritten` counts the characters that were replaced."""

    def __init__(self, document: FPDF) -> None:
        for style, name in _OUR_FONTS:
            document.add_font(FAMILY, style, _FOLDER / name)
        self._document = document
        self._known = _characters(_FOLDER / _OUR_FONTS[0][1])
        self._others = tuple(system_font_files())
        self._fallbacks: list[str] = []
        self.unwritten = 0

    def close(self) -> None:
        """Let go of the fonts' files, which are read as far as needed, and so kept open."""
        for font in self._document.fonts.values():
            if isinstance(font, TTFFont):
                font.ttfont.close()

    def fit(self, text: str) -> str:
        """`text` with nothing in it that cannot be written, and the document set to write it."""
        text = _UNSEEN.sub("", _BREAKS.sub("\n", text)).replace("\t", "    ")
        missing = {char for char in text if ord(char) not in self._known} - _HARMLESS
        if missing:
            missing = self._look_further(missing)
            ignored = "".join(filter(_is_silent, missing))
            text = text.translate(dict.fromkeys(map(ord, ignored)))
            self.unwritten += sum(char in missing for char in text)
            text = "".join(INSTEAD if char in missing else char for char in text)
        self._document.set_text_shaping(turns(text))
        return text

    def _look_further(self, missing: set[str]) -> set[str]:
        """Take up fonts of the system until nothing is missing; what still is, with all of them."""
        for path in self._others:
            has = _characters(path)
            if not has.isdisjoint(map(ord, missing)):
                name = f"other{len(self._fallbacks)}"
                self._document.add_font(name, "", path)
                self._fallbacks.append(name)
                self._document.set_fallback_fonts(self._fallbacks, exact_match=False)
                self._known |= has
            missing = {char for char in missing if ord(char) not in self._known}
            if not missing:
                break
        return missing


def _is_silent(char: str) -> bool:
    """Whether it only says how others are to be drawn, such as what joins emojis."""
    return unicodedata.category(char) == "Cf" or "\ufe00" <= char <= "\ufe0f"


@cache
def _characters(path: Path) -> frozenset[int]:
    with TTFont(path, fontNumber=0, lazy=True) as font:
        return frozenset(font.getBestCmap())


def turns(text: str) -> bool:
    """Whether any of it runs from right to left, so that its letters must be put in order."""
    return any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in text)


def right_to_left(text: str) -> bool:
    """Whether a reader begins on the right: the first letter with a direction says so."""
    return next(_directions(text), "L") != "L"


def _directions(text: str) -> Iterator[str]:
    found = (unicodedata.bidirectional(char) for char in text)
    return (each for each in found if each in {"L", "R", "AL"})
