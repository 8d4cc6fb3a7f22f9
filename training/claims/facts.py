"""Templates filled with findings, in pieces, so that one fact can be replaced by a wrong one."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from training.domain import COLOUR_NAMES
from training.writer.findings import NUMBERS, Finding, surest, total
from training.writer.reports import report
from training.writer.words import HELD_OUT_NOUNS, NOUNS, label, one, plural

_NO_NAMES = frozenset((
    "the", "this", "that", "thus", "than", "then", "them", "both", "most", "more", "such", "some",
    "each", "with", "from", "into", "over", "plus", "toward", "towards", "here", "there", "their",
    *NUMBERS,
))  # fmt: skip
_RANKS: dict[str, Callable[[Finding], float]] = {
    "sure": lambda f: -f.scores[0],
    "least": lambda f: f.scores[-1],
    "most": lambda f: -f.count,
    "few": lambda f: f.count,
}


class Unfit(Exception):
    """The findings do not fit the template: say, no score is the highest."""


@dataclass(frozen=True)
class Piece:
    """A stretch of text: plain, or a fact of some kind about a finding."""

    text: str
    kind: str = ""
    about: Finding | None = None


def findings(rng: random.Random) -> list[Finding]:
    """One to five kinds, one to nine of each, all with scores."""
    labels: list[str] = []
    kinds = rng.choices((1, 2, 3, 4, 5), (3, 4, 4, 2, 1))[0]
    while len(labels) < kinds:
        new = label(rng, held_out=rng.random() < 0.3)
        clear = all(new not in old and old not in new for old in labels)
        if clear and _is_name(new):
            labels.append(new)
    found = []
    for name in labels:
        count = rng.choices(range(1, 10), (8, 6, 5, 3, 2, 1.5, 1, 1, 1))[0]
        scores = sorted((rng.randint(31, 99) / 100 for _ in range(count)), reverse=True)
        found.append(Finding(name, count, tuple(scores)))
    return found


def _is_name(text: str) -> bool:
    """Not an invented word that happens to be one of grammar: "the", "my", "toward"."""
    words = text.split()
    known = words[-1] in (*NOUNS, *HELD_OUT_NOUNS)
    short = len(words[0]) < 3 or (len(words[-1]) < 4 and not known)
    return not short and not _NO_NAMES & {*words, plural(words[-1])}


class Filler:
    """Puts findings into a template; one style of numbers for each report."""

    def __init__(self, found: Sequence[Finding], rng: random.Random) -> None:
        self.found, self.rng = found, rng
        self.words, self.sign = rng.random() < 0.5, rng.choice(("%", " %", " percent"))
        self.careless = rng.random() < 0.1

    def fill(self, template: str) -> list[Piece]:
        """The pieces of the report.

        Raises
        ------
        Unfit : the findings do not fit this template.
        """
        pieces: list[Piece] = []
        for part in re.split(r"(\[\[.*?\|?\|.*?\]\])", template, flags=re.DOTALL):
            if not part.startswith("[["):
                pieces += self._slots(part, None)
                continue
            item, separator = part[2:-2].rsplit("|", 1)
            for number, finding in enumerate(self.found):
                if number:
                    pieces.append(Piece(separator))
                pieces += self._slots(item.replace("{i}", str(number + 1)), finding)
        return pieces

    def _slots(self, text: str, own: Finding | None) -> Iterator[Piece]:
        for part in re.split(r"(\{[^}]*\})", text):
            if not part.startswith("{"):
                yield Piece(part)
                continue
            name = part[1:-1]
            if name.startswith("rest "):
                yield Piece(name[5:], "rest")
            elif " " in name or name == "two":
                self._require(name)
            elif name in ("all", "All"):
                yield from self._all(capital=name == "All")
            elif own is not None and name != "total":
                yield self._of(own, name)
            elif "." in name:
                who, form = name.split(".")
                yield self._of(self._named(who), form, who)
            else:
                yield self._whole(name)

    def _require(self, name: str) -> None:
        if name == "two":
            fits = len(self.found) == 2
        else:
            what, who = name.split()
            f = self._named(who)
            fits = {
                "many": f.count > 1,
                "only": f.count == 1,
                "colour": f.label.split()[0] in COLOUR_NAMES,
            }[what]
        if not fits:
            raise Unfit(name)

    def _named(self, who: str) -> Finding:
        if who in "ABC":
            if len(self.found) <= "ABC".index(who):
                raise Unfit(who)
            return self.found["ABC".index(who)]
        rank = _RANKS[who]
        ranked = sorted(self.found, key=rank)
        if len(ranked) < 2 or rank(ranked[0]) == rank(ranked[1]):
            raise Unfit(who)
        return ranked[0]

    def number(self, n: int) -> str:
        return NUMBERS[n] if self.words and n < len(NUMBERS) else str(n)

    def noun(self, f: Finding, count: int) -> str:
        """With its plural, where it is not carelessly left out."""
        return f.label if count == 1 or self.careless else plural(f.label)

    def percent(self, score: float) -> str:
        return f"{score * 100:.0f}{self.sign}"

    def _of(self, f: Finding, form: str, who: str = "") -> Piece:
        capital = form[0].isupper()
        match form.lower():
            case "n":
                piece = Piece(self.number(f.count), "count", f)
            case "d":
                piece = Piece(str(f.count), "count", f)
            case "x":
                piece = Piece(self.noun(f, f.count), "agreeing", f)
            case "x1":
                piece = Piece(f.label, "label", f)
            case "xs":
                piece = Piece(plural(f.label), "label", f)
            case "s":
                piece = Piece(", ".join(f"{s:.2f}" for s in f.scores), "score", f)
            case "hi":
                piece = Piece(f"{f.scores[0]:.2f}", "score", f)
            case "lo":
                piece = Piece(f"{f.scores[-1]:.2f}", "score", f)
            case "p":
                piece = Piece(self.percent(f.scores[0]), "score", f)
            case "colour":
                piece = Piece(f.label.split()[0], "colour", f)
            case "noun":
                rest = f.label.split()[-1]
                piece = Piece(rest if f.count == 1 else plural(rest))
            case other:
                several = {"are": "are", "were": "were", "they": "they"}[other]
                single = {"are": "is", "were": "was", "they": "it"}[other]
                piece = Piece(single if f.count == 1 else several)
        if who in ("sure", "least", "most", "few") and piece.kind == "label":
            piece = replace(piece, kind=f"superlative {who}")
        return replace(piece, text=piece.text.capitalize()) if capital else piece

    def _whole(self, name: str) -> Piece:
        scores = [s for f in self.found for s in f.scores]
        match name:
            case "total":
                return Piece(self.number(total(list(self.found))), "total")
            case "kinds":
                if len(self.found) < 2:
                    raise Unfit(name)
                return Piece(self.number(len(self.found)))
            case "lowest" | "highest" | "mean":
                if len(set(scores)) < 2:
                    raise Unfit(name)
                value = {
                    "lowest": min(scores),
                    "highest": max(scores),
                    "mean": sum(scores) / len(scores),
                }[name]
                return Piece(f"{value:.2f}", "score")
            case "none":
                return Piece(plural(absent(self.found, self.rng)))
            case "none1":
                return Piece(absent(self.found, self.rng))
        raise KeyError(name)

    def _all(self, capital: bool) -> list[Piece]:
        pieces: list[Piece] = []
        for index, f in enumerate(self.found):
            if index:
                pieces.append(Piece(" and " if index == len(self.found) - 1 else ", "))
            article = f.count == 1 and self.words and self.rng.random() < 0.5
            text = one(f.label).split()[0] if article else self.number(f.count)
            text = text.capitalize() if capital and not index else text
            pieces += [
                Piece(text, "count", f),
                Piece(" "),
                Piece(self.noun(f, f.count), "agreeing", f),
            ]
        return pieces


def absent(found: Sequence[Finding], rng: random.Random) -> str:
    """A label whose last word no finding has."""
    taken = {word for f in found for word in (*f.label.split(), *plural(f.label).split())}
    while True:
        name = label(rng, held_out=rng.random() < 0.3)
        words = {*name.split(), *plural(name).split()}
        if not words & taken and _is_name(name):
            return name


def own_report(found: Sequence[Finding], rng: random.Random) -> list[Piece]:
    """A report in the shipped writer's own wordings, taken apart again."""
    known = list(found) if rng.random() < 0.6 else [replace(f, scores=()) for f in found]
    return _taken_apart(report(known, rng.choice(("", "short", "detailed", "list")), rng), found)


