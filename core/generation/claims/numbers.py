"""Claims of numbers without a noun of their own: counts of something else, totals, kinds."""

from collections.abc import Iterator

from core.generation.claims import colours, unseen
from core.generation.claims import words as w
from core.generation.claims.found import count, told
from core.generation.claims.judge import Judge
from core.generation.claims.owners import is_part, is_pronoun, owner
from core.generation.claims.phrases import Phrase
from core.generation.claims.quantities import Quantity
from core.generation.claims.types import Claim, ClaimKind

_TOTALS = w.set_of(
    "total totals totalling totaling sum sums altogether overall objects detections items adds add"
    " makes"
)
_IN_ALL = w.set_of("total all altogether overall sum")
_SUBSETS = w.set_of("first last top other remaining next same these those")


def claims(j: Judge, k: int) -> Iterator[Claim]:
    """What phrase `k`, which names no object, says with its number."""
    p = j.phrases[k]
    q = p.quantity
    if q is None or q.form not in {"number", "vague", "both"}:
        return
    if p.sort == "kinds":
        yield from _kinds(j, k, p, q)
    elif p.sort == "idle" and j.s.word(p.noun) != "times":
        return
    elif p.sort in {"bare", "them"} and colours.after(j, p)[0]:
        yield from _coloured(j, k, p, q)
    elif (whose := owner(j, k)) is not None:
        if whose.sort == "known":
            yield _count_of(j, p, q, whose)
        elif whose.is_object or whose.start > p.start or unseen.is_key(j, k - 1):
            yield unseen.invented(j, whose)
    elif j.before and _is_of_before(j, k, p):
        n, label = count(j.before), j.before[0].label
        value = f"{q} {label}" if len(j.before) == 1 else str(q)
        yield j.claim(p.start, p.end, ClaimKind.COUNT, value, q.fits(n), told(j.before))
    elif _is_total(j, k, p, q):
        n = len(j.found.scores)
        yield j.claim(p.start, p.end, ClaimKind.TOTAL, str(q), q.fits(n), f"detected in all: {n}")


def _coloured(j: Judge, k: int, p: Phrase, q: Quantity) -> Iterator[Claim]:
    """As in "five circles: three are red and two of them are blue"."""
    near = next((o.groups for o in reversed(j.phrases[:k]) if o.groups), j.before)
    nouns = {g.core[-1] for g in near}
    same = tuple(g for g in j.found.groups if g.core and g.core[-1] in nouns)
    if not any(w.COLOURS & {*g.core} for g in same) or is_pronoun(j, p):
        return
    said, end = colours.after(j, p)
    n = count(colours.so_coloured(j, p, same))
    yield j.claim(
        p.start, end, ClaimKind.COUNT, " ".join((str(q), *said)), q.fits(n), told(same)
    )  # fmt: skip


def _kinds(j: Judge, k: int, p: Phrase, q: Quantity) -> Iterator[Claim]:
    """As in "four categories", of labels or of their nouns."""
    if q.part or q.form != "number" or not j.found.groups:
        return
    if not (j.context.listed(k) or j.s.has(w.EXISTING | {"across", "of"}, 0, p.end + 1)):
        return
    labels, nouns = len(j.found.groups), len({g.core[-1:] for g in j.found.groups})
    yield j.claim(
        p.start, p.end, ClaimKind.TOTAL, f"{q} kinds", q.fits(labels) or q.fits(nouns),
        f"labels detected: {labels}",
    )  # fmt: skip


def _count_of(j: Judge, p: Phrase, q: Quantity, whose: Phrase) -> Claim:
    first, last = sorted((p, whose), key=lambda one: one.start)
    near = last.start - first.end <= 4
    start, end = (first.start, last.end) if near else (p.start, p.end)
    n = count(whose.groups)
    exact = q.part and q.high is None and whose is last
    return j.claim(
        start, end, ClaimKind.COUNT, f"{q.low if q.part else q} {j.name(whose)}",
        n == q.low if exact else q.fits(n), told(whose.groups),
    )  # fmt: skip


def _is_of_before(j: Judge, k: int, p: Phrase) -> bool:
    """As in "there are three of them", "I count three" and "it appears three times"."""
    counting = j.context.gap_words(k)[-1:] in (["count"], ["counted"])
    them = p.sort == "them" and not is_part(j, p)
    return p.sort == "idle" or them or (p.sort == "bare" and counting)


def _is_total(j: Judge, k: int, p: Phrase, q: Quantity) -> bool:
    """As in "seven objects", "7 in total" and "sum: 7"."""
    if q.part or j.s.word(p.start - 1) in _SUBSETS or j.is_filtered(p):
        return False
    words = j.context.gap_words(k)[-6:]
    behind = [j.s.word(i) for i in range(p.end, p.end + 3)]
    in_all = behind[0] in {"in", *_IN_ALL} and any(x in _IN_ALL for x in behind)
    summed = any(x in _TOTALS for x in words) or j.s.has(_TOTALS, p.start, p.noun)
    if p.sort == "generic":
        clear = q.form == "number" and q.low != 1
        return clear or in_all or summed or j.context.listed(k)
    if p.sort != "bare" or q.form != "number" or is_part(j, p):
        return False
    before = j.phrases[k - 1] if k else None
    if before is None or before.is_object:
        return in_all or summed
    named = before.sort in {"generic", "idle"} and j.s.has(_TOTALS, before.start, before.end)
    share = words == ["/"] and k > 1 and j.phrases[k - 2].names
    return in_all or summed or named or share
