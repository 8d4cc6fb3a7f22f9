"""Token ids into text as they come: whole characters only, stop strings held back and cut."""

from collections.abc import Sequence
from typing import Any

from transformers import PreTrainedTokenizerBase

from core.inference.stops import StopCutter

_BROKEN = "\N{REPLACEMENT CHARACTER}"
_NEIGHBOURS = 16
"""Tokens of a lead looked at for the spaces and characters at its border."""


class Vocabulary:
    """Decoding with one tokenizer; safe to use from several threads."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        backend: Any = getattr(tokenizer, "backend_tokenizer", tokenizer)
        self._decode = backend.decode
        self._names: dict[int, str] = {}
        self._alone: dict[int, str] = {}

    def text(self, ids: list[int]) -> str:
        """The text of `ids` without special tokens; what is no whole character shows as U+FFFD."""
        if len(ids) != 1:
            return str(self._decode(ids, skip_special_tokens=True))
        text = self._alone.get(ids[0])
        if text is None:
            text = self._alone[ids[0]] = str(self._decode(ids, skip_special_tokens=True))
        return text

    def name(self, token_id: int) -> str:
        """How a single token is shown; a part of a character is shown by its number."""
        name = self._names.get(token_id)
        if name is None:
            shown = str(self._decode([token_id], skip_special_tokens=False))
            broken = _BROKEN in shown or "\0" in shown
            name = self._names[token_id] = f"<token {token_id}>" if broken else shown
        return name


class TextBuilder:
    """The text of one sequence, grown token by token.

    Each token is decoded together with the few before it, because spaces and characters depend
    on their neighbours; what ends in an incomplete character waits for the next token. Text that
    may be the beginning of a stop string waits too.

    Bytes that make no character, and NUL, which no face can show, are left out. After a lead the
    text goes on where that broke off, in the middle of a character even; a stop string is looked
    for in the new text only. What the tokens of the lead say beyond `lead_text`, such as a token
    that somebody chose, belongs to the new text.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        stops: Sequence[str],
        lead_ids: Sequence[int] = (),
        lead_text: str | None = None,
    ) -> None:
        self._decode = vocabulary.text
        self._window = list(lead_ids[-_NEIGHBOURS:])
        self._before = self._decode(self._window).rstrip(_BROKEN) if self._window else ""
        """Text of the window that is released or held already."""
        self._since = len(self._window)
        """Where in the window the tokens of that text end."""
        held = "" if lead_text is None else self._beyond(lead_text, lead_ids)
        self._cutter = StopCutter(stops, held)

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
        after = self._decode(self._window)
        if len(after) <= len(self._before) or after.endswith(_BROKEN):
            return ""
        new = after[len(self._before) :]
        del self._window[: self._since]
        self._since = len(self._window)
        self._before = self._decode(self._window)
        return _clean(new)

    def _beyond(self, lead_text: str, lead_ids: Sequence[int]) -> str:
        said = _clean(self._decode(list(lead_ids)))
        return said[len(lead_text) :] if said.startswith(lead_text) else ""


def _clean(text: str) -> str:
    return text.replace(_BROKEN, "").replace("\0", "")
