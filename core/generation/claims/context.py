"""How the phrases of a sentence are meant: listed as there, or denied."""

from itertools import pairwise

from core.generation.claims import words as w
from core.generation.claims.phrases import Phrase
from core.generation.claims.reading import Sentence

_JOINERS = w.set_of(
    ", and or plus with as well along also then in addition to together accompanied by next"
    " nor besides alongside / +"
)
_PLACES = w.set_of(
    "among in on at next near beside behind above below under between besides also around another"
)
_FOUND = w.PRESENCE - {"in", "among", "part", "listed", "there"}
_CLOSING = w.PARTS_OF_BE | {"can", "could", "has", "have"} | _FOUND
_ENDING = w.CONTRASTS | {":", "(", "because", "except", "which", "that"}
"""Where a denial no longer reaches."""
_APART = w.CONTRASTS | w.SEPARATORS | {"and", "or"}
_REACH = 7


class Context:
    """A sentence with its phrases in order."""

    def __init__(self, sentence: Sentence, phrases: list[Phrase]) -> None:
        self.s, self.phrases = sentence, phrases
        self._denied_from = self._denials()
        self._listed = self._listings()

    def gap(self, k: int) -> tuple[int, int]:
        """The tokens between phrase `k` and the one before."""
        start = self.phrases[k - 1].end if k else 0
        return start, max(self.phrases[k].start, start)

    def gap_words(self, k: int) -> list[str]:
        return [self.s.word(i) for i in range(*self.gap(k))]

    def listed(self, k: int) -> bool:
        """Whether phrase `k` is said to be there: "there is", "are visible", a bare list."""
        return self._listed[k]

    def denied(self, k: int) -> int | None:
        """Where the denial of phrase `k` begins: "no", "not"; None where it is not denied."""
        p = self.phrases[k]
        form = p.quantity.form if p.quantity else "bare"
        if form == "none":
            return p.start
        cue = self._denied_from[k]
        if cue is not None and form in {"article", "any", "bare"}:
            return cue
        one = p.quantity is not None and p.quantity.low == p.quantity.high == 1
        single = self.s.word(p.noun - 1) == "single" or self.s.word(p.start - 1) in w.NEGATIONS
        if one and single and cue is not None:
            return cue
        return p.start if self._is_away(p) else None

    def counts(self, k: int) -> bool:
        """Whether phrase `k` can be what the text goes on about."""
        return self.denied(k) is None

    def _is_away(self, p: Phrase) -> bool:
        """As in "dogs were not found" and "a dog is nowhere to be seen"."""
        words = [self.s.word(i) for i in range(p.end, p.end + 6)]
        if words[0] in _APART:
            return False
        stop = next((i for i, x in enumerate(words) if x in {",", "but", "and", "(", ""}), 6)
        words = words[:stop]
        if any(x in w.AWAY for x in words[:4]) and words[:1] and words[0] in w.PARTS_OF_BE:
            return True
        if "nothing" in words and self.s.word(p.start - 1) == "for":
            return True
        at = next((i for i, x in enumerate(words[:3]) if x in w.NEGATIONS - {"without"}), -1)
        return at >= 0 and any(x in w.PRESENCE for x in words[at + 1 :])

    def _denials(self) -> list[int | None]:
        """For each phrase, the negation before it in whose reach it lies."""
        found: list[int | None] = []
        cue: int | None = None
        for k, p in enumerate(self.phrases):
            for i in range(*self.gap(k)):
                word, following = self.s.word(i), self.s.word(i + 1)
                if (word in w.NEGATIONS and following != "only") or (
                    word in w.AWAY and following in {":", "a", "an", "any"}
                ):
                    cue = i
                elif word == "there" and following in w.PARTS_OF_BE:
                    cue = None
                elif word == ":" and self.s.word(i - 1) in w.AWAY:
                    continue
                elif word in _ENDING or (word == "," and following not in {"or", "nor"}):
                    cue = None
            found.append(cue)
            if p.quantity is not None and p.quantity.form == "none":
                trace = self.s.word(p.end) == "of" and self.s.word(p.end - 1) in w.OF_NOUNS
                cue = p.start if trace or self.s.word(p.end) in {"or", "nor", ","} else None
            if p.quantity is not None and p.quantity.form == "number":
                cue = None
        return found

    def _listings(self) -> list[bool]:
        count = len(self.phrases)
        joined = [k > 0 and self._joined(k) for k in range(count)]
        listed = [self._introduced(k) for k in range(count)]
        for k in range(1, count):
            listed[k] = listed[k] or (joined[k] and listed[k - 1])
        after = False
        for k in range(count - 1, -1, -1):
            after = self._closed(k) or (after and k + 1 < count and joined[k + 1])
            listed[k] = listed[k] or after
        return listed

    def _joined(self, k: int) -> bool:
        words = self.gap_words(k)
        return 0 < len(words) <= _REACH and all(word in _JOINERS for word in words)

    def _introduced(self, k: int) -> bool:
        start, end = self.gap(k)
        words = self.gap_words(k)[-_REACH:]
        if words and (words[-1] == ":" or words[-2:] == ["up", "of"]):
            return True
        said = self.s.word(0) in _PLACES
        if said and words and words[-1] in w.PARTS_OF_BE:
            return True
        owned = k > 0 and self.phrases[k - 1].is_object
        if words == ["with"] and self.s.word(start - 1) in w.SCENES:
            return True
        for i, word in enumerate(words):
            following = words[i + 1] if i + 1 < len(words) else ""
            if word == "there" and following in w.PARTS_OF_BE | {"seem", "appear", "'s"}:
                return True
            verb = word in w.NEW_EXISTENCE and not w.PARTS_OF_BE & {*words[i + 1 :]}
            if verb and not (owned and word in w.HAVING | w.PRESENCE):
                return True
        return start == end == 0 and not self._closed(k) and self._is_list(k)

    def _is_list(self, k: int) -> bool:
        """The sentence is nothing but this phrase and others like it."""
        last = k
        while last + 1 < len(self.phrases) and self._joined(last + 1):
            last += 1
        return self.phrases[last].end >= len(self.s.tokens)

    def _closed(self, k: int) -> bool:
        """Followed by "is visible", "were detected", "can be seen"."""
        end = self.phrases[k].end
        if self.s.word(end) in w.POSED:
            return True
        words = [self.s.word(i) for i in range(end, end + 6)]
        if words[0] not in _CLOSING:
            return False
        stop = next((i for i, x in enumerate(words) if x in {",", "and", "(", ""}), 6)
        shown = any(a == "in" and b in {"the", "this"} for a, b in pairwise(words[:stop]))
        return any(x in _FOUND for x in words[:stop]) or (shown and self._in_scene(end))

    def _in_scene(self, end: int) -> bool:
        return self.s.has(w.SCENES, end, end + 6)
