"""Colours said of something: "the circle is red", "three of them are blue"."""

from collections.abc import Iterator

from core.generation.claims import words as w
from core.generation.claims.found import Group, told
from core.generation.claims.judge import Judge
from core.generation.claims.phrases import Phrase
from core.generation.claims.types import Claim, ClaimKind

_NO_NOUNS = w.FUNCTION | w.VERBS | w.PRESENCE
_BE = w.PARTS_OF_BE | {"look", "looks", "appear"}
_BEFORE_COLOUR = w.set_of("all both also not clearly mostly bright dark light")


def after(j: Judge, p: Phrase) -> tuple[list[str], int]:
    """The colours of "is red and blue" after a phrase, and the place after them."""
    i = p.end
    if j.s.word(i) not in _BE:
        return [], i
    i += 1
    while j.s.word(i) in _BEFORE_COLOUR:
        i += 1
    said: list[str] = []
    end = i
    while j.s.word(i) in w.COLOURS or (said and j.s.word(i) in {"and", "or", ","}):
        if j.s.word(i) in w.COLOURS:
            said.append(j.s.word(i))
            end = i + 1
        i += 1
    return (said, end) if not _is_noun(j, end) else ([], end)


def _is_noun(j: Judge, i: int) -> bool:
    word = j.s.word(i)
    return word[:1].isalpha() and word not in _NO_NOUNS


def so_coloured(j: Judge, p: Phrase, groups: tuple[Group, ...]) -> tuple[Group, ...]:
    """Those that have the colours said next: "three circles are red"."""
    said, _ = after(j, p)
    if not said or not any(w.COLOURS & {*g.core} for g in groups):
        return groups
    return tuple(g for g in groups if {*said} & {*g.core})


def partial(j: Judge, p: Phrase) -> Iterator[Claim]:
    """As in "three red and two green circles", where no circle is green."""
    q = p.quantity
    words = {j.s.word(i) for i in range(p.noun, p.end)}
    coloured = any(w.COLOURS & {*g.core} for g in p.groups)
    if q is not None and q.form == "number" and coloured and words & w.COLOURS:
        value = f"{j.name(p)} {p.wrong}"
        yield j.claim(p.start, p.end, ClaimKind.COLOUR, value, False, told(p.groups))


def said_of(j: Judge, p: Phrase) -> Iterator[Claim]:
    """As in "the circle is red"."""
    said, end = after(j, p)
    coloured = [g for g in p.groups if w.COLOURS & {*g.core}]
    if p.sort != "known" or not said or not coloured:
        return
    every = j.s.has(w.EVERY, p.start - 1, p.noun) or j.s.has(w.EVERY, p.end, end)
    fits = all(any(c in g.core for g in coloured) for c in said) and not (
        every and any(not {*said} & {*g.core} for g in coloured)
    )
    if j.s.has(frozenset({"not"}), p.end, end):
        fits = not any(c in g.core for g in coloured for c in said)
    yield j.claim(
        p.start, end, ClaimKind.COLOUR, f"{j.name(p)}: {' and '.join(said)}", fits,
        told(p.groups),
    )  # fmt: skip
