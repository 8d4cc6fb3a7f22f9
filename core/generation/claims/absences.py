"""Claims that something is not there, or nothing else."""

from collections.abc import Iterator

from core.generation.claims import unseen
from core.generation.claims import words as w
from core.generation.claims.found import UNKNOWN, count, told
from core.generation.claims.judge import Judge
from core.generation.claims.owners import owner
from core.generation.claims.phrases import Phrase
from core.generation.claims.types import Claim, ClaimKind

_SAID = w.EXISTING | w.PRESENCE
REST = "nothing else"
"""The value of a claim that what the text names is all there is."""


def claims(j: Judge, k: int, cue: int) -> Iterator[Claim]:
    """What the denial of phrase `k`, which begins at token `cue`, says is not there."""
    p = j.phrases[k]
    start = cue if j.context.gap(k)[0] <= cue and p.start - cue <= 8 else p.start
    other = p.quantity is not None and p.quantity.part
    if p.sort == "known" and not other:
        yield j.claim(
            start, p.end, ClaimKind.ABSENCE, f"no {j.name(p)}", count(p.groups) == 0,
            told(p.groups),
        )  # fmt: skip
    elif p.sort in {"unseen", "wrong"} or (p.sort == "word" and unseen.is_plural_object(j, p)):
        yield j.claim(
            start, p.end, ClaimKind.ABSENCE, f"no {j.name(p)}", True,
            UNKNOWN,
        )  # fmt: skip
    elif p.sort == "generic" and (other or j.s.has(_SAID, 0, len(j.s.tokens))):
        yield _nothing_claim(j, start, p.end, other)
    elif p.sort == "bare":
        yield from _none_of(j, k, p)


def _none_of(j: Judge, k: int, p: Phrase) -> Iterator[Claim]:
    """As in "dogs: 0"."""
    whose = owner(j, k)
    if whose is not None and whose.sort == "known":
        yield j.claim(
            whose.start, p.end, ClaimKind.ABSENCE, f"no {j.name(whose)}", False, told(whose.groups)
        )  # fmt: skip


def _nothing_claim(j: Judge, start: int, end: int, other: bool) -> Claim:
    if other:
        return j.claim(start, end, ClaimKind.ABSENCE, REST, True, "")
    there = j.found.groups
    return j.claim(start, end, ClaimKind.ABSENCE, "nothing", not there, told(there))


def nothing(j: Judge) -> Iterator[Claim]:
    """As in "nothing was found" and "none of the objects"."""
    for i, token in enumerate(j.s.tokens):
        if j.s.unsure[i]:
            continue
        following = j.s.word(i + 1)
        if token.word == "nothing" and following in w.OTHER:
            if j.s.has(w.PRESENCE | {"."}, i, i + 8) or i + 2 >= len(j.s.tokens):
                yield _nothing_claim(j, i, i + 2, other=True)
        elif token.word == "nothing" and following in w.PARTS_OF_BE | {"that", "has", "could"}:
            if j.s.has(w.PRESENCE - {"in", "part"}, i, i + 9):
                yield _nothing_claim(j, i, i + 1, other=False)
        elif (
            token.word == "none"
            and following == "of"
            and (j.s.word(i + 3) in w.GENERIC and j.s.has(w.EXISTING, 0, i + 10))
        ):
            yield _nothing_claim(j, i, i + 4, other=False)
