"""Token ids into text as they come: whole characters only, stop strings held back and cut."""

from collections.abc import Sequence
from typing import Any

from transformers import PreTrainedTokenizerBase

_BROKEN = "\N{REPLACEMENT CHARACTER}"


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
    may be the beginning of a stop string waits too. What was released is never taken back.

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
        self._stops = tuple(stops)
        self._window: list[int] = []
        self._before = ""
        """Text of the window that is released or held already."""
        self._since = 0
        """Where in the window the tokens of that text end."""
        self._held = "" if lead_text is None else self._beyond(lead_text, lead_ids)
        self._released: list[str] = []
        for token_id in lead_ids:
            self._decoded(token_id)

    @property
    def text(self) -> str:
        """All that was released."""
        return "".join(self._released)

    def push(self, token_id: int) -> tuple[str, bool]:
        """Add a token; returns the text it releases, and whether a stop string was met."""
        self._held += self._decoded(token_id)
        met = [place for stop in self._stops if (place := self._held.find(stop)) >= 0]
        free = min(met) if met else len(self._held) - self._may_begin_stop()
        text, self._held = self._held[:free], "" if met else self._held[free:]
        self._released.append(text)
        return text, bool(met)

    def flush(self) -> str:
        """Release at the end what was held back; an incomplete character is dropped."""
        text, self._held = self._held, ""
        self._released.append(text)
        return text

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

    def _may_begin_stop(self) -> int:
        """Length of the longest end of the held text with which some stop string begins."""
        for length in range(min(len(self._held), max(map(len, self._stops), default=0)), 0, -1):
            tail = self._held[-length:]
            if any(stop.startswith(tail) for stop in self._stops):
                return length
        return 0


def _clean(text: str) -> str:
    return text.replace(_BROKEN, "").replace("\0", "")
