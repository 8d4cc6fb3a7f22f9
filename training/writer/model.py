"""A small Llama that can copy from the start.

Reports are mostly copies, and a small network needs long to discover copying. It is therefore given
the circuit to begin with (an "induction head", Olsson et al., 2022): in the first layer two heads
write the features of the last two tokens into spare dimensions; in the second, heads look for the
place where those match the present token, half of them also the one before it, and bring over what
stands there. Training changes it freely.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import LlamaConfig, LlamaForCausalLM

from training.writer.tokens import LONGEST

WIDTH, HEADS, HEAD, LAYERS = 160, 5, 32, 5
SPARE = 2 * HEAD  #: the last dimensions hold, at first, the token before and the one before that
_CONSTANT = 0  #: a dimension equal for all tokens, from which positions alone are attended
_THETA = 1e6
_LENGTH = 0.7  #: of a token's vector
_FAST = 6  #: rotary pairs too fast to carry a match across a prompt


def configuration(vocabulary: int) -> LlamaConfig:
    """About two million parameters, narrow and deep."""
    return LlamaConfig(
        vocab_size=vocabulary, hidden_size=WIDTH, intermediate_size=448, num_hidden_layers=LAYERS,
        num_attention_heads=HEADS, num_key_value_heads=HEADS, max_position_embeddings=LONGEST,
        tie_word_embeddings=True, pad_token_id=0, bos_token_id=1, eos_token_id=2,
        rope_parameters={"rope_type": "default", "rope_theta": _THETA},
    )  # fmt: skip


def build(vocabulary: int, seed: int) -> Any:
    """A fresh network with the copying circuit in place."""
    torch.manual_seed(seed)
    config = configuration(vocabulary)
    config._attn_implementation = "eager"  # trains faster on a processor than the fused form
    model = LlamaForCausalLM(config)
    with torch.no_grad():
        table = model.model.embed_tokens.weight
        table.normal_()
        table[:, -SPARE:] = 0
        table[:, _CONSTANT] = 0
        table *= _LENGTH / table.norm(
            dim=1, keepdim=True
        )  # equal, or loud tokens would be attended
        table[:, _CONSTANT] = _LENGTH / 4
        for head, distance in enumerate((1, 2)):
            _look_back(model.model.layers[0].self_attn, head, distance)
        for head in range(HEADS - 1):
            _bring_over(model.model.layers[1].self_attn, head, pairs=head % 2 == 1)
    return model


def _rows(head: int) -> slice:
    return slice(head * HEAD, (head + 1) * HEAD)


def _before(distance: int) -> slice:
    """The dimensions for the token so far before."""
    return slice(WIDTH - distance * HEAD, WIDTH - (distance - 1) * HEAD)


def _look_back(attention: Any, head: int, distance: int, strength: float = 150.0) -> None:
    """A head that attends to an earlier token and writes its features into spare dimensions."""
    half = HEAD // 2
    angle: Tensor = distance * torch.tensor(_THETA) ** (-torch.arange(half) / half)
    fast = (torch.arange(half) < _FAST).float()  # the slow pairs cannot tell neighbours apart
    query = torch.cat([angle.cos() * fast, -angle.sin() * fast])
    key = torch.cat([fast, torch.zeros(half)])
    size = (strength / 9) ** 0.5  # the constant is about 3 after normalisation
    for weight, direction in ((attention.q_proj.weight, query), (attention.k_proj.weight, key)):
        weight[_rows(head)] = 0
        weight[_rows(head), _CONSTANT] = direction * size
    attention.v_proj.weight[_rows(head)] = _features()
    attention.o_proj.weight[:, _rows(head)] = 0
    attention.o_proj.weight[_before(distance), _rows(head)] = 0.08 * torch.eye(HEAD)


def _features() -> Tensor:
    """A fixed random view (HEAD, WIDTH) of a token's own dimensions."""
    generator = torch.Generator().manual_seed(3)
    view: Tensor = torch.randn(HEAD, WIDTH, generator=generator) / (WIDTH - SPARE) ** 0.5
    view[:, -SPARE:] = 0
    view[:, _CONSTANT] = 0
    return view


def _bring_over(
    attention: Any, head: int, pairs: bool, sharpness: float = 2.5, gain: float = 3.0
) -> None:  # fmt: skip
    """A head that finds where the present token stood before and copies what followed it there.

    With ``pairs``, half of the match is that the token before the present one stood there too.
    """
    slow = [k for half in (0, HEAD // 2) for k in range(half + _FAST, half + HEAD // 2)]
    rows = [head * HEAD + k for k in slow]
    generator = torch.Generator().manual_seed(11 + head)
    mix = torch.linalg.qr(torch.randn(HEAD, HEAD, generator=generator))[0][: len(rows)]
    query, key = attention.q_proj.weight, attention.k_proj.weight
    query[_rows(head)] = 0
    key[_rows(head)] = 0
    for n, (row, direction) in enumerate(zip(rows, mix, strict=True)):
        if pairs and n % 2:
            query[row, _before(1)] = sharpness * direction
            key[row, _before(2)] = sharpness * direction
        else:
            query[row] = sharpness * direction @ _features()
            key[row, _before(1)] = sharpness * direction
    own = list(range(1 + head * HEAD, min(1 + (head + 1) * HEAD, WIDTH - SPARE)))
    attention.v_proj.weight[_rows(head)] = 0
    attention.o_proj.weight[:, _rows(head)] = 0
    for k, dimension in enumerate(own):
        attention.v_proj.weight[head * HEAD + k, dimension] = 1.0
        attention.o_proj.weight[dimension, head * HEAD + k] = gain * 0.06


def export(state: dict[str, Tensor], vocabulary: int, folder: Path) -> None:
    """Write the weights in half precision."""
    model: Any = LlamaForCausalLM(configuration(vocabulary))
    model.load_state_dict(state)
    model.half().save_pretrained(folder)
