"""OWL-ViT and OWLv2: each phrase is a query of its own, and the picture is seen without them.

So a picture's features serve every later prompt, and a phrase's features every later picture.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from core.errors import Invalid
from core.inference.asked import Asked, DetectorLimits, PictureFeatures, ReadText, Seen
from core.inference.detector import TorchDetector
from core.inference.features import BoundedCache
from core.inference.findings import Finding, best_phrases
from core.inference.loader import LoadedDetector
from core.inference.types import DetectorRequest, EngineStats

_KEPT_PHRASES = 1024


class OwlDetector(TorchDetector[ReadText]):
    def __init__(self, loaded: LoadedDetector, limits: DetectorLimits) -> None:
        self._model: Any = loaded.model
        self._pictures: BoundedCache[str, PictureFeatures] = BoundedCache(limits.feature_bytes)
        self._phrases: BoundedCache[str, Tensor] = BoundedCache(_KEPT_PHRASES)
        self._budget = limits.feature_bytes
        super().__init__(loaded, limits)

    def prepare(self, request: DetectorRequest) -> Asked[ReadText]:
        features = self._pictures.get(request.sha256)
        if features is None:
            return super().prepare(request)
        return Asked(self.read(request.phrases, request.caption), {}, features=features)

    def forward(self, batch: Sequence[Asked[ReadText]]) -> Sequence[Seen]:
        queries = self._phrase_features([asked.text for asked in batch])
        seen = []
        for asked, picture in zip(batch, self._picture_features(batch), strict=True):
            wanted = torch.stack([queries[phrase] for phrase in asked.text.known])[None]
            logits = self._model.class_predictor(picture.features, wanted)[0]
            seen.append(Seen(logits[0].float().cpu(), picture.boxes))
        return seen

    def findings(self, seen: Seen, text: ReadText) -> Sequence[Finding]:
        return best_phrases(seen.logits.sigmoid(), text.known)

    def stats(self) -> EngineStats:
        return replace(
            super().stats(),
            cache_bytes=self._pictures.weight,
            cache_budget=self._budget,
            cache_entries=len(self._pictures),
        )

    def clear_cache(self) -> None:
        self._pictures.clear()
        self._phrases.clear()

    def free_memory(self) -> None:
        self.clear_cache()
        super().free_memory()

    def _read(self, phrases: Sequence[str]) -> ReadText:
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
        return ReadText(inputs, tuple(phrases))

    def _picture_features(self, batch: Sequence[Asked[ReadText]]) -> Sequence[PictureFeatures]:
        """All from the cache, or all from one pass of the vision tower: their keys are equal."""
        known = [asked.features for asked in batch if asked.features is not None]
        if known:
            return known
        rows = [asked.pixels["pixel_values"].to(self.loaded.device) for asked in batch]
        maps = self._model.image_embedder(torch.cat(rows))[0]
        features = maps.flatten(1, 2)
        boxes = self._model.box_predictor(features, maps).float().cpu()
        made = []
        for place, asked in enumerate(batch):
            # A copy: a row of a shared tensor would keep all the others in memory.
            of_one = features[place : place + 1].clone()
            picture = PictureFeatures(of_one, boxes[place].clone())
            made.append(picture)
            if asked.sha256:
                weight = picture.features.nbytes + picture.boxes.nbytes
                self._pictures.put(asked.sha256, picture, weight)
        return made

    def _phrase_features(self, texts: Sequence[ReadText]) -> Mapping[str, Tensor]:
        places = {phrase: (text, row) for text in texts for row, phrase in enumerate(text.known)}
        found = {phrase: self._phrases.get(phrase) for phrase in places}
        features = {phrase: held for phrase, held in found.items() if held is not None}
        missing = [phrase for phrase in places if phrase not in features]
        if not missing:
            return features
        rows = [places[phrase] for phrase in missing]
        inputs = {
            name: torch.stack([text.inputs[name][row] for text, row in rows]).to(self.loaded.device)
            for name in rows[0][0].inputs
        }
        made = self._model.base_model.get_text_features(**inputs).pooler_output
        made = made / torch.linalg.norm(made, dim=-1, keepdim=True)
        for phrase, row in zip(missing, made, strict=True):
            features[phrase] = row.clone()
            self._phrases.put(phrase, features[phrase], 1)
        return features


class Owlv2Detector(OwlDetector):
    """OWLv2 pads the picture to a square, to the right and below."""

    def extent(self, size: tuple[int, int]) -> tuple[int, int]:
        return max(size), max(size)
