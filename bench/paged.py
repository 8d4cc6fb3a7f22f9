"""transformers' own continuous batching, driven as its documentation shows."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter
from typing import Any

from transformers import ContinuousBatchingConfig, GenerationConfig

from bench.offline import use_own_threads
from core.inference.loader import LoadedTextModel

_NO_END = -1
_BLOCKS, _MOST_TOKENS = 64, 2048
"""A block holds 256 tokens of one text; a pass may read the prompts of a whole burst. Sized by
itself, it takes most of the machine's memory."""


class Paged:
    """One running manager. It computes on as many cores as the engine, in a thread of its own."""

    def __init__(self, manager: Any, loaded: LoadedTextModel) -> None:
        self._manager = manager
        self._loaded = loaded

    def first_tokens(self, prompts: Sequence[str], tokens: int) -> list[float]:
        """Seconds from each request to its first token; returns when all texts are written."""
        asked: dict[str, float] = {}
        for prompt in prompts:
            ids = list(self._loaded.tokenizer(prompt)["input_ids"])
            at = perf_counter()
            asked[self._manager.add_request(ids, max_new_tokens=tokens, streaming=True)] = at
        first: dict[str, float] = {}
        ended = 0
        while ended < len(asked):
            told = self._manager.get_result(timeout=60)
            if told is None or told.error is not None:
                raise RuntimeError(f"continuous batching failed: {told and told.error}")
            first.setdefault(told.request_id, perf_counter())
            ended += told.is_finished()
        return [first[request] - at for request, at in asked.items()]


@contextmanager
def paged(loaded: LoadedTextModel, blocks: int = _BLOCKS) -> Iterator[Paged]:
    """Over a model of its own: it changes the attention of the one it is given."""
    use_own_threads(loaded)
    model: Any = loaded.model
    settings: Any = GenerationConfig
    with model.continuous_batching_context_manager(
        generation_config=settings(do_sample=False, eos_token_id=_NO_END, pad_token_id=0),
        continuous_batching_config=ContinuousBatchingConfig(
            num_blocks=blocks, max_batch_tokens=_MOST_TOKENS
        ),
    ) as manager:
        yield Paged(manager, loaded)
