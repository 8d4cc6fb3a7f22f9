"""Claims about scores: single ones, ranges, means and bounds."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.generation.claims import words as w
from core.generation.claims.context import Context
from core.generation.claims.found import Found
from core.generation.claims.phrases import Phrase
from core.generation.claims.ranks import Rank
from core.generation.claims.types import Claim, ClaimKind

_DECIMAL = re.compile(r"(?:0|1)?[.,](\d{1,12})")
_PERCENT = re.compile(r"(\d{1,3})(?:[.,](\d+))?")
_OF_NEXT = w.set_of("for belongs belong belonging goes went given assigned")
_SEVERAL = w.set_of("scores confidences values probabilities both respectively each")
_NONE = frozenset({"none", "no", "not"})
_IT = frozenset({"it", "its"})
_RANGES = ({"to"}, {"-"}, {"–"}, {"—"}, {"up", "to"}, {"down", "to"}, {"through"})
_JOINERS = w.set_of(", and or plus")
_HAS_SCORE = w.HAVING | w.PARTS_OF_BE | {"(", "at", "scored"}
_ROUGHLY = w.set_of("about around approximately roughly nearly almost circa ~")


@dataclass(frozen=True)
class _Said:
    """A score in the tokens from `start` before `end`, true of scores within `slack` of it."""

    start: int
    end: int
    value: float
    slack: float

    def fits(self, scores: Sequence[float]) -> bool:
        return any(self.near(score) for score in scores)

    def near(self, score: float) -> bool:
        return abs(score - self.value) <= self.slack + 1e-9


class Scores:
    """Judges the scores in one sentence; `before` is what the sentence before named."""

    def __init__(
        self, context: Context, found: Found, before: Sequence[Phrase], ranks: list[Rank]
    ) -> None:
        self.context, self.found, self.before, self.ranks = context, found, before, ranks
        self.s = context.s
        self.objects = [
            p
            for k, p in enumerate(context.phrases)
            if p.is_object and self._may_score(p) and context.denied(k) is None
        ]
        self.said = [said for i in range(len(self.s.tokens)) if (said := self._read(i))]

    def _may_score(self, p: Phrase) -> bool:
        """Not "the scale" and such, unless something has a score by the form of the sentence."""
        if p.sort != "unseen" or p.quantity is None or p.quantity.form != "definite":
            return True
        following = self.s.word(p.end)
        return following[:1].isdigit() or following in _HAS_SCORE

    def claims(self) -> Iterator[Claim]:
        after = 0
        for n, one in enumerate(self.said):
            if n < after or self.s.unsure[one.start]:
                continue
            two = self.said[n + 1] if n + 1 < len(self.said) else None
            if two is not None and self._is_range(one, two):
                yield from self._range(n, one, two)
                after = n + 2
            else:
                yield from self._single(n, one)

    def _read(self, i: int) -> _Said | None:
        word = self.s.word(i)
        if not word[:1].isdigit() and not word.startswith("."):
            return None
        sign = i + 1
        if self.s.word(sign) in {"-", "–", "to", "and"} and self.s.word(i + 3) in {"%", "percent"}:
            sign = i + 3
        if self.s.word(sign) in {"%", "percent"} and (part := _PERCENT.fullmatch(word)):
            end = i + 2 if sign == i + 1 else i + 1
            digits, scale = part[2] or "", 100
            if self.s.word(end) == "of":
                return None
        elif (part := _DECIMAL.fullmatch(word)) and self.s.word(i + 1) not in w.UNITS_OF_MEASURE:
            end, digits, scale = i + 1, part[1], 1
        else:
            return None
        value = float(word.replace(",", ".")) / scale
        if value > 1 or self.s.has(w.LIMITS, i - 5, i):
            return None
        rough = 5 if self.s.word(i - 1) in _ROUGHLY else 1
        return _Said(i, end, value, rough * 0.5 / scale / 10 ** len(digits))

    def _is_range(self, one: _Said, two: _Said) -> bool:
        words = {self.s.word(i) for i in range(one.end, two.start)}
        return words in _RANGES or (
            words == {"and"} and self.s.has(frozenset({"between"}), one.start - 3, one.start)
        )

    def _range(self, n: int, one: _Said, two: _Said) -> Iterator[Claim]:
        choices = self._choices(n, one, several=True)
        if not choices:
            return
        low, high = sorted((one, two), key=lambda said: said.value)
        supported = any(
            bool(scores) and low.near(min(scores)) and high.near(max(scores)) for scores in choices
        )
        yield self._claim(
            one.start, two.end, f"{_short(low)} to {_short(high)}", supported, choices
        )

    def _single(self, n: int, one: _Said) -> Iterator[Claim]:
        choices = self._choices(n, one, several=False)
        if not choices:
            return
        bound = self._bound(one)
        if bound:
            every = self.s.has(w.EVERY | {"scores"}, 0, one.start)
            if self.s.has(_NONE, one.start - 7, one.start):
                bound, every = "above" if bound == "below" else "below", True
            supported = any(_bounded(bound, one, scores, every) for scores in choices)
            yield self._claim(one.start, one.end, f"{bound} {_short(one)}", supported, choices)
        elif self.s.has(
            w.AVERAGES, max(one.start - 7, self.said[n - 1].end if n else 0), one.start
        ):
            means = [
                sum(scores) / len(scores) for scores in (*choices, self.found.scores) if scores
            ]
            yield self._claim(one.start, one.end, f"mean {_short(one)}", one.fits(means), choices)
        else:
            edge = self._rank(one)
            supported = any(one.fits(_edges(scores, edge)) for scores in choices)
            yield self._claim(one.start, one.end, _short(one), supported, choices)

    def _bound(self, one: _Said) -> str:
        """ "above" or "below" where the number is a bound on scores."""
        a, b = self.s.word(one.start - 2), self.s.word(one.start - 1)
        if b in w.ABOVE or (a, b) in {
            ("at", "least"),
            ("more", "than"),
            ("higher", "than"),
            ("greater", "than"),
            ("better", "than"),
        }:
            return "above"
        if b in w.BELOW or (a, b) in {
            ("at", "most"),
            ("less", "than"),
            ("lower", "than"),
            ("up", "to"),
        }:
            return "below"
        return ""

    def _rank(self, one: _Said) -> Rank | None:
        """The superlative that the number is told of: the last one, if nothing comes between."""
        rank = next((r for r in reversed(self.ranks) if r.start < one.start), None)
        if rank is None or rank.what not in {"score", "own"}:
            return None
        between = [p for p in self.objects if rank.end <= p.start and p.end <= one.start]
        return rank if all(p is rank.target for p in between) else None

    def _choices(self, n: int, one: _Said, several: bool) -> list[tuple[float, ...]]:
        """The scores that the number may be one of, one tuple for each way to read it."""
        if not self.found.scores:
            return [()]
        before = next((p for p in reversed(self.objects) if p.end <= one.start), None)
        after = next((p for p in self.objects if p.start >= one.end), None)
        if after is not None and self._is_of_next(n, one, after):
            return _of([after])
        if before is not None and before.sort != "known":
            return []
        if before is not None:
            chain = self._chain(before, one)
            if len(chain) > 1 and (several or self.s.has(_SEVERAL, before.end, len(self.s.tokens))):
                return self._shared(n, chain)
            return _of([before])
        told_before = self.s.has(w.PRONOUNS, 0, one.start)
        if after is not None and not told_before:
            return _of([after]) if after.sort == "known" else []
        last, listed = _scores(self.before[-1:]), _scores(self.before)
        if told_before or self.s.has(w.PRONOUNS, one.start, len(self.s.tokens)):
            whole = (several and self.s.has(_IT, 0, one.start)) or self._rank(one) is not None
            readings = [last, listed, *([self.found.scores] if whole else [])]
            return [scores for scores in readings if scores]
        return [scores for scores in (self.found.scores, last, listed) if scores]

    def _is_of_next(self, n: int, one: _Said, after: Phrase) -> bool:
        last = one
        for other in self.said[n + 1 : n + 9]:
            between = [self.s.word(i) for i in range(last.end, other.start)]
            if other.start > after.start:
                break
            if not all(word in _JOINERS for word in between):
                return False
            last = other
        near = after.start - last.end <= 7
        return near and self.s.has(_OF_NEXT, last.end, after.start)

    def _chain(self, last: Phrase, one: _Said) -> list[Phrase]:
        """The list of phrases that ends in `last`: "a cat, a dog and a bird"."""
        at = self.objects.index(last)
        chain = [last]
        while at and len(chain) < 12:
            gap = [self.s.word(i) for i in range(self.objects[at - 1].end, self.objects[at].start)]
            if not gap or not all(word in _JOINERS for word in gap):
                break
            at -= 1
            chain.insert(0, self.objects[at])
        return chain

    def _shared(self, n: int, chain: list[Phrase]) -> list[tuple[float, ...]]:
        """All scores of the list; each in its turn with "respectively"."""
        mine = [k for k, said in enumerate(self.said) if said.start >= chain[-1].end]
        if "respectively" in {t.word for t in self.s.tokens} and len(mine) == len(chain):
            return _of([chain[mine.index(n)]])
        return [tuple(s for scores in _of(chain) for s in scores)]

    def _claim(
        self, start: int, end: int, value: str, supported: bool, choices: Sequence[Sequence[float]]
    ) -> Claim:
        scores = sorted({s for scores in choices for s in scores}, reverse=True)
        listed = ", ".join(f"{s:.2f}" for s in scores[:5]) + (", …" if len(scores) > 5 else "")
        return Claim(
            self.s.span(start, end), ClaimKind.SCORE, value, supported,
            f"scores detected: {listed or 'none'}",
        )  # fmt: skip


def _of(phrases: Sequence[Phrase]) -> list[tuple[float, ...]]:
    return [_scores([p]) for p in phrases]


def _scores(phrases: Sequence[Phrase]) -> tuple[float, ...]:
    return tuple(s for p in phrases for g in p.groups for s in g.scores)


def _edges(scores: Sequence[float], rank: Rank | None) -> Sequence[float]:
    if rank is None or not scores:
        return scores
    return (max(scores),) if rank.highest else (min(scores),)


def _bounded(bound: str, one: _Said, scores: Sequence[float], every: bool) -> bool:
    fit = [s >= one.value if bound == "above" else s <= one.value for s in scores]
    return bool(fit) and (all(fit) if every else any(fit))


def _short(said: _Said) -> str:
    return f"{said.value:.4f}".rstrip("0").ljust(4, "0")
