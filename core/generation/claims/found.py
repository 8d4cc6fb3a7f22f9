"""What was detected, and which of it a noun means."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.generation.claims import words as w
from core.generation.claims.plurals import singulars
from core.generation.claims.reading import words_of
from core.generation.claims.types import Detected

_BEFORE_HEAD = w.ARTICLES | w.DEFINITE | {"any", "all", "every"}
_AFTER_HEAD = w.set_of(
    "with of on in at near without wearing holding riding from for by to behind under over next"
    " beside inside"
)


UNKNOWN = "nothing of that name was detected"


@dataclass(frozen=True)
class Group:
    """The detections of one label. `core` ends in its noun: "person" of "person with a hat"."""

    label: str
    core: tuple[str, ...]
    rest: tuple[str, ...]
    scores: tuple[float, ...]
    """Falling."""


@dataclass(frozen=True)
class Match:
    """The groups that a noun means; `wrong` is a colour or other word that none of them has.

    With `wrong`, `groups` are those that share the noun only. `start` and `end` count words.
    """

    groups: tuple[Group, ...]
    start: int
    end: int
    wrong: str = ""


class Found:
    """The detections by label, to be asked what a noun phrase means."""

    def __init__(self, detections: Iterable[Detected]) -> None:
        scores: dict[tuple[str, ...], list[float]] = {}
        labels: dict[tuple[str, ...], str] = {}
        for one in detections:
            words = words_of(one.label)
            while len(words) > 1 and words[0] in _BEFORE_HEAD:
                words = words[1:]
            key = tuple(min(singulars(word), key=len) for word in words) or (one.label,)
            scores.setdefault(key, []).append(one.score)
            labels.setdefault(key, " ".join(words) or one.label)
        self.groups = tuple(
            _group(labels[key], sorted(all_of, reverse=True)) for key, all_of in scores.items()
        )
        self.scores = tuple(sorted((s for g in self.groups for s in g.scores), reverse=True))
        self.describing = frozenset(word for g in self.groups for word in g.core[:-1])
        self._by_noun: dict[str, list[Group]] = {}
        for group in self.groups:
            for form in singulars(group.core[-1]) if group.core else ():
                self._by_noun.setdefault(form, []).append(group)

    def knows(self, word: str) -> bool:
        """Whether a label uses the word."""
        return word in self.describing or not self._by_noun.keys().isdisjoint(singulars(word))

    def match(self, words: Sequence[str], at: int, first: int) -> Match | None:
        """What the noun at `words[at]` means, described by `words[first:at]`; None if no label.

        "circles" means the red and the blue ones; "red circles" only those that are called so.
        """
        candidates = self._named(words[at])
        if not candidates:
            return None
        best = max(_shared(g.core, words, at, first) for g in candidates)
        if best and not {"and", "or", ","} & {*words[first:at]}:
            named = tuple(words[at - best + 1 : at])
            meant = [g for g in candidates if g.core[-best:-1] == named]
            whole = [g for g in meant if len(g.core) == best]
            rest = [g for g in whole if g.rest and tuple(words[at + 1 :][: len(g.rest)]) == g.rest]
            longer = len(rest[0].rest) if rest else 0
            return Match(tuple(rest or meant), at - best + 1, at + 1 + longer)
        coloured = any(word in w.COLOURS for g in candidates for word in g.core)
        told = [
            word
            for word in words[first:at]
            if word in self.describing or (coloured and word in w.COLOURS)
        ]
        colours = {word for word in told if word in w.COLOURS}
        others = {word for word in told if word not in w.COLOURS}
        fit = [
            g for g in candidates if others <= {*g.core} and (not colours or colours & {*g.core})
        ]
        start = min((i for i in range(first, at) if words[i] in told), default=at)
        if fit:
            return Match(tuple(fit), start, at + 1)
        wrong = next((c for c in told if not any(c in g.core for g in candidates)), told[0])
        return Match(tuple(candidates), start, at + 1, wrong)

    def _named(self, word: str) -> list[Group]:
        meant = {g.label: g for form in singulars(word) for g in self._by_noun.get(form, ())}
        return list(meant.values())


def _group(label: str, scores: list[float]) -> Group:
    words = words_of(label)
    cut = next((i for i, word in enumerate(words) if i and word in _AFTER_HEAD), len(words))
    return Group(label, words[:cut], words[cut:], tuple(scores))


def _shared(core: tuple[str, ...], words: Sequence[str], at: int, first: int) -> int:
    """How many words of the label stand there, if all of them do; 0 otherwise."""
    start = at - len(core) + 1
    return len(core) if start >= first and tuple(words[start:at]) == core[:-1] else 0


def count(groups: Iterable[Group]) -> int:
    return sum(len(g.scores) for g in groups)


def told(groups: Sequence[Group]) -> str:
    """Such as "3 × red circle and 1 × blue star were detected"."""
    if not groups:
        return UNKNOWN
    parts = [f"{len(g.scores)} × {g.label}" for g in groups[:5]]
    more = f" and {len(groups) - 5} more labels" if len(groups) > 5 else ""
    return f"detected: {', '.join(parts)}{more}"
