"""One sequence after the other, for models that cannot be batched."""

import math
import time
from collections.abc import Callable
from typing import Any

import structlog
import torch
from torch import Tensor
from transformers import (
    GenerationConfig,
    LogitsProcessor,
    LogitsProcessorList,
    StoppingCriteria,
    StoppingCriteriaList,
)

from core.inference.loader import LoadedTextModel
from core.inference.textengine.loop import Loop
from core.inference.textengine.places import Places
from core.inference.textengine.sequence import TextSequence

log = structlog.get_logger()


class SerialWriter(Loop):
    """transformers' own `generate` keeps whatever state the model has; each token is drawn here."""

    def __init__(self, loaded: LoadedTextModel, places: Places) -> None:
        super().__init__(loaded.id, places)
        self._loaded = loaded

    @property
    def cache_bytes(self) -> int:
        """What `generate` holds is its own affair."""
        return 0

    def _step(self) -> None:
        self._let_go()
        for row in self._seat():
            try:
                self._generate(row)
            except Exception as error:
                log.exception("pass_failed", model=self._model_id)
                self._fail([row], error)

    def _clear(self) -> None:
        """Nothing is kept between two sequences."""

    def _generate(self, row: TextSequence) -> None:
        ids = torch.tensor([row.prompt_ids], device=self._loaded.device)
        generate: Any = self._loaded.model.generate
        settings: Any = GenerationConfig
        generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            generation_config=settings(
                max_new_tokens=row.params.max_new_tokens,
                do_sample=False,
                num_beams=1,
                repetition_penalty=1.0,
                pad_token_id=0,
            ),
            logits_processor=LogitsProcessorList([_Chosen(lambda scores: self._take(row, scores))]),
            stopping_criteria=StoppingCriteriaList([_Over(lambda: self._is_over(row))]),
        )

    def _take(self, row: TextSequence, scores: Tensor) -> int:
        """Hand out the next token; returns its id, or any where the sequence has ended."""
        self._hand_out([row], scores)
        return row.ids[-1] if row.ids else 0

    def _is_over(self, row: TextSequence) -> bool:
        self.progress_at = time.monotonic()
        self._let_go()
        return row.ended or self.places.closing


class _Chosen(LogitsProcessor):
    """Leaves `generate` no choice but the token that was drawn."""

    def __init__(self, take: Callable[[Tensor], int]) -> None:
        self._take = take

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        forced = torch.full_like(scores, -math.inf)
        forced[:, self._take(scores)] = 0
        return forced


class _Over(StoppingCriteria):
    def __init__(self, is_over: Callable[[], bool]) -> None:
        self._is_over = is_over

    def __call__(self, input_ids: Tensor, scores: Tensor, **_: Any) -> Tensor:
        return torch.full((len(input_ids),), self._is_over(), device=input_ids.device)
