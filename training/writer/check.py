"""Whether a report is true of its findings, strictly: any word or number out of place fails it."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from functools import cache

from training.writer.findings import NUMBERS, Finding, surest, total
from training.writer.reports import _NOTHING, overview, report
from training.writer.words import plural

_NUMBER = re.compile(r"\b(\d+|" + "|".join(NUMBERS) + r")\b")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n")


def is_true(text: str, found: Sequence[Finding]) -> bool:
    """Whether all that ``text`` says follows from the findings and every kind is named."""
    text = text.strip().lower()
    if not found:
        return text in {said.lower() for said in _NOTHING}
    if not all(_named(f, text) for f in found):
        return False
    return all(_sentence_is_true(s, found) for s in _SENTENCE.split(text) if s)


def _named(f: Finding, text: str) -> bool:
    return any(re.search(rf"\b{re.escape(f.counted(words))}\b", text) for words in (True, False))


def _sentence_is_true(sentence: str, found: Sequence[Finding]) -> bool:
    left, about = sentence, []
    for f in sorted(found, key=lambda f: len(f.label), reverse=True):
        for form in (f.counted(True), f.counted(False), plural(f.label), f.label):
            left, times = re.subn(rf"\b{re.escape(form)}\b", "", left)
            about += [f] * times
    scores = [float(s) for s in re.findall(r"\d\.\d\d", left)]
    left = re.sub(r"\d\.\d\d", "", left)
    known = {s for f in about for s in f.scores}
    if not set(scores) <= known or (scores and len(about) != 1):
        return False
    if re.search(r"\b(most certain|highest)\b", sentence):
        best = surest(list(found))
        if best is None or about != [best] or scores != [best.scores[0]]:
            return False
    if "scores from" in sentence and [scores[0], scores[-1]] != [
        about[0].scores[-1],
        about[0].scores[0],
    ]:
        return False
    numbers = [n if not n.isdigit() else int(n) for n in _NUMBER.findall(left)]
    values = [NUMBERS.index(n) if isinstance(n, str) else n for n in numbers]
    if any(v != total(list(found)) for v in values) or (values and "object" not in left):
        return False
    return set(re.findall(r"[a-z]+", _NUMBER.sub("", left))) <= _template_words()


@cache
def _template_words() -> frozenset[str]:
    """The words that reports use around labels and numbers."""
    rng, words = random.Random(0), set[str]()
    for count in (1, 2):
        found = [Finding("@", count, (0.5,) * count), Finding("#", count + 1, (0.4,) * (count + 1))]
        for _ in range(200):
            said = report(found, rng.choice(("", "detailed")), rng) + overview(found[:1], rng)
            words |= set(
                re.findall(
                    r"[a-z]+", _NUMBER.sub("", said.lower()).replace("@s", "").replace("#s", "")
                )
            )
    return frozenset(words - {"s"} | {"an"})
