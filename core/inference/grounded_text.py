"""What Grounding DINO is asked for, as one text, and whose each of its tokens is."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from core.errors import Invalid, Unavailable
from core.inference.asked import ReadText
from core.inference.loader import LoadedDetector
from core.inference.words import Word, lowered, words_of

# The architecture's code holds these ids fast: its phrases end at "." and "?".
_CLS, _SEP, _STOP = 101, 102, 1012
_ENDS_A_PHRASE = re.compile(r"[.?]")


@dataclass(frozen=True)
class GroundedText(ReadText):
    """Words of each known phrase, or of the caption; `weights` average tokens: (tokens, columns).

    The columns of `phrase_weights` are the phrases, those of `word_weights` all words in order.
    """

    words: tuple[tuple[Word, ...], ...]
    phrase_weights: Tensor
    word_weights: Tensor
    caption: str | None = None


class TextReader:
    """One call at a time; raises `Unavailable` where the tokenizer is not this architecture's."""

    def __init__(self, loaded: LoadedDetector) -> None:
        self._id = loaded.id
        self._tokenizer: Any = loaded.processor.tokenizer
        held = self._tokenizer.convert_tokens_to_ids(["[CLS]", "[SEP]", "."])
        if held != [_CLS, _SEP, _STOP]:
            raise Unavailable(
                f"Its tokenizer has the ids {held} for [CLS], [SEP] and “.”, but this "
                f"architecture needs {[_CLS, _SEP, _STOP]}. Restore the right tokenizer."
            )
        config: Any = loaded.model.config
        positions = config.text_config.max_position_embeddings
        self._most_tokens = min(config.max_text_len, positions)

    def phrases(self, phrases: Sequence[str]) -> GroundedText:
        ids, known, words, spans = [_CLS], [], [], []
        plain = [_ENDS_A_PHRASE.sub(" ", lowered(phrase)) for phrase in phrases]
        for phrase, (tokens, offsets) in zip(phrases, self._tokens(plain), strict=True):
            familiar = [token != self._tokenizer.unk_token_id for token in tokens]
            if any(familiar):
                words.append(words_of(phrase, offsets, familiar, len(ids), caption=False))
                spans.append((len(ids), len(ids) + len(tokens)))
                ids += [*tokens, _STOP]
                known.append(phrase)
        return self._text([*ids, _SEP], known, words, spans)

    def caption(self, caption: str) -> GroundedText:
        ((tokens, offsets),) = self._tokens([lowered(caption)])
        familiar = [token != self._tokenizer.unk_token_id for token in tokens]
        words = words_of(caption, offsets, familiar, 1, caption=True)
        closing = [] if tokens[-1:] == [_STOP] else [_STOP]
        known = [word.text for word in words if word.names]
        ids = [_CLS, *tokens, *closing, _SEP]
        return replace(self._text(ids, known, [words], spans=()), caption=caption)

    def _tokens(self, texts: list[str]) -> Iterable[tuple[list[int], list[tuple[int, int]]]]:
        """Ids and places; lower case, as in training, also keeps “[SEP]” a word like any other."""
        read = self._tokenizer(texts, add_special_tokens=False, return_offsets_mapping=True)
        return zip(read.input_ids, read.offset_mapping, strict=True)

    def _text(
        self,
        ids: list[int],
        known: Sequence[str],
        words: Sequence[tuple[Word, ...]],
        spans: Sequence[tuple[int, int]],
    ) -> GroundedText:
        if len(ids) > self._most_tokens:
            raise Invalid(
                f"The text makes {len(ids)} tokens; the model “{self._id}” reads at "
                f"most {self._most_tokens}. Shorten it.",
                facts={"tokens": len(ids), "max_tokens": self._most_tokens},
            )
        row = torch.tensor([ids])
        inputs = {
            "input_ids": row,
            "attention_mask": torch.ones_like(row),
            "token_type_ids": torch.zeros_like(row),
        }
        single = [(word.first, word.last) for of_one in words for word in of_one]
        return GroundedText(
            inputs,
            tuple(known),
            tuple(words),
            phrase_weights=_weights(spans, len(ids)),
            word_weights=_weights(single, len(ids)),
        )


def _weights(spans: Sequence[tuple[int, int]], tokens: int) -> Tensor:
    """Columns that average the probabilities of their tokens."""
    weights = torch.zeros(tokens, len(spans))
    for column, (first, last) in enumerate(spans):
        weights[first:last, column] = 1 / (last - first)
    return weights
