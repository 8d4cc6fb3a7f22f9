"""Claims about what is there, and how many of it."""

from collections.abc import Iterator

from core.generation.claims import absences, colours, numbers, unseen
from core.generation.claims import words as w
from core.generation.claims.found import count, told
from core.generation.claims.judge import Judge
from core.generation.claims.phrases import Phrase
from core.generation.claims.types import Claim, ClaimKind


def claims(j: Judge) -> Iterator[Claim]:
    """What the phrases of a sentence say is there or not there, how many, of which colour."""
    for k, p in enumerate(j.phrases):
        if j.s.unsure[min(p.noun, len(j.s.tokens) - 1)]:
            continue
        cue = j.context.denied(k)
        if cue is not None:
            yield from absences.claims(j, k, cue)
        elif p.sort == "known":
            yield _known(j, k, p)
        elif p.sort == "wrong":
            yield _wrong(j, p)
        elif p.sort in {"unseen", "word"}:
            yield from unseen.claims(j, k)
        elif p.sort == "partial":
            yield from colours.partial(j, p)
        else:
            yield from numbers.claims(j, k)
        yield from colours.said_of(j, p)
    yield from absences.nothing(j)


def _known(j: Judge, k: int, p: Phrase) -> Claim:
    q, n = p.quantity, count(p.groups)
    if q is not None and q.form == "both" and j.s.word(p.end) == "and":
        q = None
    if (
        q is None
        or q.form in {"definite", "any"}
        or (q.form == "article" and not _is_only_one(j, k, p))
    ):
        return j.claim(p.start, p.end, ClaimKind.LABEL, j.name(p), n > 0, told(p.groups))
    if q.form == "article":
        supported, value = n == 1, f"1 {j.name(p)}"
    else:
        filtered = j.is_filtered(p) and j.s.word(p.start) != "all"
        n = count(colours.so_coloured(j, p, p.groups)) if q.form == "number" else n
        fits = q.low <= n if filtered or q.part else q.fits(n)
        supported = fits or _adds_up(j, p, n)
        value = f"{q} {j.name(p)}"
    return j.claim(p.start, p.end, ClaimKind.COUNT, value, supported, told(p.groups))


def _is_only_one(j: Judge, k: int, p: Phrase) -> bool:
    """Whether "a cat" means that there is no second one: in a list of what is there."""
    told_in_parts = any(g.label in j.another for g in p.groups)
    words = j.context.gap_words(k)
    called = words[-1:] and words[-1] in w.PARTS_OF_BE and "there" not in words
    return j.context.listed(k) and not told_in_parts and not called


def _adds_up(j: Judge, p: Phrase, n: int) -> bool:
    """As in "two cats on the left and one cat on the right"."""
    same = [o for o in j.phrases if o.groups == p.groups and o.quantity and o.sort == "known"]
    parts = [o.quantity.low for o in same[:9] if o.quantity and o.quantity.form == "number"]
    return len(parts) > 1 and sum(parts) == n


def _wrong(j: Judge, p: Phrase) -> Claim:
    kind = ClaimKind.COLOUR if p.wrong in w.COLOURS else ClaimKind.LABEL
    return j.claim(p.start, p.end, kind, j.name(p), False, told(p.groups))
