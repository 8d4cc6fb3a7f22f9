"""True reports with one planted error each, and the stretch of text that is wrong."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from training.claims import held_out, wordings
from training.claims.facts import Filler, Piece, Unfit, absent, findings, own_report
from training.domain import COLOUR_NAMES
from training.writer.findings import NUMBERS, Finding
from training.writer.words import plural

SOURCES = ("writer", "other models", "held out")
ERRORS = (
    "count", "label", "mixed up", "colour", "superlative", "total", "score", "invented", "negation",
)  # fmt: skip


_REFERRING = re.compile(r"(Their|It was|Confidence for these|More precisely)\b.*")
"""Sentences about what a wrong label stands for; they are wrong with it."""


@dataclass(frozen=True)
class Case:
    """A report; `error` is "" where all of it is true, else `wrong` is where it is not.

    `also` is text that the error makes wrong as well, such as "no other objects".
    """

    text: str
    found: tuple[Finding, ...]
    source: str
    error: str = ""
    wrong: tuple[int, int] = (0, 0)
    also: tuple[tuple[int, int], ...] = ()


def cases(count: int, source: str, seed: int = 0) -> Iterator[Case]:
    """Fixed reports of one source: a third true, the others with one error each, of every kind."""
    rng = random.Random(f"claims/{source}/{seed}")
    errors = ("", "", "", "", *ERRORS)
    made = 0
    while made < count:
        found = findings(rng)
        try:
            pieces = _report(found, source, rng)
            case = _planted(pieces, found, source, errors[made % len(errors)], rng)
        except Unfit:
            continue
        made += 1
        yield case


def _report(found: list[Finding], source: str, rng: random.Random) -> list[Piece]:
    if source == "writer":
        return own_report(found, rng)
    texts = held_out if source == "held out" else wordings
    pieces = Filler(found, rng).fill(rng.choice(texts.TEMPLATES))
    if rng.random() < 0.4:
        filler = rng.choice(texts.FILLERS).replace("{none1}", absent(found, rng))
        pieces = [*pieces, Piece("\n\n"), Piece(filler)]
        if rng.random() < 0.3 and pieces[0].text[:1].isupper():
            pieces = [Piece(filler), Piece(" " if rng.random() < 0.5 else "\n\n"), *pieces[:-2]]
    return pieces


def _planted(
    pieces: list[Piece], found: list[Finding], source: str, error: str, rng: random.Random
) -> Case:
    if error in ("invented", "negation"):
        return _with_sentence(pieces, found, source, error, rng)
    if not error:
        return Case(_text(pieces), tuple(found), source)
    ways = [
        (i, text) for i, p in enumerate(pieces) if (text := _wrong(p, pieces, i, error, found, rng))
    ]
    if not ways:
        raise Unfit(error)
    i, text = rng.choice(ways)
    changed = list(pieces)
    changed[i] = replace(pieces[i], text=_cased(text, pieces[i].text))
    if pieces[i].kind == "count":
        _agree(changed, i, text)
    start = len(_text(changed[:i]))
    wrong = (start, start + len(changed[i].text))
    if error in ("label", "mixed up", "superlative", "colour"):
        wrong = _around(changed, i, whole=error == "superlative")
    also = tuple(
        (len(_text(changed[:j])), len(_text(changed[: j + 1])))
        for j, p in enumerate(changed)
        if p.kind == "rest" or "othing else" in p.text
    )
    if wrong != (start, start + len(changed[i].text)):
        also += tuple(m.span() for m in _REFERRING.finditer(_text(changed)))
    return Case(_text(changed), tuple(found), source, error, wrong, also)


def _text(pieces: Sequence[Piece]) -> str:
    return "".join(p.text for p in pieces)


def _cased(text: str, like: str) -> str:
    return text.capitalize() if like[:1].isupper() else text


def _agree(pieces: list[Piece], i: int, number: str) -> None:
    """Let the noun after a changed number agree with it."""
    for j in range(i + 1, min(i + 4, len(pieces))):
        if pieces[j].kind == "agreeing" and (f := pieces[j].about):
            single = number.lower() in ("1", "one")
            pieces[j] = replace(pieces[j], text=f.label if single else plural(f.label))
            return


def _around(pieces: Sequence[Piece], i: int, whole: bool) -> tuple[int, int]:
    """From the label or sentence before piece `i` to the one after, or the whole sentence."""
    text, at = _text(pieces), len(_text(pieces[:i]))
    labels = [
        (len(_text(pieces[:j])), len(_text(pieces[: j + 1])))
        for j, p in enumerate(pieces)
        if j != i and not whole and p.kind.split(" ")[0] in ("label", "agreeing", "superlative")
    ]
    ends = [m.end() for m in re.finditer(r"[.!?]\s|\n", text)]
    start = max([end for _, end in labels if end <= at] + [e for e in ends if e <= at] + [0])
    end = min([s for s, _ in labels if s > at] + [e for e in ends if e > at] + [len(text)])
    return start, end


def _wrong(
    piece: Piece, pieces: Sequence[Piece], i: int, error: str, found: Sequence[Finding],
    rng: random.Random,
) -> str:  # fmt: skip
    """Another text for the piece that makes the report wrong in this way; "" if there is none."""
    kind, f = piece.kind, piece.about
    if error in ("count", "total") and kind == error:
        spelled = not piece.text.isdigit()
        value = f.count if f else sum(f.count for f in found)
        other = rng.choice([n for n in range(1, 13) if n != value])
        return NUMBERS[other] if spelled else str(other)
    if error == "label" and kind.split(" ")[0] in ("label", "agreeing", "superlative") and f:
        new = absent(found, rng)
        return new if piece.text.lower() == f.label else plural(new)
    if error == "mixed up" and kind == "agreeing" and f:
        others = [g for g in found if g.count != f.count and g is not f]
        return plural(rng.choice(others).label) if others and i else ""
    if error == "colour" and f and f.label.split()[0] in COLOUR_NAMES:
        taken = {g.label.split()[0] for g in found if g.label.split()[-1] == f.label.split()[-1]}
        other_colour = rng.choice([c for c in COLOUR_NAMES if c not in taken])
        if kind == "colour":
            return other_colour
        if kind in ("label", "agreeing") and " " in f.label:
            return " ".join([other_colour, *piece.text.split()[1:]])
    if error == "superlative" and kind.startswith("superlative") and f:
        others = [g for g in found if g is not f]
        if not others:
            return ""
        new = rng.choice(others).label
        return new if piece.text.lower() == f.label else plural(new)
    if error == "score" and kind == "score":
        return _wrong_score(piece, f, found, rng)
    return ""


def _wrong_score(
    piece: Piece, f: Finding | None, found: Sequence[Finding], rng: random.Random
) -> str:
    taken = {s for g in found for s in g.scores} if f is None or rng.random() < 0.5 else {*f.scores}
    mean = sum(s for g in found for s in g.scores) / sum(g.count for g in found)
    others = [s for g in found for s in g.scores if f and s not in f.scores]
    free = [n / 100 for n in range(10, 100) if all(abs(n / 100 - t) > 0.02 for t in {*taken, mean})]
    new = rng.choice(others) if others and rng.random() < 0.3 else rng.choice(free)
    if "%" in piece.text or "percent" in piece.text:
        return re.sub(r"\d+", f"{new * 100:.0f}", piece.text, count=1)
    old = rng.choice(re.findall(r"\d\.\d\d", piece.text))
    return re.sub(re.escape(old), f"{new:.2f}", piece.text, count=1)


def _with_sentence(
    pieces: list[Piece], found: list[Finding], source: str, error: str, rng: random.Random
) -> Case:
    texts = held_out if source == "held out" else wordings
    new, n = absent(found, rng), rng.randint(2, 6)
    filler = Filler(found, rng)
    if error == "invented":
        sentence = rng.choice(texts.INVENTED)
    else:
        sentence, new = rng.choice(texts.NEGATED), rng.choice(found).label
    for slot, value in (
        ("new", new), ("news", plural(new)), ("x", new), ("xs", plural(new)),
        ("Xs", plural(new).capitalize()), ("News", plural(new).capitalize()),
        ("two", filler.number(n)), ("Two", filler.number(n).capitalize()),
        ("digits", str(rng.randint(31, 99))),
    ):  # fmt: skip
        sentence = sentence.replace(f"{{{slot}}}", value)
    sentence = re.sub(r"\ba(?= [aeiou])", "an", sentence)
    text = _text(pieces)
    block = sentence.startswith("-") or re.search(r"(^|\n)\W*[^\n]*$", text) is None
    listed = text.rsplit("\n", 1)[-1][-1:] not in ".!?"
    glue = "\n" if block else "\n\n" if listed else " "
    start = len(text) + len(glue)
    return Case(text + glue + sentence, tuple(found), source, error, (start, start + len(sentence)))
