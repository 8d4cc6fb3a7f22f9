"""Grounding DINO, MM-Grounding-DINO and LLMDet: one text, a score for each of its tokens."""

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor
from torch.nn.functional import pad

from core.detection.types import FLOOR
from core.inference.asked import Asked, DetectorLimits, Seen
from core.inference.captions import grounded_words
from core.inference.detector import TorchDetector
from core.inference.findings import Finding, best_phrases
from core.inference.grounded_text import GroundedText, TextReader
from core.inference.loader import LoadedDetector
from core.inference.words import Word


class GroundedDetector(TorchDetector[GroundedText]):
    """A phrase's score is the mean of its own tokens' probabilities.

    A box gets the phrase with the highest: the library's own labels are cut from the text by token
    and can merge phrases. No features are kept for a second prompt: text and picture are fused
    from the first layer on, so that little could be saved.
    """

    grounds_captions = True

    def __init__(self, loaded: LoadedDetector, limits: DetectorLimits) -> None:
        self._reader = TextReader(loaded)
        super().__init__(loaded, limits)

    def forward(self, batch: Sequence[Asked[GroundedText]]) -> Sequence[Seen]:
        texts = [asked.text.inputs for asked in batch]
        pixels = [asked.pixels for asked in batch]
        inputs = {name: _together([text[name] for text in texts]) for name in texts[0]}
        inputs |= {name: _joined([picture[name] for picture in pixels]) for name in pixels[0]}
        tokens = inputs["input_ids"].shape[1]
        device = self.loaded.device
        outputs = self.loaded.model(**{name: value.to(device) for name, value in inputs.items()})
        logits, boxes = outputs.logits[..., :tokens].float().cpu(), outputs.pred_boxes.float().cpu()
        return [Seen(*row) for row in zip(logits, boxes, strict=True)]

    def findings(self, seen: Seen, text: GroundedText) -> Sequence[Finding]:
        probabilities = seen.logits[:, : len(text.phrase_weights)].sigmoid()
        if text.caption is not None:
            return self._in_caption(probabilities, text, text.caption)
        found = best_phrases(probabilities @ text.phrase_weights, text.known)
        if not any(_can_split(words) for words in text.words):
            return found
        queries = [finding.query for finding in found]
        reached = probabilities[queries] @ text.word_weights >= self.loaded.text_threshold
        return [_with_piece(f, text, row) for f, row in zip(found, reached.tolist(), strict=True)]

    def _in_caption(
        self, probabilities: Tensor, text: GroundedText, caption: str
    ) -> Sequence[Finding]:
        (words,) = text.words
        found = []
        for query, scores in enumerate((probabilities @ text.word_weights).tolist()):
            run = grounded_words(words, scores, caption, self.loaded.text_threshold)
            if run is not None and run[2] >= FLOOR:
                start, end, score = run
                label = caption[start:end]
                found.append(Finding(query, label, round(score, 6), span=(start, end)))
        return sorted(found, key=lambda finding: -finding.score)

    def _read(self, phrases: Sequence[str]) -> GroundedText:
        return self._reader.phrases(phrases)

    def _read_caption(self, caption: str) -> GroundedText:
        return self._reader.caption(caption)


def _can_split(words: Sequence[Word]) -> bool:
    return sum(word.names for word in words) > 1


def _with_piece(finding: Finding, text: GroundedText, reached: Sequence[bool]) -> Finding:
    """With the words that were found, where that is only a part of those that name something."""
    assert finding.phrase is not None  # noqa: S101 - given by best_phrases
    before = sum(len(words) for words in text.words[: finding.phrase])
    words = text.words[finding.phrase]
    naming = [(word.text, reached[before + i]) for i, word in enumerate(words) if word.names]
    pieces = [name for name, found in naming if found]
    if not pieces or len(pieces) == len(naming):
        return finding
    return replace(finding, piece=" ".join(pieces))


def _together(rows: Sequence[Tensor]) -> Tensor:
    """Texts of different lengths; what is added is masked, as the attention mask is padded too."""
    longest = max(row.shape[1] for row in rows)
    return _joined([pad(row, (0, longest - row.shape[1])) for row in rows])


def _joined(rows: Sequence[Tensor]) -> Tensor:
    return rows[0] if len(rows) == 1 else torch.cat(list(rows))
