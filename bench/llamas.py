"""Llama-like text models, made on the spot: as slow as trained ones, and as wise as noise."""

from dataclasses import dataclass
from itertools import islice, product
from random import Random
from string import ascii_lowercase
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from core.inference.device import pick_dtype
from core.inference.loader import LoadedTextModel
from core.runs.types import Task

CONTEXT = 4096


@dataclass(frozen=True)
class Size:
    """`words` is the vocabulary's; every head is 64 wide."""

    shown: str
    hidden: int
    inner: int
    layers: int
    words: int


SMALL = Size("8 M parameters", hidden=256, inner=768, layers=8, words=4096)
LARGE = Size("100 M parameters", hidden=768, inner=2048, layers=12, words=16_384)


def made(size: Size, device: torch.device) -> LoadedTextModel:
    """The same weights each time. It knows no end, so that every text comes to its limit."""
    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=size.words,
        hidden_size=size.hidden,
        intermediate_size=size.inner,
        num_hidden_layers=size.layers,
        num_attention_heads=size.hidden // 64,
        max_position_embeddings=CONTEXT,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=None,
        pad_token_id=0,
    )
    dtype = pick_dtype("auto", device, Task.GENERATION, None)
    model: Any = LlamaForCausalLM(config)
    model.to(device=device, dtype=dtype).train(False)
    return LoadedTextModel(size.shown, model, _tokenizer(size.words), device, "0", CONTEXT)


def prompts(lengths: list[int], seed: int) -> list[str]:
    """Texts of so many tokens each: letters, one token apiece."""
    draw = Random(seed)
    return ["".join(draw.choices(ascii_lowercase, k=length)) for length in lengths]


def _tokenizer(words: int) -> PreTrainedTokenizerFast:
    """One token for each byte, and made-up words that only the model writes."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    made_up = ("Ġ" + "".join(letters) for letters in product(ascii_lowercase, repeat=3))
    known = [*alphabet, *islice(made_up, words - len(alphabet))]
    raw = Tokenizer(models.BPE(vocab={word: place for place, word in enumerate(known)}, merges=[]))
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    raw.decoder = decoders.ByteLevel()
    wrap: Any = PreTrainedTokenizerFast
    tokenizer: PreTrainedTokenizerFast = wrap(tokenizer_object=raw)
    return tokenizer
