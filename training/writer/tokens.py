"""The writer's tokenizer: byte-level pairs, digits alone, a plural's last letter alone."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from tokenizers import (
    Regex,
    Tokenizer,
    decoders,
    models,
    pre_tokenizers,
    processors,
    trainers,
)
from transformers import PreTrainedTokenizerFast

from training.writer.reports import example
from training.writer.words import ADJECTIVES, HELD_OUT_NOUNS, NOUNS

SIZE, LONGEST = 1280, 1024
PAD, BEGIN, END = "<pad>", "<s>", "</s>"

#: A plain message becomes a prompt: the findings get their closing word when it is missing.
CHAT = (
    "{{- bos_token -}}{%- for message in messages -%}"
    "{%- if message['role'] == 'assistant' -%}{{- ' ' + message['content'] | trim + eos_token -}}"
    "{%- else -%}{{- message['content'] | trim -}}{%- endif -%}{%- endfor -%}"
    "{%- if add_generation_prompt and 'Findings:' in messages[-1]['content']"
    " and not (messages[-1]['content'] | trim).endswith(':') -%}"
    "{{- ' Answer:' if '?' in messages[-1]['content'] else ' Report:' -}}{%- endif -%}"
)


def train(seed: int = 7) -> Any:
    """Learn the pairs from generated text.

    The same letters must give the same tokens in a singular and in its plural, or the writer could
    not copy a label; so a final "s" after another letter stands alone.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True),
        pre_tokenizers.Split(Regex(r"(?<=[a-rt-z])s(?![a-z])"), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
    ])  # fmt: skip
    tokenizer.decoder = decoders.ByteLevel()
    rng = random.Random(seed)
    lines = [e.prompt + e.answer for e in (example(rng) for _ in range(8000))]
    lines += [f" {word}" for word in (*ADJECTIVES, *NOUNS) for _ in range(60)]
    lines += [f" {word}" for word in HELD_OUT_NOUNS for _ in range(2)]
    tokenizer.train_from_iterator(lines, trainers.BpeTrainer(
        vocab_size=SIZE, special_tokens=[PAD, BEGIN, END], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    ))  # fmt: skip
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{BEGIN} $A", special_tokens=[(BEGIN, tokenizer.token_to_id(BEGIN))]
    )
    fast: Any = PreTrainedTokenizerFast
    return fast(
        tokenizer_object=tokenizer, pad_token=PAD, bos_token=BEGIN, eos_token=END,
        model_max_length=LONGEST, padding_side="left", chat_template=CHAT,
        clean_up_tokenization_spaces=False,
    )  # fmt: skip


def load_or_train(folder: Path) -> Any:
    """The tokenizer of an earlier run, or a new one, stored."""
    if (folder / "tokenizer.json").exists():
        return PreTrainedTokenizerFast.from_pretrained(folder)
    tokenizer = train()
    tokenizer.save_pretrained(folder)
    return tokenizer
