"""What the detector knows: shapes, colours, fills and sizes, with the words for each."""

from __future__ import annotations

SHAPES = (
    "circle", "square", "triangle", "diamond", "pentagon", "star", "cross", "heart",
    "arrow", "crescent", "ring", "semicircle", "drop", "cloud", "bolt", "hourglass",
)  # fmt: skip

#: Colour name -> hue, saturation and value, each 0 to 1.
COLOURS: dict[str, tuple[float, float, float]] = {
    "red": (0.0, 0.90, 0.86),
    "orange": (0.075, 0.94, 0.97),
    "yellow": (0.15, 0.90, 0.96),
    "green": (0.34, 0.82, 0.62),
    "cyan": (0.50, 0.78, 0.90),
    "blue": (0.62, 0.86, 0.82),
    "purple": (0.775, 0.70, 0.62),
    "pink": (0.92, 0.42, 0.98),
    "brown": (0.065, 0.68, 0.44),
    "white": (0.0, 0.0, 0.97),
    "black": (0.0, 0.0, 0.06),
    "grey": (0.0, 0.0, 0.52),
}
COLOUR_NAMES = tuple(COLOURS)
NEUTRAL = ("white", "black", "grey")

FILLS = ("solid", "outlined", "striped", "dotted")
SIZES = ("small", "large")

#: An object is small below the first and large above the second: the square root of its box's area
#: as a share of the picture's shorter side.
SMALL_BELOW, LARGE_ABOVE = 0.17, 0.29

#: Nouns for each shape; the first is the usual one and is drawn most often.
SHAPE_WORDS: dict[str, tuple[str, ...]] = {
    "circle": ("circle", "disc", "oval", "ellipse", "dot"),
    "square": ("square", "box", "rectangle"),
    "diamond": ("diamond", "rhombus"),
    "cross": ("cross", "plus sign", "plus"),
    "arrow": ("arrow", "pointer"),
    "crescent": ("crescent", "moon"),
    "ring": ("ring", "donut"),
    "semicircle": ("semicircle", "half circle"),
    "drop": ("drop", "teardrop"),
    "bolt": ("bolt", "lightning bolt"),
}
COLOUR_WORDS: dict[str, tuple[str, ...]] = {
    "cyan": ("cyan", "turquoise"),
    "purple": ("purple", "violet"),
    "grey": ("grey", "gray"),
}
FILL_WORDS: dict[str, tuple[str, ...]] = {
    "solid": ("solid", "filled", "plain"),
    "outlined": ("outlined", "hollow", "empty"),
    "striped": ("striped", "hatched"),
    "dotted": ("dotted", "spotted"),
}
SIZE_WORDS: dict[str, tuple[str, ...]] = {
    "small": ("small", "little", "tiny"),
    "large": ("large", "big", "huge"),
}
ANY_OBJECT = ("object", "shape", "thing", "item", "figure")
ARTICLES = ("a", "an", "the", "one", "any", "all", "every", "find")

#: Things that no generated scene holds: phrases the detector must answer with silence.
OUTSIDE = (
    "car", "dog", "cat", "person", "tree", "house", "bird", "boat", "chair", "table", "cup", "book",
    "bottle", "bus", "horse", "apple", "phone", "lamp", "fish", "train", "bicycle", "flower", "hat",
    "key", "clock", "traffic light", "face", "hand", "window", "door", "word", "letter", "line",
)  # fmt: skip


def held_out(shape: int, colour: int) -> bool:
    """Whether this pair of indices is kept out of training, to measure new combinations."""
    return (7 * shape + 5 * colour) % 11 == 3


def words_for(table: dict[str, tuple[str, ...]], name: str) -> tuple[str, ...]:
    """The words that name ``name``, the usual one first."""
    return table.get(name, (name,))


def plural(noun: str) -> str:
    """The plural of a noun of this domain."""
    if noun.endswith(("s", "x", "ch", "sh")):
        return noun + "es"
    return noun + "s"
