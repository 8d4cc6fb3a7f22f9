"""How each family of detectors reads phrases and scores them."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import torch
from torch import Tensor

from core.errors import Invalid, Unavailable
from core.inference.detector import ReadPhrases, TorchDetector
from core.inference.loader import LoadedDetector

# Grounding DINO's code holds these ids fast: its phrases end at "." and "?".
_CLS, _SEP, _STOP = 101, 102, 1012
_ENDS_A_PHRASE = re.compile(r"[.?]")


class GroundedDetector(TorchDetector):
    """Grounding DINO and MM-Grounding-DINO: phrases are one text, each token has a score.

    A phrase's score is the mean of its own tokens' probabilities, and a box gets the phrase with
    the highest: the library's own labels are cut from the text by token and can merge phrases.
    """

    def __init__(self, loaded: LoadedDetector) -> None:
        super().__init__(loaded)
        self._tokenizer = loaded.processor.tokenizer
        held = self._tokenizer.convert_tokens_to_ids(["[CLS]", "[SEP]", "."])
        if held != [_CLS, _SEP, _STOP]:
            raise Unavailable(
                f"Its tokenizer has the ids {held} for [CLS], [SEP] and “.”, but this "
                f"architecture needs {[_CLS, _SEP, _STOP]}. Restore the right tokenizer."
            )
        config = loaded.model.config
        positions = config.text_config.max_position_embeddings
        self._most_tokens = min(config.max_text_len, positions)

    def _read(self, phrases: Sequence[str]) -> ReadPhrases:
        ids, spans, known = [_CLS], [], []
        for phrase in phrases:
            tokens = self._tokens(phrase)
            if any(token != self._tokenizer.unk_token_id for token in tokens):
                spans.append((len(ids), len(ids) + len(tokens)))
                ids += [*tokens, _STOP]
                known.append(phrase)
        ids.append(_SEP)
        if len(ids) > self._most_tokens:
            raise Invalid(
                f"The phrases make {len(ids)} tokens; the model “{self.loaded.id}” reads at "
                f"most {self._most_tokens}. Use fewer or shorter phrases.",
                facts={"tokens": len(ids), "max_tokens": self._most_tokens},
            )
        row = torch.tensor([ids])
        inputs = {
            "input_ids": row,
            "attention_mask": torch.ones_like(row),
            "token_type_ids": torch.zeros_like(row),
        }
        return ReadPhrases(inputs, tuple(known), tuple(spans))

    def scores(self, logits: Tensor, text: ReadPhrases) -> Tensor:
        probabilities = logits.sigmoid()
        return torch.stack([probabilities[:, a:b].mean(dim=-1) for a, b in text.spans], dim=-1)

    def _tokens(self, phrase: str) -> list[int]:
        """Lower case, as the model was trained; also keeps “[SEP]” a word like any other."""
        plain = _ENDS_A_PHRASE.sub(" ", phrase.lower())
        tokens: list[int] = self._tokenizer(plain, add_special_tokens=False).input_ids
        return tokens


class OwlDetector(TorchDetector):
    """OWL-ViT and OWLv2: each phrase is a query of its own."""

    def _read(self, phrases: Sequence[str]) -> ReadPhrases:
        tokenizer = self.loaded.processor.tokenizer
        most = self.loaded.model.config.text_config.max_position_embeddings
        lengths = [len(ids) for ids in tokenizer(list(phrases)).input_ids]
        if max(lengths) > most:
            longest = phrases[lengths.index(max(lengths))]
            raise Invalid(
                f"The phrase “{longest}” makes {max(lengths)} tokens; the model "
                f"“{self.loaded.id}” reads at most {most}. Shorten it.",
                facts={"tokens": max(lengths), "max_tokens": most},
            )
        encoded = tokenizer(
            list(phrases), padding="max_length", max_length=most, return_tensors="pt"
        )
        inputs = {name: encoded[name] for name in ("input_ids", "attention_mask")}
        return ReadPhrases(inputs, tuple(phrases))

    def scores(self, logits: Tensor, text: ReadPhrases) -> Tensor:
        return logits.sigmoid()


class Owlv2Detector(OwlDetector):
    """OWLv2 pads the picture to a square, to the right and below."""

    def extent(self, size: tuple[int, int]) -> tuple[int, int]:
        return max(size), max(size)


ARCHITECTURES: Mapping[str, type[TorchDetector]] = MappingProxyType(
    {
        "grounding-dino": GroundedDetector,
        "mm-grounding-dino": GroundedDetector,
        "owlvit": OwlDetector,
        "owlv2": Owlv2Detector,
    }
)


def detector_for(loaded: LoadedDetector) -> TorchDetector:
    """The ready detector; raises `Unavailable` where its tokenizer or first answer is wrong."""
    detector = ARCHITECTURES[loaded.model.config.model_type](loaded)
    detector.warm_up()
    return detector
