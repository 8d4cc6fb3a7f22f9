"""One look for every label: the same label has the same colour and stroke wherever it is drawn."""

from dataclasses import dataclass
from hashlib import sha256

COLOURS = (
    "#0598e6",
    "#c98605",
    "#06a692",
    "#fc06dc",
    "#fb3d84",
    "#926351",
    "#9450a3",
    "#d01202",
    "#157809",
    "#4d4bfb",
)
"""Each at least 3:1 against the page in both themes, and told apart with protan and deutan sight.

Found by a search that makes the smallest distance in CIELAB as large as it can be, for normal
sight and for the simulations of Machado et al. (2009): 50 and 15.
"""

DASHES = ("", "10 4", "3 3")
"""Stroke patterns in picture-independent pixels, so that colour is never alone."""

_SALT = b"448214:"
"""Tried out: with it, no two labels of one sample picture share a colour, and few that name a
colour get the look of another."""

_WHITE, _BLACK = "#ffffff", "#000000"


@dataclass(frozen=True)
class LabelStyle:
    """`ink` is black or white, whichever reads better on `colour`."""

    colour: str
    ink: str
    dash: str


def style_of(label: str) -> LabelStyle:
    """The look of `label`, from a hash of it alone; case and outer spaces do not count."""
    digest = sha256(_SALT + label.strip().casefold().encode()).digest()
    colour = COLOURS[digest[0] % len(COLOURS)]
    return LabelStyle(colour, _ink_on(colour), DASHES[digest[1] % len(DASHES)])


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio of two `#rrggbb` colours, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _ink_on(colour: str) -> str:
    return max(_WHITE, _BLACK, key=lambda ink: contrast(ink, colour))


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
