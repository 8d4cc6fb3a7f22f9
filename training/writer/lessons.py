"""What the writer is trained on: harder than what is measured, with drills of the hardest."""

from __future__ import annotations

import random
from dataclasses import replace

from training.writer.findings import Finding, distinct, sample
from training.writer.reports import STYLES, Example, Naming, asked, opening, question, reported
from training.writer.words import ADJECTIVES, NOUNS, coined, label, one

_LESSONS = {
    "report": 40, "question": 18, "near": 8, "total": 12, "surest": 14, "list": 5, "opening": 5,
}  # fmt: skip
_SAID = (
    "light", "photo", "corner", "edge", "wall", "door", "background", "shadow", "centre",
    "bottom", "list", "style", "report", "question", "answer",
)  # fmt: skip
_MANY = (2, 3, 4, 3, 3)
_LOW, _EVEN = (8, 6, 5, 3, 2, 1.5, 1, 1, 1), (1,) * 9


def lesson(rng: random.Random, odd: bool = False) -> Example:
    """One training example; with ``odd``, many labels are of a kind that is easily miscopied."""
    names = odd_name if odd else name
    kind = rng.choices(list(_LESSONS), list(_LESSONS.values()))[0]
    if kind == "opening":
        return opening(rng)
    if kind == "total":
        return _total(rng, names)
    if kind == "surest":
        return _surest(rng, names)
    if kind == "list":
        found = [Finding(n, rng.randint(1, 9)) for n in distinct(rng, rng.randint(1, 3), coined)]
        return reported(found, "list", rng)
    naming = _alike(names) if kind == "near" or rng.random() < 0.3 else names
    found = sample(rng, naming, _MANY) if rng.random() > 0.02 else []
    if kind == "report":
        return reported(found, rng.choices(STYLES, (35, 15, 38, 12))[0], rng)
    return _phrased(asked(found, *question(found, rng, naming)), rng)


def name(rng: random.Random) -> str:
    """A label of one to three words, known or coined."""
    if rng.random() < 0.4:
        return label(rng)
    words = rng.choices((1, 2, 3), (40, 50, 10))[0]
    return " ".join(
        [_first(rng) for _ in range(words - 1)]
        + [coined(rng) if rng.random() < 0.8 else rng.choice(NOUNS)]
    )


def _first(rng: random.Random) -> str:
    return coined(rng) if rng.random() < 0.5 else rng.choice(ADJECTIVES + NOUNS)


def odd_name(rng: random.Random) -> str:
    """Sometimes with a doubled letter, a hyphen, or a word that the texts themselves use."""
    words = name(rng).split()
    place, kind = rng.randrange(len(words)), rng.random()
    if kind < 0.12:
        words[place] = rng.choice(_SAID)
    elif kind < 0.3:
        at = rng.randrange(1, len(words[place]))
        words[place] = words[place][:at] + words[place][at - 1] + words[place][at:]
    elif kind < 0.34:
        words[place] = f"{rng.choice('etx')}-{words[place]}"
    return " ".join(words)


def _alike(name: Naming) -> Naming:
    """Names that share a word or a beginning with an earlier one, as red and blue circles do."""
    earlier: list[str] = []

    def naming(rng: random.Random) -> str:
        new = name(rng)
        if earlier and rng.random() < 0.7:
            old = rng.choice(earlier).split()
            new = rng.choice((
                f"{old[0]} {new.split()[-1]}",
                f"{new.split()[0]} {old[-1]}",
                f"{old[-1][: rng.randint(2, 4)]}{new.split()[-1]}",
            ))  # fmt: skip
        earlier.append(new)
        return new

    return naming


def _total(rng: random.Random, names: Naming) -> Example:
    """A sum of up to five numbers, with little around it."""
    easy = rng.random() < 0.7
    kinds = rng.choices((1, 2, 3, 4, 5), (1, 4, 6, 6, 5))[0]
    labels = distinct(rng, kinds, (lambda r: r.choice(NOUNS)) if easy else names)
    weights = _LOW if rng.random() < 0.5 else _EVEN
    found = [Finding(n, rng.choices(range(1, 10), weights)[0]) for n in labels]
    n = sum(f.count for f in found)
    answer = f"There {'is' if n == 1 else 'are'} {n} object{'' if n == 1 else 's'} in total."
    return _phrased(asked(found, "How many objects are there?", answer), rng)


def _surest(rng: random.Random, names: Naming) -> Example:
    """Which of several kinds has the highest score, asked for alone or told in a long report."""
    labels = distinct(rng, rng.choices((1, 2, 3, 4, 5), (1, 4, 5, 4, 3))[0], names)
    found = []
    for label_, high in zip(labels, rng.sample(range(5, 101), len(labels)), strict=True):
        rest = sorted(rng.choices(range(5, high + 1), k=rng.choice((0, 0, 1, 2, 3))), reverse=True)
        scores = tuple(s / 100 for s in (high, *rest))
        found.append(Finding(label_, len(scores), scores))
    if rng.random() < 0.4:
        return reported(found, "detailed", rng)
    best = max(found, key=lambda f: f.scores[0])
    said = f"The most certain detection is {one(best.label)} at {best.scores[0]:.2f}."
    return _phrased(asked(found, "Which is most certain?", said), rng)


def _phrased(said: Example, rng: random.Random) -> Example:
    """Now and then without the word "Question", as people ask."""
    if rng.random() < 0.08:
        return replace(said, prompt=said.prompt.replace(" Question:", ""))
    return said