def _taken_apart(text: str, found: Sequence[Finding]) -> list[Piece]:
    forms = {form: f for f in found for form in (f.label, plural(f.label))}
    labels = "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))
    pattern = rf"(\b(?:\d\.\d\d|\d+|{'|'.join(NUMBERS)}|{labels})\b)"
    pieces: list[Piece] = []
    about: Finding | None = None
    superlative = False
    for part in re.split(pattern, text, flags=re.IGNORECASE):
        word = part.lower()
        if word in forms:
            about = forms[word]
            counted = len(pieces) > 1 and pieces[-2].kind == "count" and pieces[-1].text == " "
            kind = "agreeing" if counted else "superlative sure" if superlative else "label"
            if counted:
                pieces[-2] = replace(pieces[-2], about=about)
            pieces.append(Piece(part, kind, about))
        elif re.fullmatch(r"\d\.\d\d", part):
            pieces.append(Piece(part, "score", surest(list(found)) if superlative else about))
        elif re.fullmatch(rf"\d+|{'|'.join(NUMBERS)}", word):
            pieces.append(Piece(part, "count"))
        else:
            if part.startswith(" object") and pieces:
                pieces[-1] = replace(pieces[-1], kind="total")
            superlative = bool(re.search(r"most certain|highest", part)) or (
                superlative and not re.search(r"[.!?]\s|\n", part)
            )
            pieces.append(Piece(part))
    return pieces
