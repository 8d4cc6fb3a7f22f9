"""The words of a phrase or a caption, and which of a model's tokens each of them is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_IDEOGRAPHS = r"\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_SPACED = re.compile(r"\S+")
_NAMING = re.compile(rf"[{_IDEOGRAPHS}]|[^\W{_IDEOGRAPHS}]+(?:[-'’][^\W{_IDEOGRAPHS}]+)*")

_GRAMMAR = """
a above across after against all along among an and another any are around as at be behind below
beneath beside besides between beyond but by down during each every for from has have he her here
his i in inside into is it its my near next no nor not of off on onto or our out outside over per
she so some than that the their them there these they this those through to toward towards under
up upon was we were which while who whose with within without you your 的 在 和 与 了 是 着 里 上 下
"""
_FUNCTION_WORDS = frozenset(_GRAMMAR.split())


@dataclass(frozen=True)
class Word:
    """`start` and `end` are characters as typed, `first` and `last` token positions; ends excluded.

    `names` is whether it can name a thing: a word the model knows, and not only grammar.
    """

    text: str
    start: int
    end: int
    first: int
    last: int
    names: bool


def lowered(text: str) -> str:
    """In lower case, every character in its place: “İ” becomes two of them otherwise."""
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(char.lower()[0] for char in text)


def words_of(
    text: str,
    offsets: Sequence[tuple[int, int]],
    known: Sequence[bool],
    at: int,
    *,
    caption: bool,
) -> tuple[Word, ...]:
    """The words of `text` that have tokens.

    Parameters
    ----------
    offsets : where each token stands in `text`, first character and the one after the last.
    known : whether the model knows that token.
    at : position of the first token in the model's input.
    caption : words without punctuation; else everything between spaces is a word.
    """
    words = []
    for match in (_NAMING if caption else _SPACED).finditer(text):
        places = [i for i, (a, b) in enumerate(offsets) if match.start() <= a < match.end() and b]
        if places:
            names = any(known[i] for i in places) and not _is_grammar(match.group())
            position = (places[0] + at, places[-1] + 1 + at)
            words.append(Word(match.group(), match.start(), match.end(), *position, names))
    return tuple(words)


def _is_grammar(word: str) -> bool:
    return word.strip("\"'“”‘’(),:!").lower() in _FUNCTION_WORDS
