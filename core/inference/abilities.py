"""What remote text engines can do, and the refusal of what they cannot."""

from core.errors import Invalid
from core.generation.types import SamplingParams
from core.inference.types import ModelEntry, Support, TextAbilities, TextRequest

_DEFAULTS = SamplingParams()


def remote_abilities(entry: ModelEntry) -> TextAbilities:
    """Those its entry names. A lead goes behind a plain prompt; in a chat it has no place."""
    return TextAbilities(
        seed=Support.SEED in entry.supports,
        top_k=Support.TOP_K in entry.supports,
        repetition_penalty=Support.REPETITION_PENALTY in entry.supports,
        logprobs=Support.LOGPROBS in entry.supports,
        leads=Support.CHAT not in entry.supports,
    )


def check_abilities(request: TextRequest, abilities: TextAbilities, model: str) -> None:
    """Raise `Invalid`, naming the field, where a request needs what the engine cannot do."""
    able = {
        "seed": abilities.seed,
        "top_k": abilities.top_k,
        "repetition_penalty": abilities.repetition_penalty,
        "top_logprobs": abilities.logprobs,
    }
    for field, can in able.items():
        default = getattr(_DEFAULTS, field)
        if not can and getattr(request.params, field) != default:
            raise Invalid(
                f"{field}: the model “{model}” cannot do that; "
                f"{'leave it out' if default is None else f'leave it at {default:g}'}.",
                facts={"field": field, "model": model, "allowed": default},
            )
    is_chat = not isinstance(request.prompt, str)
    if request.lead is not None and (is_chat or not abilities.leads):
        raise Invalid(
            f"The model “{model}” cannot write on from an earlier answer; send the prompt again.",
            facts={"field": "lead", "model": model},
        )
