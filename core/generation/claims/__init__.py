"""Whether what a report says about detections is so: each claim in the text, supported or not.

English only, without a language model: it reads numbers, labels, colours, superlatives and scores
in the wordings that reports use, and passes over what it cannot judge. So text without a claim is
not thereby true. Questions, conditions and guesses ("may", "perhaps", "if") are no claims.

A noun that no label uses is a claim that fails where a number stands before it ("two dogs"), or
where it is listed as there ("there is a dog", "a dog is visible", "dogs: 2"), is given a score, or
is called the most certain and the like; unless it is one of the everyday words that name no object
("image", "background", "summary") or several kinds of object ("animals"). Synonyms are not guessed,
and a colour is checked only where labels of that noun have colours.
"""

from collections.abc import Sequence

from core.generation.claims import objects
from core.generation.claims import ranks as ranking
from core.generation.claims.absences import REST
from core.generation.claims.context import Context
from core.generation.claims.found import Found, Group
from core.generation.claims.judge import Judge
from core.generation.claims.phrases import Phrase, phrases
from core.generation.claims.reading import sentences
from core.generation.claims.scores import Scores
from core.generation.claims.types import Claim, ClaimKind, Detected

__all__ = ["Claim", "ClaimKind", "Detected", "check"]


def check(text: str, detections: Sequence[Detected]) -> list[Claim]:
    """The claims of `text` about `detections`, in order; those of one kind do not overlap."""
    found = Found(detections)
    contexts = [Context(s, phrases(s, found)) for s in sentences(text)]
    another = _told_in_parts(contexts)
    claims: list[Claim] = []
    before: list[Phrase] = []
    for context in contexts:
        ranks = ranking.ranks(context)
        last = before[-1].groups if before else ()
        claims += objects.claims(Judge(context, found, last, another))
        claims += ranking.claims(context, ranks, found)
        claims += Scores(context, found, before, ranks).claims()
        named = [p for k, p in enumerate(context.phrases) if p.is_object and context.counts(k)]
        if named:
            before = [p for p in named if p.sort == "known"] if named[-1].sort == "known" else []
    return _apart(_with_rest(claims, contexts, found))


def _told_in_parts(contexts: list[Context]) -> frozenset[str]:
    """The labels of which the text counts some and then "another" or "two more"."""
    labels: set[str] = set()
    last: tuple[Group, ...] = ()
    for p in (p for c in contexts for p in c.phrases):
        if p.quantity is not None and p.quantity.part:
            labels |= {g.label for g in p.groups or last}
        last = p.groups if p.is_object else last
    return frozenset(labels)


def _with_rest(claims: list[Claim], contexts: list[Context], found: Found) -> list[Claim]:
    """Judge "nothing else" by whether the text names every label."""
    named = {g.label for c in contexts for p in c.phrases if p.sort == "known" for g in p.groups}
    left = [g.label for g in found.groups if g.core and g.label not in named]
    reason = f"also detected: {', '.join(left[:5])}" if left else "all that was detected is named"
    return [
        Claim(c.span, c.kind, c.value, not left, reason) if c.value == REST else c for c in claims
    ]


def _apart(claims: list[Claim]) -> list[Claim]:
    """In order, without overlaps within a kind; what is not supported goes first."""
    kept: dict[ClaimKind, list[Claim]] = {kind: [] for kind in ClaimKind}
    for claim in sorted(claims, key=lambda c: (c.span[0], c.supported, -c.span[1])):
        before = kept[claim.kind]
        if before and before[-1].span[1] > claim.span[0]:
            if before[-1].supported and not claim.supported:
                before[-1] = claim
            continue
        before.append(claim)
    return sorted((c for all_of in kept.values() for c in all_of), key=lambda c: c.span)
