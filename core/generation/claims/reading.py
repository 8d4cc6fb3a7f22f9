"""A report as sentences of tokens."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from core.generation.claims import words as w


@dataclass(frozen=True)
class Token:
    """A word, number or sign, folded for comparing; `start` and `end` are of the text."""

    word: str
    start: int
    end: int


@dataclass(frozen=True)
class Sentence:
    """A sentence, table row or list item; `unsure[i]`: token `i` is asked, supposed or hedged."""

    tokens: tuple[Token, ...]
    unsure: tuple[bool, ...]

    def word(self, i: int) -> str:
        """The word at `i`, "" outside."""
        return self.tokens[i].word if 0 <= i < len(self.tokens) else ""

    def has(self, words: frozenset[str], start: int, end: int) -> bool:
        return any(self.word(i) in words for i in range(max(start, 0), end))

    def find(self, words: frozenset[str], start: int, end: int) -> int:
        """The first place from `start` before `end` with one of the words, or -1."""
        return next((i for i in range(max(start, 0), end) if self.word(i) in words), -1)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Of the tokens from `start` before `end`, in the text."""
        return self.tokens[start].start, self.tokens[end - 1].end


_TOKEN = re.compile(
    r"(?P<number>\d+(?:[.,]\d+)*|(?<![\w.])\.\d+)"
    r"|(?P<word>[x×](?=\s?\d)|[^\W\d_][^\W_]*(?:[\u0300-\u036f][^\W_]*)*(?:['’][^\W\d_]+)*)"
    r"|(?P<sign>[.,;:!?()|=×%<>≥≤~–—/+&。！？；，：％-]|\n|(?<=\S)\t)"
)
_ANSWER = re.compile(
    rf"[\s*_]{{1,9}}(?:\d{{1,5}}|{'|'.join((*w.UNITS, *w.TENS))})[*_]*(?:[.!\n]|$)", re.IGNORECASE
)
"""An answer that makes one statement with its question: "How many cats? Three"."""
_LONGEST = 250
"""Tokens of a sentence; what is longer is cut, so that the time taken grows with the text only."""
_WRAPPED = 50
"""Characters of a line that may have been broken in the middle of a sentence."""
_WIDE = str.maketrans("。！？；，：％’\t", ".!?;,:%'|")


def sentences(text: str) -> Iterator[Sentence]:
    """The sentences in order. A line ends one, unless it is long and the next goes on small."""
    part: list[Token] = []
    line = 0
    for token in _tokens(text):
        if token.word == "\n":
            wrapped = token.start - line >= _WRAPPED and text[token.end : token.end + 1].islower()
            line = token.end
            if wrapped and part:
                continue
        elif token.word not in {".", "!", "?", ";"}:
            part.append(token)
            if len(part) < _LONGEST:
                continue
        elif token.word == "?" and _ANSWER.match(text, token.end):
            part.append(token)
            continue
        elif token.word == "." and text[token.end : token.end + 1].strip(" \n\t*_)\"'”’|"):
            continue
        if part:
            yield _sentence(part, asked=token.word == "?")
        part = []
    if part:
        yield _sentence(part, asked=False)


def _tokens(text: str) -> Iterator[Token]:
    for found in _TOKEN.finditer(text):
        start, end = found.span()
        if found.lastgroup == "sign":
            word = found[0].translate(_WIDE)
            if word in "-+" and not _is_dash(text, start):
                continue
        else:
            word = unicodedata.normalize("NFKC", found[0]).casefold().translate(_WIDE)
            word = w.SPELLINGS.get(word, word)
        yield Token(word, start, end)


def _is_dash(text: str, at: int) -> bool:
    """Not the hyphen of a word, not the mark of a list item."""
    before, after = text[max(at - 1, 0) : at], text[at + 1 : at + 2]
    if before.isdigit() and after.isdigit():
        return True
    line = text[max(at - 20, 0) : at].rsplit("\n", 1)[-1]
    return before.isspace() and after.isspace() and bool(line.strip())


def _sentence(tokens: list[Token], asked: bool) -> Sentence:
    unsure = [asked] * len(tokens)
    words = [t.word for t in tokens]
    clause = 0
    doubt = ""
    for i, word in enumerate(words):
        if word in w.CONTRASTS | {":"} or (word == "," and doubt == "if"):
            doubt, clause = "", i
        elif word in w.SEPARATORS:
            clause = i
        following = words[i + 1] if i + 1 < len(words) else ""
        if word in w.HEDGES or (word == "could" and following in {"be", "have", "also"}):
            doubt = doubt or "hedge"
            unsure[clause:i] = [True] * (i - clause)
            clause = i
        elif word in w.CONDITIONS and (word, following) != ("as", "if"):
            doubt = "if"
        unsure[i] = unsure[i] or bool(doubt)
    return Sentence(tuple(tokens), tuple(unsure))


def words_of(text: str) -> tuple[str, ...]:
    """The words and numbers of a short text, folded as tokens are."""
    return tuple(t.word for t in _tokens(text) if t.word[:1].isalnum())
