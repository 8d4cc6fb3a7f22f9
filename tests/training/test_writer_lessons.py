from __future__ import annotations

import random
import re

from training.writer.batches import IGNORED, pool
from training.writer.check import is_true
from training.writer.findings import total
from training.writer.lessons import lesson
from training.writer.tokens import train
from training.writer.words import HELD_OUT_NOUNS


def test_lessons_teach_only_what_is_true() -> None:
    rng = random.Random(3)  # noqa: S311
    for _ in range(600):
        one = lesson(rng)
        if one.kind == "report":
            assert is_true(one.answer, one.found), one
        for stated in re.findall(r"(\d+) objects? in total", one.answer):
            assert int(stated) == total(list(one.found)), one


def test_no_lesson_names_what_is_kept_for_measuring() -> None:
    rng = random.Random(5)  # noqa: S311
    for _ in range(600):
        one = lesson(rng)
        words = set(re.findall(r"[a-z]+", one.prompt + one.answer))
        assert not words & set(HELD_OUT_NOUNS), one


def test_batches_are_bounded_repeatable_and_learn_answers_only() -> None:
    tokenizer = train()
    first = pool(1, 0, 2048, tokenizer)
    for (ids, wanted), (again, _) in zip(first, pool(1, 0, 2048, tokenizer), strict=True):
        assert ids.equal(again)
        assert ids.numel() <= 2048
        learnt = wanted != IGNORED
        assert learnt.any(dim=1).all()
        assert not learnt[:, 0].any()
        assert ids[learnt].equal(wanted[learnt])
