"""What the engine holds at most, and whether a request fits."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.config import Settings
from core.errors import Invalid

_MIB = 2**20


@dataclass(frozen=True)
class EngineLimits:
    """Sequences, seconds, tokens and bytes.

    `timeout_s` without a token, or `total_s` since it has a place, end a sequence. One pass reads
    at most `prefill_chunk` tokens of prompts, padding counted.
    """

    max_active: int
    max_queued: int
    max_new_tokens: int
    timeout_s: float
    total_s: float = 600.0
    cache_bytes: int = 2048 * _MIB
    max_prompt_chars: int = 20_000
    prefill_chunk: int = 2048

    @classmethod
    def from_settings(cls, settings: Settings) -> "EngineLimits":
        return cls(
            max_active=settings.max_active_streams,
            max_queued=settings.max_queued_streams,
            max_new_tokens=settings.max_new_tokens,
            timeout_s=settings.stream_timeout_s,
            total_s=settings.stream_total_s,
            cache_bytes=settings.kv_cache_mb * _MIB,
            max_prompt_chars=settings.max_prompt_chars,
        )


def check_fits(prompt_tokens: int, max_new_tokens: int, context: int) -> None:
    """Raise `Invalid` unless prompt, lead and output fit the model's context together."""
    if prompt_tokens + max_new_tokens > context:
        raise Invalid(
            f"max_new_tokens: the prompt has {prompt_tokens:,} tokens and max_new_tokens is "
            f"{max_new_tokens:,}; together they may be {context:,} for this model. "
            "Shorten one of them.",
            facts={
                "field": "max_new_tokens",
                "prompt_tokens": prompt_tokens,
                "max_new_tokens": max_new_tokens,
                "context_tokens": context,
            },
        )


def check_memory(tokens: int, most_tokens: int | None, token_bytes: int) -> None:
    """Raise `Invalid` where the cache could never hold a sequence of so many tokens."""
    if most_tokens is not None and tokens > most_tokens:
        raise Invalid(
            f"max_new_tokens: prompt and output may need {tokens * token_bytes / _MIB:,.1f} MiB of "
            f"the model's cache, which has {most_tokens * token_bytes / _MIB:,.1f}. Shorten one of "
            "them, or raise GLIMPSE_KV_CACHE_MB.",
            facts={"field": "max_new_tokens", "tokens": tokens, "limit": most_tokens},
        )


def check_ids(field: str, ids: Sequence[int], vocabulary: int) -> None:
    """Raise `Invalid` unless the model knows every token id."""
    for place, one in enumerate(ids):
        if not isinstance(one, int) or isinstance(one, bool) or not 0 <= one < vocabulary:
            raise Invalid(
                f"{field}: token {place + 1} has the id {one!r}; "
                f"this model's ids are 0 to {vocabulary - 1}.",
                facts={"field": field, "position": place, "vocabulary": vocabulary},
            )
