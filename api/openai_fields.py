"""Parts of OpenAI's requests: fields that must stay as they are, texts in their several forms."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema, to_json

from api.schemas import Text


@dataclass(frozen=True, eq=False)
class Only:
    """A field that OpenAI knows and this product does not: taken with values that change nothing.

    Left out and null always count as such. None is equal to another: `Annotated` keeps what is
    equal once, and 0 equals False.
    """

    harmless: tuple[object, ...] = ()

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self._check)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"enum": [None, *self.harmless]}

    def _check(self, given: object) -> object:
        if given is None or any(_same(given, each) for each in self.harmless):
            return given
        allowed = " or ".join(_shown(each) for each in self.harmless)
        instead = f"leave it out or send {allowed}" if allowed else "leave it out"
        raise ValueError(f"is not supported here; {instead}")


def _same(given: object, harmless: object) -> bool:
    return given == harmless and isinstance(given, bool) == isinstance(harmless, bool)


def _shown(value: object) -> str:
    """As JSON writes it."""
    return to_json(value).decode()


Absent = Annotated[object, Only()]
Zero = Annotated[object, Only((0,))]
Off = Annotated[object, Only((False,))]


def _joined(content: object) -> object:
    """Text parts as one text, a line each; anything else than text is refused by its name."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list) or not content:
        raise ValueError("must be text, or a list of text parts")
    return "\n".join(_text_of(number, part) for number, part in enumerate(content))


def _text_of(number: int, part: object) -> str:
    kind = part.get("type") if isinstance(part, dict) else None
    if isinstance(part, dict) and kind == "text" and isinstance(part.get("text"), str):
        if beyond := set(part) - {"type", "text"}:
            raise ValueError(f"part {number} has the unknown field “{min(beyond)}”")
        return str(part["text"])
    what = f"is “{kind}”" if isinstance(kind, str) and kind != "text" else "holds no text"
    raise ValueError(f'part {number} {what}; allowed are parts {{"type": "text", "text": …}}')


def _one_prompt(prompt: object) -> object:
    if isinstance(prompt, list):
        if len(prompt) == 1 and isinstance(prompt[0], str):
            return prompt[0]
        if prompt and all(isinstance(each, str) for each in prompt):
            raise ValueError("holds several texts; send one a request")
        raise ValueError("holds token ids or nothing; send one text")
    if not isinstance(prompt, str):
        raise ValueError("must be text")
    return prompt


_TEXT = {"type": "string"}
_PART = {
    "type": "object",
    "properties": {"type": {"const": "text"}, "text": _TEXT},
    "required": ["type", "text"],
    "additionalProperties": False,
}
Content = Annotated[
    Text,
    BeforeValidator(_joined),
    WithJsonSchema({"anyOf": [_TEXT, {"type": "array", "minItems": 1, "items": _PART}]}),
]
"""Text, or text parts that are put on a line each."""
Prompt = Annotated[
    Text,
    BeforeValidator(_one_prompt),
    WithJsonSchema(
        {"anyOf": [_TEXT, {"type": "array", "minItems": 1, "maxItems": 1, "items": _TEXT}]}
    ),
]
"""One text, bare or alone in a list."""
