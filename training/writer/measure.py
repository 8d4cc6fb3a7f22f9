"""How often the writer's reports and answers are true, on findings it never saw."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from typing import Any

import torch

from training.writer.check import is_true
from training.writer.findings import NUMBERS
from training.writer.reports import Example, example


def write(
    model: Any, tokenizer: Any, prompts: Sequence[str],
    temperature: float = 0.0, longest: int = 160,
) -> list[str]:  # fmt: skip
    """Continue the prompts, in batches padded on the left."""
    texts: list[str] = []
    for start in range(0, len(prompts), 25):
        rows = [
            [tokenizer.bos_token_id, *tokenizer.encode(p, add_special_tokens=False)]
            for p in prompts[start : start + 25]
        ]
        inputs = tokenizer.pad({"input_ids": rows}, return_tensors="pt", padding_side="left")
        sampling = (
            {"do_sample": True, "temperature": temperature, "top_k": 0}
            if temperature
            else {"do_sample": False}
        )
        with torch.inference_mode():
            out = model.generate(
                input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"],
                max_new_tokens=longest, pad_token_id=tokenizer.pad_token_id, **sampling,
            )  # fmt: skip
        texts += tokenizer.batch_decode(
            out[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True
        )
    return texts


def cases(count: int, seed: int, kind: str, held_out: bool) -> list[Example]:
    """Fixed examples; training draws from other generators, so these are new to the writer."""
    rng = random.Random(f"measure/{seed}/{kind}/{held_out}")
    return [example(rng, held_out, kind) for _ in range(count)]


def judge(one: Example, text: str) -> bool:
    """Whether a report is true, or an answer says the same as the right one."""
    if one.kind == "report":
        return is_true(text, one.found)
    return _plain(text) == _plain(one.answer)


def _plain(text: str) -> str:
    """Numbers as digits, so that "three" and "3" are one answer."""
    pattern = r"\b(" + "|".join(NUMBERS) + r")\b"
    return re.sub(pattern, lambda m: str(NUMBERS.index(m[0])), text.strip().lower())


def share_true(
    model: Any,
    tokenizer: Any,
    examples: Sequence[Example],
    temperature: float = 0.0,
) -> float:
    """The share of continuations that are true."""
    texts = write(model, tokenizer, [e.prompt for e in examples], temperature)
    return sum(map(judge, examples, texts)) / len(examples)


def distinct(
    model: Any, tokenizer: Any, examples: Sequence[Example], temperature: float, samples: int = 5
) -> float:  # fmt: skip
    """How many of several samples of one prompt differ, on average."""
    prompts = [e.prompt for e in examples for _ in range(samples)]
    texts = write(model, tokenizer, prompts, temperature)
    groups = (texts[start : start + samples] for start in range(0, len(texts), samples))
    return sum(len(set(group)) for group in groups) / len(examples)


def table(model: Any, tokenizer: Any, count: int) -> Iterator[tuple[str, float]]:
    """The measured rows of the card, each on ``count`` texts."""
    for name, kind, held_out in (
        ("reports, labels of training", "report", False),
        ("reports, labels never trained", "report", True),
        ("questions, labels of training", "question", False),
        ("questions, labels never trained", "question", True),
    ):
        yield name, share_true(model, tokenizer, cases(count, 0, kind, held_out))
    torch.manual_seed(0)
    sampled = cases(count, 1, "report", False)
    yield "reports sampled at temperature 0.7", share_true(model, tokenizer, sampled, 0.7)
    few = sampled[: max(1, count // 5)]
    yield "distinct among 5 such samples of a prompt", distinct(model, tokenizer, few, 0.7)
