"""The writer's tokenizer: byte-level pairs, a number in one piece, a plural's ending alone."""

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

from training.writer.lessons import lesson
from training.writer.words import ADJECTIVES, HELD_OUT_NOUNS, NOUNS

SIZE, LONGEST = 1536, 1024
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


#: A score is one token, so that the highest is found at a glance; so is a number below a hundred.
_NUMBERS = r"[01]\.\d\d(?!\d)|\d\d?"
#: A label must be the same tokens alone and before its plural's ending, or it could not be copied:
#: "circle", "circle|s"; "cactu|s", "cactu|s|e|s"; "hor|s|e", "hor|s|e|s"; "fox", "fox|e|s";
#: "bod|y", "bod|ie|s".
_ENDINGS = (
    r"(?<=[a-rt-z])s(?=(es?)?(?![a-z]))"
    r"|(?<=[sx]|ch|sh)e(?=s?(?![a-z]))"
    r"|(?<=[b-df-hj-np-tv-z])(y(?![a-z])|ie(?=s?(?![a-z])))"
)
_WORDS = r" ?\p{L}+| ?(?!\.\d)[^\s\p{L}\p{N}]+( (?!\S))?|\s+"


def train(seed: int = 7) -> Any:
    """Learn the pairs from generated text."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        *(pre_tokenizers.Split(Regex(r), "isolated") for r in (_NUMBERS, _ENDINGS, _WORDS)),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])  # fmt: skip
    tokenizer.decoder = decoders.ByteLevel()
    rng = random.Random(seed)
    lines = [e.prompt + e.answer for e in (lesson(rng) for _ in range(8000))]
    lines += [f" {word}" for word in (*ADJECTIVES, *NOUNS) for _ in range(60)]
    lines += [f" {word}" for word in HELD_OUT_NOUNS for _ in range(2)]
    lines += [f"{n / 100:.2f} {n % 100}" for n in range(101) for _ in range(200)]
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
