"""The smallest request to a model, to see that it answers and how long that takes."""

import threading
from time import perf_counter

from PIL import Image

from core.errors import Unavailable
from core.generation.types import FinishReason, SamplingParams
from core.ids import new_id
from core.inference.types import (
    Detector,
    DetectorRequest,
    EngineEnd,
    Generator,
    TextRequest,
)

_PATIENCE_S = 60.0
_PICTURE = Image.new("RGB", (64, 64), (124, 116, 104))
_PHRASE = "a red circle"
_PROMPT = "1 2 3"


def try_detector(detector: Detector) -> float:
    """Seconds until it has looked at a blank picture; raises what `detect` does."""
    began = perf_counter()
    detector.detect(DetectorRequest(_PICTURE, "", (_PHRASE,)))
    return perf_counter() - began


def try_generator(generator: Generator) -> float:
    """Seconds until it has written one token; raises what `submit` does, and `Unavailable`."""
    ends: list[EngineEnd] = []
    over = threading.Event()

    def on_end(end: EngineEnd) -> None:
        ends.append(end)
        over.set()

    began = perf_counter()
    request = TextRequest(_PROMPT, SamplingParams(max_new_tokens=1), new_id())
    sequence = generator.submit(request, on_token=lambda _: None, on_end=on_end)
    if not over.wait(_PATIENCE_S):
        sequence.cancel()
        raise Unavailable(f"No token came within {_PATIENCE_S:.0f} s; its queue may be long.")
    if ends[0].reason in (FinishReason.ERROR, FinishReason.TIMEOUT, FinishReason.CANCELLED):
        raise Unavailable(ends[0].error or f"It wrote nothing: {ends[0].reason}.")
    return perf_counter() - began
