"""Fonts for text on pictures: the one that comes with Pillow, or one of the system's."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from PIL import ImageFont

Font = ImageFont.ImageFont | ImageFont.FreeTypeFont
_SYSTEM_FONTS = (
    "NotoSansCJK-Regular.ttc",
    "NotoSans-Regular.ttf",
    "DejaVuSans.ttf",
    "DroidSansFallbackFull.ttf",
    "wqy-microhei.ttc",
    "msyh.ttc",
    "PingFang.ttc",
    "Arial Unicode.ttf",
)
"""By file name, in Pillow's search path; tried in this order for what the first font lacks."""

_NO_CHARACTER = "\U0010ffff"
"""Every font draws its sign for “not in this font” here."""


def font_for(text: str, size: int) -> Font | None:
    """A font that has every character of `text`, in pixels of `size`; None where there is none."""
    for font in (_own(size), *(_system(name, size) for name in _SYSTEM_FONTS)):
        if font is not None and _has_all(font, text):
            return font
    return None


def system_font_files() -> Iterator[Path]:
    """The files of those of the system's fonts that are there, in the order they are tried in."""
    for name in _SYSTEM_FONTS:
        font = _system(name, 12)
        if isinstance(font, ImageFont.FreeTypeFont) and isinstance(font.path, str):
            yield Path(font.path)


def own_font(size: int) -> Font:
    """The font that is always there; it has Latin letters, digits and common signs."""
    return _own(size)


@cache
def _own(size: int) -> Font:
    return ImageFont.load_default(size)


@cache
def _system(name: str, size: int) -> Font | None:
    try:
        return ImageFont.truetype(name, size)
    except OSError:
        return None


def _has_all(font: Font, text: str) -> bool:
    missing = _drawn(font, _NO_CHARACTER)
    return all(_drawn(font, char) != missing for char in set(text) if not char.isspace())


def _drawn(font: Font, char: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(char)
    return mask.size, bytes(mask)
