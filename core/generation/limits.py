"""What a prompt and its sampling parameters may be; one check for the service and the engine."""

import math
import re
from collections.abc import Sequence

from core.errors import Invalid
from core.generation.types import Lead, Message, SamplingParams

ROLES = ("system", "user", "assistant")
MAX_SEED = 2**53 - 1
"""The largest whole number that survives JSON in every browser."""
MAX_OUTPUTS = 8
MAX_STOPS = 4
MAX_STOP_CHARS = 100
MAX_ALTERNATIVES = 5

# field: (lowest, highest) of the whole numbers; `max_new_tokens` has its limit from the settings
_WHOLE = {"top_k": (0, 1000), "n": (1, MAX_OUTPUTS), "top_logprobs": (0, MAX_ALTERNATIVES)}
_REAL = {"temperature": (0.0, 2.0), "repetition_penalty": (0.5, 2.0)}

_NO_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters but tab and new line, and halves of surrogate pairs."""


def check_prompt(
    prompt: str | Sequence[Message], max_chars: int
) -> tuple[str, tuple[Message, ...]]:
    """The prompt as text and, where messages were given, the messages; line ends become `\\n`.

    Raises
    ------
    Invalid : blank, longer than `max_chars` in all, an unknown role, or a character that is
        no text (NUL, half of a surrogate pair, control characters but tab and new line).
    """
    if isinstance(prompt, str):
        text = cleaned_text("prompt", prompt)
        messages: tuple[Message, ...] = ()
    else:
        messages = tuple(_clean_message(number, one) for number, one in enumerate(prompt))
        if not messages:
            raise Invalid("There are no messages; give at least one.", facts={"field": "messages"})
        text = "\n\n".join(message.content for message in messages)
    if len(text) > max_chars:
        raise Invalid(
            f"The prompt has {len(text):,} characters; at most {max_chars:,} are allowed.",
            facts={"field": "prompt", "characters": len(text), "limit": max_chars},
        )
    return text, messages


def check_lead(lead: Lead) -> None:
    """Raise `Invalid` where the text of a lead is no text; its ids are the engine's to judge."""
    if not isinstance(lead.text, str):
        raise Invalid("lead: must be text.", facts={"field": "lead"})
    _check_characters("lead", lead.text)


def _clean_message(number: int, message: Message) -> Message:
    if message.role not in ROLES:
        raise Invalid(
            f"messages[{number}]: the role is {message.role!r}; allowed are {', '.join(ROLES)}.",
            facts={"field": f"messages[{number}].role", "allowed": ROLES},
        )
    return Message(message.role, cleaned_text(f"messages[{number}]", message.content))


def cleaned_text(field: str, text: object) -> str:
    """The text with `\\n` as its line ends. `Invalid` where it is blank, or no text."""
    if not isinstance(text, str):
        raise Invalid(f"{field}: must be text.", facts={"field": field})
    text = text.replace("\r\n", "\n")
    if not text.strip():
        raise Invalid(f"The {field} is blank; write something.", facts={"field": field})
    _check_characters(field, text)
    return text


def _check_characters(field: str, text: str) -> None:
    if found := _NO_TEXT.search(text):
        place, character = found.start(), found.group()
        raise Invalid(
            f"{field}: character {place + 1} is U+{ord(character):04X}, which is no text; "
            "remove it. Of the control characters, tab and new line are allowed.",
            facts={"field": field, "position": place, "codepoint": ord(character)},
        )


def check_params(params: SamplingParams, max_new_tokens: int) -> None:
    """Raise `Invalid`, naming the field and what is allowed, unless every value is in range."""
    _check_whole("max_new_tokens", params.max_new_tokens, 1, max_new_tokens)
    for name, (low, high) in _WHOLE.items():
        _check_whole(name, getattr(params, name), low, high)
    for name, (lowest, highest) in _REAL.items():
        value = _number(name, getattr(params, name))
        if not lowest <= value <= highest:
            raise _out_of_range(name, value, f"{lowest:g} to {highest:g}")
    if not 0 < _number("top_p", params.top_p) <= 1:
        raise _out_of_range("top_p", params.top_p, "above 0, up to 1")
    if params.seed is not None:
        _check_whole("seed", params.seed, 0, MAX_SEED)
    _check_stops(params.stop)


def _check_whole(name: str, value: object, low: int, high: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _out_of_range(name, value, f"whole numbers from {low} to {high}")
    if not low <= value <= high:
        raise _out_of_range(name, value, f"{low} to {high}")


def _number(name: str, value: object) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value):  # type: ignore[arg-type]
        raise _out_of_range(name, value, "finite numbers")
    return value  # type: ignore[return-value]


def _check_stops(stops: object) -> None:
    if not isinstance(stops, tuple) or len(stops) > MAX_STOPS:
        raise _out_of_range("stop", stops, f"up to {MAX_STOPS} texts")
    for stop in stops:
        if not isinstance(stop, str) or not stop.strip(" ") or len(stop) > MAX_STOP_CHARS:
            raise _out_of_range("stop", stop, f"texts of 1 to {MAX_STOP_CHARS} characters")
        _check_characters("stop", stop)


def _out_of_range(name: str, value: object, allowed: str) -> Invalid:
    shown = repr(value)
    shown = shown if len(shown) <= 60 else f"{shown[:57]}..."
    return Invalid(
        f"{name}: {shown} is not allowed; allowed: {allowed}.",
        facts={"field": name, "value": shown, "allowed": allowed},
    )
