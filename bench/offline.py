"""What others do with the same model: `generate()`, a thread per user, everything read again."""

import threading
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from transformers import TextIteratorStreamer

from core.generation.types import SamplingParams
from core.inference.device import use_threads
from core.inference.loader import LoadedTextModel


def use_own_threads(loaded: LoadedTextModel) -> None:
    """Compute in this thread on as many cores as the engine does."""
    use_threads(loaded.model.num_parameters(), loaded.device)


def generate(loaded: LoadedTextModel, prompts: Sequence[str], params: SamplingParams) -> None:
    """One batch, left-padded, offline: nobody sees a token before the last."""
    ids, mask = _padded(loaded, prompts)
    _generate(loaded, ids, mask, params)


def thread_per_user(
    loaded: LoadedTextModel, prompts: Sequence[str], params: SamplingParams
) -> None:
    """Each user's own `generate()` and `TextIteratorStreamer`, all at once."""
    readers = [
        threading.Thread(target=_streamed, args=(loaded, prompt, params)) for prompt in prompts
    ]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()


def read_again(
    loaded: LoadedTextModel, prompts: Sequence[str], params: SamplingParams, every: int
) -> None:
    """No cache: the whole text is read for each token, users in turn; one token of `every` only.

    What stands in a text does not change how long it takes; how much stands there does.
    """
    model: Any = loaded.model
    with torch.inference_mode():
        for written in range(every // 2, params.max_new_tokens, every):
            for prompt in prompts:
                ids = _ids(loaded, prompt)
                text = torch.cat([ids, ids.new_zeros(1, written)], dim=1)
                answer = model(input_ids=text, use_cache=False, logits_to_keep=1)
                int(answer.logits[0, -1].argmax())


def _streamed(loaded: LoadedTextModel, prompt: str, params: SamplingParams) -> None:
    """As an app's session reads it: the model in a thread, the text here."""
    tokenizer: Any = loaded.tokenizer
    streamer = TextIteratorStreamer(tokenizer, skip_prompt=True)
    ids = _ids(loaded, prompt)

    def work() -> None:
        use_own_threads(loaded)
        _generate(loaded, ids, torch.ones_like(ids), params, streamer=streamer)

    writer = threading.Thread(target=work)
    writer.start()
    for _ in streamer:
        pass
    writer.join()


def _generate(
    loaded: LoadedTextModel, ids: Tensor, mask: Tensor, params: SamplingParams, **more: Any
) -> None:
    model: Any = loaded.model
    drawn = {"do_sample": True, "temperature": params.temperature, "top_k": 0}
    with torch.inference_mode():
        written = model.generate(
            input_ids=ids,
            attention_mask=mask,
            max_new_tokens=params.max_new_tokens,
            pad_token_id=0,
            **(drawn if params.temperature else {"do_sample": False}),
            **more,
        )
        if written.shape[1] != ids.shape[1] + params.max_new_tokens:
            raise RuntimeError("generate() ended early")


def _padded(loaded: LoadedTextModel, prompts: Sequence[str]) -> tuple[Tensor, Tensor]:
    rows = [_ids(loaded, prompt)[0] for prompt in prompts]
    longest = max(map(len, rows))
    ids = torch.zeros(len(rows), longest, dtype=torch.long, device=loaded.device)
    mask = torch.zeros_like(ids)
    for place, row in enumerate(rows):
        ids[place, longest - len(row) :] = row
        mask[place, longest - len(row) :] = 1
    return ids, mask


def _ids(loaded: LoadedTextModel, prompt: str) -> Tensor:
    return torch.tensor([loaded.tokenizer(prompt)["input_ids"]], device=loaded.device)
