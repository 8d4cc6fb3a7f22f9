"""Prompts and leads into token ids."""

import threading
from collections.abc import Sequence

from jinja2 import TemplateError
from transformers import PreTrainedTokenizerBase

from core.errors import Invalid
from core.generation.types import Lead, Message


class PromptEncoder:
    """Encodes prompts for one tokenizer; a lock makes it safe to use from several threads."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self._tokenizer = tokenizer
        self._lock = threading.Lock()
        self._special = tuple(
            {
                str(token)
                for token in (
                    *tokenizer.all_special_tokens,
                    *(added for added in tokenizer.added_tokens_decoder.values() if added.special),
                )
                if str(token).strip()
            }
        )

    def encode(self, prompt: str | Sequence[Message]) -> list[int]:
        """The ids the model is given.

        A plain prompt is taken as it is. Messages go through the tokenizer's chat template; a
        tokenizer without one gets their contents joined by blank lines, roles left out.

        Raises
        ------
        Invalid : a special token stands in the text, the template refuses the messages, or
            there is nothing left to read.
        """
        parts = [prompt] if isinstance(prompt, str) else [one.content for one in prompt]
        self._refuse_special_tokens("prompt", parts)
        with self._lock:
            if isinstance(prompt, str) or not self._tokenizer.chat_template:
                ids = self._ids("\n\n".join(parts), add_special_tokens=True)
            else:
                ids = self._ids(self._templated(prompt), add_special_tokens=False)
        if not ids:
            raise Invalid("The prompt has no tokens; write something.", facts={"field": "prompt"})
        return ids

    def encode_lead(self, lead: Lead | None) -> list[int]:
        """The ids an answer begins with; its text is encoded where it comes without ids."""
        if lead is None:
            return []
        if lead.token_ids:
            return list(lead.token_ids)
        self._refuse_special_tokens("lead", [lead.text])
        with self._lock:
            return self._ids(lead.text, add_special_tokens=False)

    def _refuse_special_tokens(self, field: str, parts: Sequence[str]) -> None:
        for token in self._special:
            if any(token in part for part in parts):
                raise Invalid(
                    f"The {field} contains {token!r}, a control token of this model; remove it.",
                    facts={"field": field, "token": token},
                )

    def _ids(self, text: str, add_special_tokens: bool) -> list[int]:
        encoded = self._tokenizer(text, add_special_tokens=add_special_tokens, verbose=False)
        return list(encoded["input_ids"])

    def _templated(self, messages: Sequence[Message]) -> str:
        conversation = [{"role": one.role, "content": one.content} for one in messages]
        try:
            text = self._tokenizer.apply_chat_template(
                conversation, tokenize=False, add_generation_prompt=True
            )
        except TemplateError as error:
            raise Invalid(
                f"This model's chat template refuses the messages: {error}",
                facts={"field": "messages"},
            ) from error
        return str(text)
