"""Nouns that no label uses: when they claim that something is there."""

from collections.abc import Iterator

from core.generation.claims import words as w
from core.generation.claims.found import UNKNOWN
from core.generation.claims.judge import Judge
from core.generation.claims.phrases import Phrase
from core.generation.claims.types import Claim, ClaimKind

_KEY_SIGNS = w.set_of(": ( – — - | = x ×")


def claims(j: Judge, k: int) -> Iterator[Claim]:
    """That phrase `k`, of no label, is there, where the sentence says so."""
    p = j.phrases[k]
    form = p.quantity.form if p.quantity else "bare"
    if form == "number" and not (p.quantity and p.quantity.part):
        counts = True
    elif form == "bare":
        counts = is_key(j, k) or _is_named(j, k) or _is_listed_plural(j, k, p)
    elif form == "definite":
        counts = _is_scored(j, p)
    elif form == "any":
        counts = j.context.listed(k) and _is_plural(j, p)
    else:
        counts = j.context.listed(k) or (form == "article" and _is_scored(j, p))
    if counts or (form != "definite" and _is_named(j, k)):
        yield invented(j, p)


def invented(j: Judge, p: Phrase) -> Claim:
    """The claim that there is something of no label."""
    return j.claim(p.start, p.end, ClaimKind.LABEL, j.name(p), False, UNKNOWN)


def is_key(j: Judge, k: int) -> bool:
    """As in "dogs: 3", "dog (2)" and "the number of dogs is 4"."""
    p = j.phrases[k]
    following = j.phrases[k + 1] if k + 1 < len(j.phrases) else None
    if j.s.word(p.start - 1) == "of" and j.s.word(p.start - 2) in {"number", "count"}:
        return True
    if p.start == 1 and j.s.word(0) == "for":  # "for dogs, the count is 4"
        return j.s.has(frozenset({"count", "number"}), p.end, p.end + 4)
    first = p.start == 0 or j.s.word(p.start - 1) in {"|", ",", ":", ")", "and"}
    if following is None or not first or following.quantity is None:
        return False
    signs = j.context.gap_words(k + 1)
    told = following.sort == "bare" or (
        following.sort == "generic" and (signs == ["("] or _is_instances(j, following))
    )
    counted = following.quantity.form == "number" and told
    return counted and 0 < len(signs) <= 2 and all(x in _KEY_SIGNS for x in signs)


def _is_instances(j: Judge, p: Phrase) -> bool:
    return j.s.word(p.end - 1) in {"instance", "instances", "occurrence", "occurrences"}


def _is_named(j: Judge, k: int) -> bool:
    """As in "two are labelled as dogs"."""
    words = j.context.gap_words(k)[-3:]
    return bool(words) and words[-1] == "as" and any(x in w.NAMING for x in words)


def _is_listed_plural(j: Judge, k: int, p: Phrase) -> bool:
    """As in "the image shows dogs"."""
    return k > 0 and j.context.listed(k) and is_plural_object(j, p)


def is_plural_object(j: Judge, p: Phrase) -> bool:
    """One or two words that look like a plural, after a verb such as "shows" or in its list."""
    verb = j.s.word(p.noun - 1) in w.NEW_EXISTENCE | {"and", "or", "with", "of"}
    return verb and p.end - p.noun <= 2 and _is_plural(j, p)


def _is_plural(j: Judge, p: Phrase) -> bool:
    head = j.s.word(p.end - 1)
    return head.endswith("s") and not head.endswith("ss")


def _is_scored(j: Judge, p: Phrase) -> bool:
    """As in "the dog has a score of 0.7"."""
    if j.s.word(p.end)[:2] in {"0.", "1."}:
        return True
    if j.s.word(p.end) not in w.HAVING | w.PARTS_OF_BE | {"(", "at", "scored", "scores"}:
        return False
    return j.s.has(w.SCORE_WORDS | {"%", "percent"}, p.end, p.end + 8) or any(
        j.s.word(i)[:2] in {"0.", "1."} for i in range(p.end, p.end + 6)
    )
