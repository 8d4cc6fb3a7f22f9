"""Token ids into text as they come: whole characters only, stop strings held back and cut."""

from collections.abc import Callable, Sequence
from typing import Any

from transformers import PreTrainedTokenizerBase

from core.inference.stops import StopCutter

_BROKEN = "\N{REPLACEMENT CHARACTER}"

Decode = Callable[[list[int]], str]


class Vocabulary:
    """Decoding with one tokenizer; safe to use from several threads."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        backend: Any = getattr(tokenizer, "backend_tokenizer", tokenizer)
        self._decode = backend.decode
        self._names: dict[int, str] = {}

    def text(self, ids: list[int]) -> str:
        """The text of `ids` without special tokens; NUL, which no face can show, is dropped."""
        return str(self._decode(ids, skip_special_tokens=True)).replace("\0", "")

    def name(self, token_id: int) -> str:
        """How a single token is shown; a part of a character is shown by its number."""
        if token_id not in self._names:
            shown = str(self._decode([token_id], skip_special_tokens=False))
            broken = _BROKEN in shown or "\0" in shown
            self._names[token_id] = f"<token {token_id}>" if broken else shown
        return self._names[token_id]


class TextBuilder:
    """The text of one sequence, grown token by token.

    Each token is decoded together with the few before it, because spaces and characters depend
    on their neighbours; what ends in an incomplete character waits for the next token. Text that
    may be the beginning of a stop string waits too.
    """

    def __init__(self, decode: Decode, stops: Sequence[str]) -> None:
        self._decode = decode
        self._cutter = StopCutter(stops)
        self._window: list[int] = []
        self._shown_ids = 0
        """How many ids of the window are part of the text already."""

    @property
    def text(self) -> str:
        """All that was released."""
        return self._cutter.text

    def push(self, token_id: int) -> tuple[str, bool]:
        """Add a token; returns the text it releases, and whether a stop string was met."""
        return self._cutter.push(self._decoded(token_id))

    def flush(self) -> str:
        """Release at the end what was held back; an incomplete character is dropped."""
        return self._cutter.flush()

    def _decoded(self, token_id: int) -> str:
        self._window.append(token_id)
        before = self._decode(self._window[: self._shown_ids])
        after = self._decode(self._window)
        if len(after) <= len(before) or after.endswith(_BROKEN):
            return ""
        del self._window[: self._shown_ids]
        self._shown_ids = len(self._window)
        return after[len(before) :]
