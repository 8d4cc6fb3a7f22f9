"""Whether a model can write for many at once, tried out before anybody asks."""

from dataclasses import dataclass
from itertools import pairwise

import structlog
import torch
from torch import Tensor
from torch.nn.functional import pad

from core.inference.loader import LoadedTextModel
from core.inference.textengine.cache import SPARE, GrowingCache
from core.inference.textengine.forward import Forward

log = structlog.get_logger()

_LENGTHS = (3, 11)
"""Tokens of the two made-up prompts."""
_TOLERANCE = {torch.float32: 0.01, torch.float16: 0.1, torch.bfloat16: 0.3}
"""How far scores may lie apart, as a share of their own spread, for all the rounding."""


@dataclass(frozen=True)
class Trial:
    """`token_bytes` of cache hold one token; `note` says why the model cannot be batched."""

    token_bytes: int = 0
    note: str | None = None


@torch.inference_mode()
def try_out(loaded: LoadedTextModel, forward: Forward) -> Trial:
    """Read two prompts of different length together and alone; the scores must be the same."""
    kind = loaded.model.config.model_type
    if getattr(loaded.model, "_is_stateful", False):
        return Trial(
            note=f"Models of type “{kind}” keep a running state, which cannot be batched: "
            "outputs are written one after the other."
        )
    words = loaded.model.config.get_text_config().vocab_size
    prompts = [[(7 * place + size) % words for place in range(size)] for size in _LENGTHS]
    try:
        together, cache = _scores(forward, prompts)
        alone = [_scores(forward, [ids])[0] for ids in prompts]
        same = _close(together, torch.cat(alone, dim=1))
    except torch.OutOfMemoryError:
        raise
    except Exception:
        log.exception("batching_failed_its_trial", model=loaded.id)
        same = False
    if not same or not cache.nbytes:
        return Trial(
            note=f"This model of type “{kind}” writes something else when outputs are written "
            "together: they are written one after the other."
        )
    columns = max(_LENGTHS) + 1 + SPARE
    return Trial(token_bytes=cache.nbytes // (columns * len(_LENGTHS)))


def _scores(forward: Forward, prompts: list[list[int]]) -> tuple[Tensor, GrowingCache]:
    """Scores after the prompts, read in two parts, and after one more token; (3, rows, words)."""
    longest = max(map(len, prompts))
    ids = torch.tensor([[0] * (longest - len(one)) + one for one in prompts])
    mask = torch.tensor([[0] * (longest - len(one)) + [1] * len(one) for one in prompts])
    ids, mask = pad(ids, (0, 1), value=1).to(forward.device), pad(mask, (0, 1), value=1)
    mask = mask.to(forward.device)
    positions = (mask.cumsum(1) - 1).clamp(min=0)
    cache = GrowingCache()
    ends = [0, longest - 1, longest, longest + 1]
    scores = [
        forward(ids[:, begin:end], mask[:, :end], positions[:, begin:end], cache)
        for begin, end in pairwise(ends)
    ]
    return torch.stack(scores).float(), cache


def _close(ours: Tensor, others: Tensor) -> bool:
    apart = (ours - others).abs().amax()
    return bool(apart <= _TOLERANCE.get(ours.dtype, 0.01) * others.std())
