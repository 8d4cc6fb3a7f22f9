"""Claims about the highest and lowest score, and the largest and smallest group."""

from collections.abc import Iterator
from dataclasses import dataclass

from core.generation.claims import words as w
from core.generation.claims.context import Context
from core.generation.claims.found import UNKNOWN, Found, Group, count, told
from core.generation.claims.phrases import Phrase
from core.generation.claims.types import Claim, ClaimKind

_SURE = w.set_of("certain confident sure reliable trusted")
_COMMON = w.set_of("common frequent frequently numerous abundant prevalent represented")
_MOST = w.set_of("highest top best strongest greatest maximum max")
_LEAST = w.set_of("lowest weakest worst bottom minimum min")
_SCORED = w.SCORE_WORDS | w.set_of(
    "detection detections result one overall match hit prediction scored"
)
_LARGEST, _SMALLEST = w.set_of("largest biggest"), w.set_of("smallest fewest")
_EXTREMES = _MOST | _LEAST | _LARGEST | _SMALLEST
_GROUPED = w.set_of("group number share count class category cluster quantity")
_LINKS = w.PARTS_OF_BE | w.set_of(
    ": by to about belongs goes consists comprises namely being given"
)
_WITHIN = w.set_of("for of among in within")
_BACK = (
    w.set_of("come comes dominate dominates")
    | w.HAVING
    | w.PARTS_OF_BE
    | w.set_of("as holds stands being shows show")
)


@dataclass(frozen=True)
class Rank:
    """A superlative in the tokens from `start` before `end`, of the `highest` or lowest.

    `target` is what it is said of; `inside` means the best of the target's own scores.
    """

    start: int
    end: int
    what: str
    highest: bool
    target: Phrase | None = None
    inside: bool = False


def ranks(c: Context) -> list[Rank]:
    """The superlatives of a sentence, each with what it is said of."""
    cues = [cue for i in range(len(c.s.tokens)) if (cue := _cue(c, i))]
    found = []
    for n, cue in enumerate(cues):
        limit = cues[n + 1].start if n + 1 < len(cues) else len(c.s.tokens)
        floor = cues[n - 1].end if n else 0
        found.append(_with_target(c, cue, floor, limit))
    return found


def claims(c: Context, all_of: list[Rank], found: Found) -> Iterator[Claim]:
    """Whether what is called highest, largest and so on is so."""
    for rank in all_of:
        p = rank.target
        if p is None or c.s.unsure[rank.start]:
            continue
        if p.sort in {"unseen", "word"}:
            yield from _invented(c, rank, p)
        if rank.inside or p.sort != "known":
            continue
        supported = _is_first(p.groups, found, rank)
        start, end = min(rank.start, p.start), max(rank.end, p.end)
        side = "highest" if rank.highest else "lowest"
        name = " ".join(c.s.word(i) for i in range(p.noun, p.end))
        yield Claim(
            c.s.span(start, end), ClaimKind.SUPERLATIVE, f"{side} {rank.what}: {name}", supported,
            _reason(found, rank),
        )  # fmt: skip
    yield from _comparisons(c)


def _invented(c: Context, rank: Rank, p: Phrase) -> Iterator[Claim]:
    """As in "the most certain detection is a dog"."""
    numbers = any(t.word[:2] == "0." for t in c.s.tokens)
    scored = numbers or c.s.has(w.SCORE_WORDS | _SCORED | _SURE | {"%"}, 0, len(c.s.tokens))
    if rank.what == "count" or scored:
        name = " ".join(c.s.word(i) for i in range(p.noun, p.end))
        yield Claim(c.s.span(p.start, p.end), ClaimKind.LABEL, name, False, UNKNOWN)


def _cue(c: Context, i: int) -> Rank | None:
    word, following = c.s.word(i), c.s.word(i + 1)
    if c.s.word(i - 1) in w.ORDINALS or c.s.word(i - 1) == "next":
        return None
    if word in {"most", "least"}:
        if following in _SURE:
            return Rank(i, i + 2, "score", word == "most")
        if following in _COMMON:
            return Rank(i, i + 2, "count", word == "most")
        if word == "most" and following in w.GENERIC:
            return Rank(i, i + 2, "share", True)
        if word == "most" and following == "of" and c.s.has(w.GENERIC, i + 2, i + 4):
            return Rank(i, i + 4, "share", True)
    if word in _EXTREMES:
        near = {following, c.s.word(i + 2)}
        if near & {"count", "number", "group"} or (
            word in _LARGEST | _SMALLEST and near & (_GROUPED | {"detected"})
        ):
            return Rank(i, i + 2, "count", word in _MOST | _LARGEST)
        if word in {"highest", "lowest"} or (word in _MOST | _LEAST and near & _SCORED):
            return Rank(i, i + 1, "score", word in _MOST)
        if word in {"best", "strongest", "weakest", "worst"} and following != "guess":
            return Rank(i, i + 1, "own", word in _MOST)
    if (word in {"first", "last"} and c.s.word(i - 1) in {"come", "comes"}) or (
        word in {"lead", "leads"} and following in {"with", "by", "the"}
    ):
        what = "score" if c.s.has(w.SCORE_WORDS, 0, len(c.s.tokens)) else "count"
        return Rank(i, i + 1, what, word != "last")
    if word == "surest":
        return Rank(i, i + 1, "score", True)
    if word in {"rarest", "fewest"}:
        return Rank(i, i + 1, "count", False)
    if word in {"dominated", "dominate", "dominates", "majority"}:
        return Rank(i, i + 1, "count", True)
    return None


