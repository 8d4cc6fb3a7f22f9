"""What the charts look like, in both themes and with any sight."""

from typing import Any

from core.detection.palette import contrast

RATING_COLOURS = ("#e96d5e", "#c58902", "#60646b", "#3c97e8", "#4e5eee")
"""For ratings of 1 to 5, away from grey on both sides of 3.

Each at least 3:1 against the page in both themes. Found as the labels' colours were (see
`core.detection.palette`): the smallest distance in CIELAB is 48, and 29 with protan and deutan
sight.
"""

RIGHT, WRONG = "#0598e6", "#c98605"
"""Of the labels' colours: told apart by 107 at least, with protan and deutan sight as well."""

QUIET = {"value": "gray"}
"""The theme's own colour of quiet text, which Streamlit puts in the place of this name."""

FIT = {"type": "fit", "contains": "padding"}
PADDING = {"left": 0, "right": 6, "top": 4, "bottom": 6}
POINTER = "pointer"


SILENT: dict[str, Any] = {"tooltip": None, "aria": False}
"""Of marks that only go with others, which speak for them."""


def said(field: str) -> dict[str, Any]:
    """What a mark says of itself, to the mouse and to a screen reader."""
    return {"tooltip": {"field": field}, "description": {"field": field}}


def mean_colour(mean: float) -> str:
    """Of a mean rating: between the colours of the two whole ones beside it."""
    place = min(int(mean), 4)
    low, high = (_channels(RATING_COLOURS[at]) for at in (place - 1, place))
    part = mean - place
    return "#" + "".join(
        f"{round(one + (other - one) * part):02x}" for one, other in zip(low, high, strict=True)
    )


def ink_on(colour: str) -> str:
    """Black or white, whichever reads better."""
    return max("#ffffff", "#000000", key=lambda ink: contrast(ink, colour))


def short(n: int) -> str:
    """At most four characters: 999, 1.2k, 12k, 1.2M."""
    for unit, size in (("M", 1_000_000), ("k", 1_000)):
        if n >= size:
            return f"{n / size:.1f}{unit}" if n < 9.95 * size else f"{n / size:.0f}{unit}"
    return str(n)


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))
