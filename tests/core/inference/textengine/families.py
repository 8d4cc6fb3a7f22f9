"""A tiny random checkpoint of each family, saved as one from the Hub would be."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForCausalLM

from core.inference.loader import LoadedTextModel, load_text_model
from core.inference.types import ModelEntry
from core.runs.types import Task
from tests.core.inference.textengine.support import CONTEXT, END, byte_tokenizer

CHAT = (
    "{% for m in messages %}[{{ m.role }}] {{ m.content }}\n{% endfor %}"
    "{% if add_generation_prompt %}> {% endif %}"
)
_MODERN = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": CONTEXT,
}
_WINDOW = {"sliding_window": 16}
_GEMMA = {"head_dim": 8, "query_pre_attn_scalar": 8, "tie_word_embeddings": False}
FAMILIES: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "gpt2": {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": CONTEXT},
        "opt": {
            "hidden_size": 32,
            "word_embed_proj_dim": 32,
            "ffn_dim": 64,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "max_position_embeddings": CONTEXT,
        },
        "llama": _MODERN,
        "qwen2": _MODERN,
        "qwen3": {**_MODERN, "head_dim": 8},
        "ernie4_5": _MODERN,
        "glm": {**_MODERN, "head_dim": 8},
        "glm4": {**_MODERN, "head_dim": 8},
        "mistral": {**_MODERN, **_WINDOW},
        "gemma2": {**_MODERN, **_WINDOW, **_GEMMA},
        "gemma3_text": {**_MODERN, **_WINDOW, **_GEMMA},
        "phi": _MODERN,
        "phi3": {**_MODERN, **_WINDOW},
    }
)
SERIAL: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "mamba": {
            "hidden_size": 32,
            "state_size": 8,
            "num_hidden_layers": 2,
            "time_step_rank": 4,
        }
    }
)


def checkpoint(family: str, sizes: Mapping[str, Any], folder: Path) -> LoadedTextModel:
    """Save a random model with its tokenizer, and load it as the product does."""
    torch.manual_seed(11)
    ids = {"bos_token_id": END, "eos_token_id": END, "pad_token_id": END}
    config = AutoConfig.for_model(family, vocab_size=END + 1, **ids, **sizes)
    config.initializer_range = 0.4
    build: Any = AutoModelForCausalLM.from_config
    model = build(config)
    model.save_pretrained(folder)
    byte_tokenizer(CHAT).save_pretrained(folder)
    return load_text_model(ModelEntry(family, Task.GENERATION, str(folder)), "cpu")
