"""How many: "three", "at least two", "a couple of", "no", "a"."""

from dataclasses import dataclass, replace

from core.generation.claims import words as w
from core.generation.claims.reading import Sentence

_LARGEST = 99_999
_AT_LEAST = (
    ("at", "least"), ("no", "fewer", "than"), ("no", "less", "than"), ("not", "less", "than"),
    ("minimum", "of"), ("a", "minimum", "of"),
)  # fmt: skip
_AT_MOST = (
    ("at", "most"), ("no", "more", "than"), ("not", "more", "than"), ("up", "to"),
    ("maximum", "of"), ("a", "maximum", "of"),
)  # fmt: skip
_MORE = (("more", "than"), ("over",))
_FEWER = (("fewer", "than"), ("less", "than"))
_ROUGHLY = w.set_of("about around approximately roughly nearly almost circa ~ approx")
_ADDING = w.set_of("add adds adding added sum sums summing amounts comes")
_EXACTLY = w.set_of("exactly only just precisely")
_LEADING = w.DEFINITE | _EXACTLY | {"all"}
_LONE = w.set_of("single lone solitary sole")


@dataclass(frozen=True)
class Quantity:
    """From `low` to `high` (None: any more), in the tokens from `start` before `end`.

    `form`: number, vague, article ("a"), none ("no"), definite ("the") or any.
    `part`: some of a known set ("two of the", "two more", "the other two").
    """

    low: int
    high: int | None
    start: int
    end: int
    form: str = "number"
    part: bool = False

    def fits(self, n: int) -> bool:
        return self.low <= n and (self.high is None or n <= self.high)

    def __str__(self) -> str:
        if self.high is None:
            return f"at least {self.low}"
        if self.low == self.high:
            return str(self.low)
        return f"at most {self.high}" if self.low == 0 else f"{self.low} to {self.high}"


def read_number(s: Sentence, i: int) -> tuple[int, int] | None:
    """The whole number at token `i` and the place after it."""
    word = s.word(i)
    if word[:1].isdigit():
        plain = word.replace(",", "") if len(word.rsplit(",", 1)[-1]) == 3 else word
        if not plain.isascii() or not plain.isdigit() or len(plain) > len(str(_LARGEST)):
            return None
        return None if s.word(i + 1) in {"%", "percent"} else (int(plain), i + 1)
    if word in w.UNITS:
        return w.UNITS[word], i + 1
    if word in w.TENS:
        unit = w.UNITS.get(s.word(i + 1), 0)
        return (w.TENS[word] + unit, i + 2) if 0 < unit < 10 else (w.TENS[word], i + 1)
    return None


def read(s: Sentence, start: int) -> Quantity | None:
    """The quantity that begins at token `start`."""
    i, definite, exactly = start, False, False
    while s.word(i) in _LEADING:
        definite = definite or s.word(i) in w.DEFINITE
        exactly = exactly or s.word(i) in _EXACTLY
        i += 1
    found = _compared(s, i) or _plain(s, i) or _loose(s, i)
    if found is None:
        return Quantity(1, None, start, i, "definite") if definite else None
    if exactly and found.form == "article":
        found = replace(found, high=1, form="number")
    return replace(found, start=start)


def _compared(s: Sentence, i: int) -> Quantity | None:
    for phrases, sort in ((_AT_LEAST, ">="), (_AT_MOST, "<="), (_MORE, ">"), (_FEWER, "<")):
        for phrase in phrases:
            if phrase == ("up", "to") and s.word(i - 1) in _ADDING:
                continue
            if all(s.word(i + k) == word for k, word in enumerate(phrase)):
                n = read_number(s, i + len(phrase))
                if n is None:
                    continue
                low, high = {
                    ">=": (n[0], None), ">": (n[0] + 1, None), "<=": (0, n[0]), "<": (0, n[0] - 1),
                }[sort]  # fmt: skip
                return _finished(s, Quantity(low, high, i, n[1]))
    n = read_number(s, i + 1)
    if n is None and s.word(i + 1) == "a" and s.word(i + 2) in w.EXACT:
        n = w.EXACT[s.word(i + 2)], i + 3
    if s.word(i) in _ROUGHLY and n is not None:
        slack = max(1, n[0] // 5)
        return _finished(s, Quantity(max(n[0] - slack, 0), n[0] + slack, i, n[1], "vague"))
    return None


def _plain(s: Sentence, i: int) -> Quantity | None:
    """A number, a range of numbers, or "a group of" before one."""
    at, other = i, False
    if s.word(at) == "a" and s.word(at + 1) in w.GATHERINGS and s.word(at + 2) == "of":
        at += 3
    elif s.word(at) in w.OTHER and s.word(at) != "others":
        at, other = at + 1, True
    if s.word(at) in _EXACTLY:
        at += 1
    if s.word(at) == "between" and (low := read_number(s, at + 1)) and s.word(low[1]) == "and":
        high = read_number(s, low[1] + 1)
        return _finished(s, Quantity(low[0], high[0], i, high[1])) if high else None
    n = read_number(s, at)
    if n is None:
        return None
    few, end = n
    many = few
    if s.word(end) in {"or", "to", "-", "–"} and (upper := read_number(s, end + 1)):
        many, end = upper
    elif (s.word(end), s.word(end + 1)) == ("or", "more"):
        return _finished(s, Quantity(few, None, i, end + 2))
    if s.word(end) in {"x", "×"}:
        end += 1
    if many == 0:
        return Quantity(0, 0, i, end, "none")
    return _finished(s, Quantity(few, None if other else max(few, many), i, end, part=other))


def _loose(s: Sentence, i: int) -> Quantity | None:
    word, following = s.word(i), s.word(i + 1)
    if word in {"a", "an"} and following in _LONE:
        return Quantity(1, 1, i, i + 2)
    if word in _LONE:
        return Quantity(1, 1, i, i + 1)
    if word == "half" and s.word(i + 2) == "dozen":
        return _finished(s, Quantity(6, 6, i, i + 3))
    at = i + 1 if word in {"a", "an"} else i
    name = s.word(at)
    if name in w.EXACT and (at > i or name == "dozen"):
        return _finished(s, Quantity(w.EXACT[name], w.EXACT[name], i, at + 1))
    if name in w.VAGUE:
        return _finished(s, Quantity(w.VAGUE[name], None, i, at + 1, "vague"))
    if at > i and name in w.GATHERINGS and s.word(at + 1) == "of":
        return Quantity(1, None, i, at + 2, "vague")
    if at > i and name in w.ORDINALS:
        return Quantity(w.ORDINALS[name], None, i, at + 1, "vague", part=True)
    if word in w.ARTICLES:
        return Quantity(1, None, i, at, "article")
    if word == "both":
        return Quantity(2, 2, i, i + 1, "both")
    if word == "another":
        return Quantity(1, None, i, i + 1, "vague", part=True)
    if word in {"no", "any", "some", "every", "each"}:
        other = following in w.OTHER
        high, form = (0, "none") if word == "no" else (None, "any")
        return Quantity(int(word != "no"), high, i, i + 1 + other, form, part=other)
    return None


def _finished(s: Sentence, q: Quantity) -> Quantity:
    """With "more" or "of the" after the number."""
    end, part = q.end, q.part
    if s.word(end) in w.OTHER:
        end, part = end + 1, True
    if s.word(end) == "of":
        end += 1
        if s.word(end) in w.DEFINITE | {"all"}:
            end, part = end + 1, True
    high = None if part else q.high
    return replace(q, end=end, part=part, high=high)
