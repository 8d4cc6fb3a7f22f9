"""Which words may be singular and plural of one noun."""

from functools import lru_cache

_IRREGULAR = {
    "people": "person", "men": "man", "women": "woman", "children": "child", "mice": "mouse",
    "feet": "foot", "teeth": "tooth", "geese": "goose", "oxen": "ox", "lice": "louse",
    "dice": "die", "indices": "index", "matrices": "matrix", "vertices": "vertex",
    "criteria": "criterion", "phenomena": "phenomenon", "bacteria": "bacterium", "media": "medium",
}  # fmt: skip
# ending of a plural: endings of its singular; the first that fits is not the only one
_ENDINGS = (
    ("ies", ("y", "ie")), ("ves", ("f", "fe", "ve")), ("ses", ("s", "se", "sis")),
    ("zzes", ("z", "zz")), ("es", ("", "e")), ("s", ("",)), ("i", ("us",)), ("ae", ("a",)),
)  # fmt: skip
_SHORTEST = 1


@lru_cache(maxsize=4096)
def singulars(word: str) -> frozenset[str]:
    """The word and all that it may be the plural of: "boxes" gives "box", "boxe" and "boxes".

    Two words are taken for one noun where these sets meet, so a wrong guess does harm only if it
    is another label.
    """
    found = {word}
    for plural, single in _IRREGULAR.items():
        if word == plural or (len(word) > len(plural) + 1 and word.endswith(plural)):
            found.add(word.removesuffix(plural) + single)
    for ending, singles in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= _SHORTEST and not (ending == "s" and stem[-1] == "s"):
            found |= {stem + single for single in singles}
    return frozenset(found)
