"""True reports and answers about findings, worded in several ways: what the writer learns from."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from training.writer.findings import Finding, headline, sample, surest, total
from training.writer.words import label, one, plural

Naming = Callable[[random.Random], str]

STYLES = ("", "short", "detailed", "list")
_NOTHING = (
    "Nothing that was asked for was found in the image.",
    "No objects were found in the image.",
    "The image shows none of the objects that were asked for.",
)


@dataclass(frozen=True)
class Example:
    """A prompt, the text that should follow it, and the findings it must be true of."""

    prompt: str
    answer: str
    found: tuple[Finding, ...] = ()
    kind: str = "report"


def _joined(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def overview(found: list[Finding], rng: random.Random) -> str:
    """One sentence that names every kind with its count."""
    words = rng.random() < 0.6
    things = _joined([f.counted(words) for f in found])
    verb = _is(found[0].count if len(found) == 1 else 2)
    return rng.choice((
        f"The image shows {things}.",
        f"The picture contains {things}.",
        f"In this image there {_is(found[0].count)} {things}.",
        f"The detector found {things}.",
        f"{things[0].upper()}{things[1:]} {verb} visible.",
    ))  # fmt: skip


def _total(found: list[Finding], rng: random.Random) -> str:
    n = total(found)
    objects = f"{n} object{'' if n == 1 else 's'}"
    return rng.choice((f"That makes {objects} in total.", f"There {_is(n)} {objects} altogether."))


def _surest(found: list[Finding], rng: random.Random) -> list[str]:
    best = surest(found)
    if best is None:
        return []
    return [rng.choice((
        f"The most certain detection is {one(best.label)} at {best.scores[0]:.2f}.",
        f"The highest score, {best.scores[0]:.2f}, belongs to {one(best.label)}.",
    ))]  # fmt: skip


def _each(found: list[Finding]) -> list[str]:
    said = []
    for f in found:
        if f.count == 1 and f.scores:
            said.append(f"The {f.label} has a score of {f.scores[0]:.2f}.")
        elif f.scores:
            said.append(
                f"The {plural(f.label)} have scores from {f.scores[-1]:.2f} to {f.scores[0]:.2f}."
            )
    return said


def report(found: list[Finding], style: str, rng: random.Random) -> str:
    """A report in one of the styles: short, detailed or list; "" leaves it to chance."""
    if not found:
        return rng.choice(_NOTHING)
    if style == "list":
        words = rng.random() < 0.2
        return "\n".join(f"- {f.counted(words)}" for f in found)
    said = [overview(found, rng)]
    if style == "detailed":
        said += [
            *_each(found),
            *_surest(found, rng),
            *([_total(found, rng)] if 1 < len(found) < 4 else []),
        ]
    elif style == "" and rng.random() < 0.35:
        said += _surest(found, rng)
    return " ".join(said)


def _absent(found: list[Finding], rng: random.Random, naming: Naming) -> str:
    while True:
        name = naming(rng)
        if all(name not in f.label and f.label not in name for f in found):
            return name


def question(found: list[Finding], rng: random.Random, naming: Naming) -> tuple[str, str]:
    """A question over the findings and its answer."""
    kind, words = rng.random(), rng.random() < 0.6
    best = surest(found)
    if kind < 0.15 and found:
        n = total(found)
        return (
            "How many objects are there?",
            f"There {_is(n)} {n} object{'' if n == 1 else 's'} in total.",
        )
    if kind < 0.35 and best is not None:
        return (
            "Which is most certain?",
            f"The most certain detection is {one(best.label)} at {best.scores[0]:.2f}.",
        )
    asked_many = rng.random() < 0.5
    if found and rng.random() < 0.6:
        f = rng.choice(found)
        said = f"there {_is(f.count)} {f.counted(words)}."
        if asked_many:
            return f"How many {plural(f.label)} are there?", said[0].upper() + said[1:]
        return f"Is there {one(f.label)}?", f"Yes, {said}"
    name = _absent(found, rng, naming)
    if asked_many:
        return f"How many {plural(name)} are there?", f"There are no {plural(name)}."
    return f"Is there {one(name)}?", f"No, there is no {name}."


_PLACES = (
    "on a plain background",
    "near the left edge",
    "close to the centre",
    "in the upper right corner",
    "along the bottom",
    "against a bright wall",
    "partly hidden by a shadow",
    "beside the door",
)


def opening(rng: random.Random) -> Example:
    """A sentence begun without findings, to be continued sensibly."""
    a, (p, q) = label(rng), rng.sample(_PLACES, 2)
    one_a, one_b = one(a), one(label(rng))
    start = rng.choice(
        ("The image shows", "The picture contains", "In this image there is", "This photo shows")
    )
    rest = rng.choice((
        f"{one_a} {p} and {one_b} {q}.", f"{one_a} {p}. {one_b.capitalize()} can be seen {q}.",
        f"a single {a} {p}. The light is even and the {a} stands out well.",
        f"{one_a} next to {one_b} {p}.",
    ))  # fmt: skip
    return Example(start, " " + rest, kind="opening")


def example(rng: random.Random, held_out: bool = False, kind: str = "") -> Example:
    """One example of the kinds that are measured: mostly reports, also questions and openings."""
    kind = kind or rng.choices(("report", "question", "opening"), (0.62, 0.3, 0.08))[0]
    if kind == "opening":
        return opening(rng)
    naming = partial(label, held_out=held_out)
    found = sample(rng, naming) if rng.random() > 0.03 else []
    if kind == "question":
        return asked(found, *question(found, rng, naming))
    return reported(found, rng.choices(STYLES, (0.5, 0.15, 0.2, 0.15))[0], rng)


def asked(found: list[Finding], words: str, answer: str) -> Example:
    """A question as a prompt, with its answer."""
    prompt = f"{headline(found)} Question: {words} Answer:"
    return Example(prompt, f" {answer}", tuple(found), "question")


def reported(found: list[Finding], style: str, rng: random.Random) -> Example:
    """A wish for a report as a prompt, with the report."""
    wish = f" Style: {style}." if style else ""
    gap = "\n" if style == "list" and found else " "
    answer = gap + report(found, style, rng)
    return Example(f"{headline(found)}{wish} Report:", answer, tuple(found))
