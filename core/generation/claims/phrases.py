"""The noun phrases of a sentence: what they name, and how many of it.

Without a grammar, a phrase is the run of plain words after a quantity up to a word of a closed
class (prepositions, conjunctions, forms of "be", common verbs) or a sign. Its noun is the first
word that a label ends in, else the last word of the run. Words outside any phrase count only where
they are the noun of a label.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from core.generation.claims import words as w
from core.generation.claims.found import Found, Group, Match
from core.generation.claims.plurals import singulars
from core.generation.claims.quantities import Quantity, read, read_number
from core.generation.claims.reading import Sentence

_LONGEST_RUN = 7
_ABSTRACT = re.compile(w.ABSTRACT)
_ONE = frozenset({"one", "ones"})
_LEADING = w.PRESENCE - w.FUNCTION
_VERBS = w.VERBS | w.NEW_EXISTENCE


@dataclass(frozen=True)
class Phrase:
    """A noun phrase in the tokens from `start` before `end`; its words begin at `noun`.

    `sort`: known (`groups` are meant), wrong (a label's noun with `wrong`, a word that none has),
    unseen (a noun of no label), word (the same without a quantity: perhaps no noun), generic
    ("objects"), kinds ("categories"), them, bare (a quantity and no noun), partial (a colour whose
    noun stands elsewhere) or idle (a noun that is no object).
    """

    sort: str
    start: int
    noun: int
    end: int
    quantity: Quantity | None = None
    groups: tuple[Group, ...] = ()
    wrong: str = ""

    @property
    def names(self) -> bool:
        """Whether it may name an object."""
        return self.is_object or self.sort == "word"

    @property
    def is_object(self) -> bool:
        return self.sort in {"known", "wrong", "unseen"}


def phrases(s: Sentence, found: Found) -> list[Phrase]:
    """The noun phrases in order; those that are only a colour borrow the noun of a neighbour."""
    all_of = list(_read_all(s, found))
    for i, one in enumerate(all_of):
        if one.sort == "partial":
            near = [
                p for p in (*all_of[i + 1 : i + 3], *all_of[max(i - 2, 0) : i][::-1]) if p.groups
            ]
            all_of[i] = _borrowed(s, one, near[0] if near else None, found)
    return all_of


def _read_all(s: Sentence, found: Found) -> Iterator[Phrase]:
    i = 0
    while i < len(s.tokens):
        quantity = read(s, i)
        if quantity is not None and quantity.end > i:
            phrase = _after(s, quantity, found)
        elif _is_plain(s, i, found):
            phrase = _run(s, i, None, found)
        else:
            i += 1
            continue
        if phrase.quantity is not None or phrase.sort not in {"idle", "kinds", "partial"}:
            yield phrase
        i = max(phrase.end, i + 1)


def _after(s: Sentence, q: Quantity, found: Found) -> Phrase:
    if s.word(q.end) in {"them", "these", "those", "which"}:
        return Phrase("them", q.start, q.end, q.end + 1, q)
    return _run(s, q.end, q, found)


def _is_plain(s: Sentence, i: int, found: Found) -> bool:
    """A word that may be part of a name: of no closed class, nor a verb that is no label."""
    word = s.word(i)
    if not word[:1].isalpha() or word in w.FUNCTION or read_number(s, i) is not None:
        return False
    adverb = word.endswith("ly") and len(word) > 5 and word not in w.NO_ADVERBS
    return not (adverb or word in _VERBS) or found.knows(word)


def _run(s: Sentence, noun: int, q: Quantity | None, found: Found) -> Phrase:
    """The phrase whose words begin at `noun`."""
    start = q.start if q else noun
    end = noun
    while end < len(s.tokens) and end - noun < _LONGEST_RUN:
        joins = s.word(end) in {"and", "or", ","} and end > noun and _joins_colours(s, end, found)
        leads = s.word(end) in _LEADING and end == noun and _is_plain(s, end + 1, found)
        if not (_is_plain(s, end, found) or joins or leads):
            break
        end += 1
    words = [s.word(i) for i in range(noun, min(end + 4, len(s.tokens)))]
    for at in range(end - noun):
        match = _longest(words, at, end - noun, found)
        if match is not None and s.word(noun + at) in w.OF_NOUNS and s.word(noun + at + 1) == "of":
            return Phrase("idle", start, noun, noun + at + 1, q)
        if match is not None:
            sort = "wrong" if match.wrong else "known"
            first = match.start if q is None else 0
            return Phrase(
                sort, noun + first if q is None else start, noun + match.start,
                max(noun + match.end, noun + 1), q, match.groups, match.wrong,
            )  # fmt: skip
    if q is not None and q.form in {"article", "none"} and s.word(end) in w.NOUNS_TOO:
        return Phrase("idle", start, noun, end + 1, q)
    if end == noun:
        return Phrase("bare", start, noun, max(noun, start + 1), q)
    if q is not None and q.form != "article":
        plural = (
            i + 1 for i in range(noun, end) if s.word(i) in w.GENERIC and s.word(i)[-1] == "s"
        )
        end = next(plural, end)
        words = words[: end - noun]
    idiom = s.word(end - 1) == "hand" and s.word(start - 1) == "on"
    slight = s.word(noun) in {"bit", "little", "lot"} and s.word(start) == "a"
    if idiom or slight:
        return Phrase("idle", start, noun, end, q)
    if s.word(end - 1) in w.OF_NOUNS and s.word(end) == "of":
        return Phrase("idle", start, noun, end, q)
    return Phrase(_sort(words[: end - noun], found, q.form if q else ""), start, noun, end, q)


def _joins_colours(s: Sentence, i: int, found: Found) -> bool:
    """The "and" of "red and blue circles"."""
    following = i + 2 if s.word(i) == "," and s.word(i + 1) in {"and", "or"} else i + 1
    return (
        s.word(i - 1) in w.COLOURS | {","}
        and s.word(following) in w.COLOURS
        and (_is_plain(s, following + 1, found) or s.word(following + 1) in {"and", "or", ","})
    )


def _longest(words: list[str], at: int, end: int, found: Found) -> Match | None:
    """The match at this noun, or at the one after it where both make up one label."""
    match = found.match(words, at, 0)
    if match is not None:
        for further in range(at + 1, min(end, at + 4)):
            longer = found.match(words, further, 0)
            if longer is not None and not longer.wrong and longer.start <= at:
                match = longer
    return match


def _sort(words: list[str], found: Found, form: str) -> str:
    head = words[-1]
    if form == "definite" and head in {"class", "category", "label"} and len(words) > 1:
        head = words[-2]
    bare = words[:-1] if words[-1] in _ONE else words
    if bare and all(word in w.COLOURS or word in found.describing for word in bare):
        return "partial"
    if head in w.GENERIC:
        return "generic"
    if head in w.KINDS:
        return "kinds"
    if _ABSTRACT.fullmatch(head) or any(form in w.STOP for form in singulars(head)):
        return "idle"
    return "unseen" if form else "word"


def _borrowed(s: Sentence, one: Phrase, near: Phrase | None, found: Found) -> Phrase:
    """With the noun of a neighbour: "three red and two blue circles"."""
    if near is None:
        return one
    nouns = {g.core[-1] for g in near.groups}
    told = {s.word(i) for i in range(one.noun, one.end)} - _ONE
    same = tuple(g for g in found.groups if g.core[-1:] and g.core[-1] in nouns)
    groups = tuple(g for g in same if told <= {*g.core[:-1]})
    if groups:
        return replace(one, sort="known", groups=groups)
    return replace(one, groups=same, wrong=" ".join(sorted(nouns)))