def _with_target(c: Context, cue: Rank, floor: int, limit: int) -> Rank:
    after = next((p for p in c.phrases if p.start >= cue.end and _may_rank(c, p)), None)
    inner = next((p for p in c.phrases if _is_inside(c, p, cue)), None)
    if inner is not None:
        return Rank(cue.start, cue.end, cue.what, cue.highest, inner, inside=True)
    if after is not None and after.start < limit:
        words = {c.s.word(i) for i in range(cue.end, after.start)}
        linked = bool(words & _LINKS)
        if cue.what == "own" or not linked:
            near = after.start - cue.end <= 2 and not words & {",", "(", "and"}
            if near or (words & _WITHIN and not words & {",", "("} and len(words) <= 4):
                return Rank(cue.start, cue.end, cue.what, cue.highest, after, inside=True)
    else:
        after, linked = None, False
    back = next(
        (p for p in reversed(c.phrases) if floor < p.end <= cue.start and _may_be_ranked(c, p)),
        None,
    )
    if back is not None and cue.start - back.end <= 8:
        words = {c.s.word(i) for i in range(back.end, cue.start)}
        definite = c.s.word(cue.start - 1) == "the" or cue.what == "count"
        definite = (definite and c.s.word(cue.start - 2) != "with") or cue.what == "count"
        told = c.s.word(cue.start - 1) == "the" and c.s.word(cue.start - 2) in w.PARTS_OF_BE
        whole = (
            definite
            and (words & _BACK or not words)
            and (told or not words & {",", "and", ":", "("})
        )
        if whole and not (linked and words & {"while", "that"}):
            return Rank(cue.start, cue.end, cue.what, cue.highest, back)
        if not definite and not (after is not None and linked):
            return Rank(cue.start, cue.end, cue.what, cue.highest, back, inside=True)
    return Rank(cue.start, cue.end, cue.what, cue.highest, after if linked else None)


def _may_rank(c: Context, p: Phrase) -> bool:
    before = c.s.word(p.start - 1)
    made = before == "of" and c.s.word(p.start - 2) in {"up", "consists", "composed"}
    made = made or (before == "for" and c.s.word(p.start - 2) in w.PARTS_OF_BE)
    return p.is_object or (p.sort == "word" and (made or before in {"is", "are", ":", "by"}))


def _may_be_ranked(c: Context, p: Phrase) -> bool:
    """A phrase before a superlative: "the cat has the highest", "cat is the most common"."""
    named = p.sort == "word" and c.s.word(p.end) in {"is", "are", "come", "comes", "lead", "leads"}
    return p.is_object or (named and (p.start == 0 or c.s.word(p.start - 1) in {",", "and"}))


def _is_inside(c: Context, p: Phrase, cue: Rank) -> bool:
    """As in "the most certain cat has 0.9": the superlative is part of the phrase."""
    around = p.start <= cue.start and p.end > cue.end
    if p.sort == "word":
        return p.start < cue.end < p.end and c.s.word(p.end) in w.HAVING | w.PARTS_OF_BE
    return around and p.is_object


def _is_first(groups: tuple[Group, ...], found: Found, rank: Rank) -> bool:
    if rank.what == "share":
        return 2 * count(groups) > len(found.scores)
    if rank.what == "count":
        rest = [len(g.scores) for g in found.groups if g not in groups]
        n = count(groups)
        return not rest or (n >= max(rest) if rank.highest else n <= min(rest))
    if rank.highest:
        return max(g.scores[0] for g in groups) >= found.scores[0]
    return min(g.scores[-1] for g in groups) <= found.scores[-1]


def _reason(found: Found, rank: Rank) -> str:
    if rank.what in {"count", "share"}:
        return told(sorted(found.groups, key=lambda g: len(g.scores), reverse=rank.highest))
    edge = found.scores[0 if rank.highest else -1]
    owners = [g.label for g in found.groups if edge in g.scores]
    return f"the {'highest' if rank.highest else 'lowest'} score, {edge:.2f}, is of: {owners[0]}"


def _comparisons(c: Context) -> Iterator[Claim]:
    """As in "more cats than dogs" and "cats outnumber dogs"."""
    for k in range(1, len(c.phrases)):
        one, two = c.phrases[k - 1], c.phrases[k]
        words = c.gap_words(k)
        before = c.s.word(one.start - 1)
        if words == ["than"] and before in {"more", "fewer", "less"}:
            more, start = before == "more", one.start - 1
        elif words and words[0] in {"outnumber", "outnumbers"}:
            more, start = True, one.start
        else:
            continue
        for p in (one, two):
            if p.sort in {"unseen", "word"}:
                yield Claim(
                    c.s.span(p.start, p.end), ClaimKind.LABEL, c.s.word(p.end - 1), False,
                    UNKNOWN,
                )  # fmt: skip
        if one.groups and two.groups:
            a, b = count(one.groups), count(two.groups)
            yield Claim(
                c.s.span(start, two.end), ClaimKind.SUPERLATIVE, "more" if more else "fewer",
                a > b if more else a < b, told((*one.groups, *two.groups)),
            )  # fmt: skip
