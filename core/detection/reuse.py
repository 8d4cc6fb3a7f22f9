"""When two requests are equal, and what one person's answer is in another person's words."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from core.inference.types import ModelInfo

_EDITION = 1
"""Raised when the same model comes to answer the same request otherwise."""


def request_hash(
    image_sha256: str, model: ModelInfo, phrases: Sequence[str], caption: str | None
) -> bytes | None:
    """SHA-256 over all that the recorded boxes depend on; a request's thresholds come later.

    The case of phrases is no difference, as models read them in lower case; their order is one.
    The model's own text threshold says which words of a caption or phrase count as found. None
    where the model's revision is not known: what it answers may change unseen.
    """
    if not model.revision:
        return None
    asked = [phrase.lower() for phrase in phrases] if caption is None else caption
    answers = [model.id, model.revision, model.text_threshold]
    canonical = [_EDITION, image_sha256, answers, caption is not None, asked]
    return hashlib.sha256(json.dumps(canonical, separators=(",", ":")).encode()).digest()


def reworded(output: dict[str, Any], phrases: Sequence[str]) -> dict[str, Any]:
    """A recorded output with `phrases` in the place of its own, which differ in case only.

    The very same object where they do not differ.
    """
    theirs = output["phrases"]
    if theirs == list(phrases):
        return output
    words = dict(zip(theirs, phrases, strict=True))
    return {
        "phrases": list(phrases),
        "detections": [_reworded(each, words) for each in output["detections"]],
    }


def _reworded(detection: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    label = words.get(detection["label"], detection["label"])
    changed: dict[str, Any] = {"label": label}
    if "others" in detection:
        changed["others"] = [
            o | {"label": words.get(o["label"], o["label"])} for o in detection["others"]
        ]
    if "piece" in detection:
        changed["piece"] = _piece(detection["piece"], label)
    return {**detection, **changed}


def _piece(theirs: str, label: str) -> str:
    """The words of the piece as they stand in `label`; those that do not, in lower case."""
    as_typed = {word.lower(): word for word in label.split()}
    return " ".join(as_typed.get(word, word) for word in theirs.lower().split())
