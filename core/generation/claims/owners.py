"""What a number without a noun of its own counts: "dogs: 3", "four of them", "3 are cats"."""

from core.generation.claims import words as w
from core.generation.claims.judge import Judge
from core.generation.claims.phrases import Phrase

_BETWEEN = w.HAVING | w.set_of(
    "? : ( – — - | = x × , class classes label labels category which that appears appear occurs"
    " there are is were was seen found detected came come lead leads being first last namely"
)
"""All that may stand between something and its number."""
_BEFORE_NAME = w.PARTS_OF_BE | w.NAMING | {"as", "found", "detected", "to", "be", ","}
_SUMS = w.set_of("total sum")
_AGAINST = w.set_of("compared versus vs against")


def owner(j: Judge, k: int) -> Phrase | None:
    """The phrase that the number of phrase `k` belongs to, before it or after it."""
    p = j.phrases[k]
    if p.sort == "bare" and j.s.has(_SUMS, p.start, p.noun):
        return None
    if _is_exact(j, p):
        return _nearest(j, k, k)
    if j.context.gap_words(k)[-2:] in (["count", "is"], ["number", "is"]):
        return next((o for o in reversed(j.phrases[max(k - 3, 0) : k]) if o.names), None)
    named, found = _named_next(j, k)
    if named:
        return found
    if p.sort == "them" and is_part(j, p):
        return None
    if p.sort == "idle":  # "three times"
        return _nearest(j, k, 4)
    bare = p.sort == "bare"
    against, compared = _compared(j, k) if bare else (False, None)
    if against:
        return compared
    before = _just_before(j, k)
    if before is not None:
        return before if j.context.gap_words(k) != [","] else None
    if bare and p.quantity is not None and p.quantity.part:
        return _of_part(j, k)
    return _with_number(j, k) if bare else None


def is_part(j: Judge, p: Phrase) -> bool:
    """As in "two of them are near the edge"."""
    return j.s.word(p.end) in w.PARTS_OF_BE | w.HAVING


def is_pronoun(j: Judge, p: Phrase) -> bool:
    """The "one" of "the least certain one"."""
    word = j.s.word(p.start - 1)
    return word[:1].isalpha() and word not in {"and", "but", "while"}


def _is_exact(j: Judge, p: Phrase) -> bool:
    """As in "cats, three to be exact" and "three in number"."""
    behind = tuple(j.s.word(i) for i in range(p.end, p.end + 3))
    return behind[:2] == ("in", "number") or (
        behind[:2] == ("to", "be") and behind[2] in {"exact", "precise"}
    )


def _nearest(j: Judge, k: int, reach: int) -> Phrase | None:
    return next((p for p in reversed(j.phrases[max(k - reach, 0) : k]) if p.is_object), None)


def _named_next(j: Judge, k: int) -> tuple[bool, Phrase | None]:
    """Whether the number is told of what follows, and of what: "three are labelled as cats"."""
    p = j.phrases[k]
    following = j.phrases[k + 1] if k + 1 < len(j.phrases) else None
    if following is None or not following.names or not _is_uncounted(following):
        return False, None
    if k and j.phrases[k - 1].sort == "bare" and j.phrases[k - 1].end == p.start:
        return False, None  # the whole of "three of the seven objects are cats"
    words = j.context.gap_words(k + 1)
    if not 0 < len(words) <= 5 or words[0] == "," or any(x not in _BEFORE_NAME for x in words):
        return False, None
    plural = words == ["are"] and j.s.word(following.end - 1)[-1:] == "s"
    told = following.sort == "known" or plural or any(x in w.NAMING for x in words)
    lone = j.s.word(p.end - 1) == "one" and is_pronoun(j, p)
    return True, following if told and not lone else None


def _just_before(j: Judge, k: int) -> Phrase | None:
    """As in "dogs: 3" and "the dog class has 3 detections"."""
    p, before = j.phrases[k], j.phrases[k - 1] if k else None
    words = j.context.gap_words(k)
    if before is None or not before.names or not _is_uncounted(before):
        return None
    if not 0 < len(words) <= 4 or any(x not in _BETWEEN for x in words):
        return None
    following = j.s.word(p.end)
    ends = following in w.SEPARATORS | {"", ")", "|", "and"} | w.PRESENCE
    return None if p.sort == "bare" and words[-1] in {"(", "-"} and not ends else before


def _of_part(j: Judge, k: int) -> Phrase | None:
    """As in "with 4 of the 9 objects, cats ..." and "cats lead with 4 of 9"."""
    following = _next_uncounted(j, k)
    before = j.phrases[k - 1] if k else None
    if following is None and before is not None and j.context.gap_words(k)[-1:] == ["with"]:
        return before if before.is_object else None
    return following


def _next_uncounted(j: Judge, k: int) -> Phrase | None:
    following = next((p for p in j.phrases[k + 1 : k + 4] if p.is_object), None)
    return following if following is not None and _is_uncounted(following) else None


def _compared(j: Judge, k: int) -> tuple[bool, Phrase | None]:
    """Whether the number is one of two compared, and whose: "cats than dogs: 5 versus 2"."""
    objects = [p for p in j.phrases[max(k - 4, 0) : k] if p.is_object]
    following = j.phrases[k + 1] if k + 1 < len(j.phrases) else None
    if following is not None and j.s.has(_AGAINST, j.phrases[k].end, following.start):
        return True, objects[-2] if len(objects) > 1 else None
    if any(x in _AGAINST for x in j.context.gap_words(k)):
        return True, objects[-1] if objects else None
    return False, None


def _with_number(j: Judge, k: int) -> Phrase | None:
    """As in "the rarest, with 2, is the dog"."""
    before = j.phrases[k - 1] if k else None
    if j.context.gap_words(k)[-1:] != ["with"]:
        return None
    if j.s.word(j.phrases[k].end) not in {",", "", "and", ")"}:
        return None
    return before if before is not None and before.is_object else _next_uncounted(j, k)


def _is_uncounted(p: Phrase) -> bool:
    return p.quantity is None or p.quantity.form in {"definite", "article", "any"}
