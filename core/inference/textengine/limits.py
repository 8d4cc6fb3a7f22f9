"""What the engine holds at most, and whether a request fits."""

from dataclasses import dataclass

from core.config import Settings
from core.errors import Invalid


@dataclass(frozen=True)
class EngineLimits:
    """Sequences, prompt tokens read in one step, and seconds without a token until a time-out."""

    max_active: int
    max_queued: int
    max_new_tokens: int
    timeout_s: float
    prefill_chunk: int = 256

    @classmethod
    def from_settings(cls, settings: Settings) -> "EngineLimits":
        return cls(
            max_active=settings.max_active_streams,
            max_queued=settings.max_queued_streams,
            max_new_tokens=settings.max_new_tokens,
            timeout_s=settings.stream_timeout_s,
        )


def check_fits(prompt_tokens: int, max_new_tokens: int, context: int) -> None:
    """Raise `Invalid` unless prompt and output fit the model's context together."""
    if prompt_tokens + max_new_tokens > context:
        raise Invalid(
            f"The prompt has {prompt_tokens:,} tokens and max_new_tokens is {max_new_tokens:,}; "
            f"together they may be {context:,} for this model. Shorten one of them.",
            facts={
                "field": "max_new_tokens",
                "prompt_tokens": prompt_tokens,
                "max_new_tokens": max_new_tokens,
                "context_tokens": context,
            },
        )


def check_ids(ids: list[int], vocabulary: int) -> None:
    """Raise `Invalid` unless the model knows every token id."""
    if min(ids) < 0 or max(ids) >= vocabulary:
        raise Invalid(
            f"The tokenizer made an id that the model does not know (0 to {vocabulary - 1}); "
            "the checkpoint's tokenizer does not belong to its weights.",
            facts={"field": "prompt", "vocabulary": vocabulary},
        )
