"""`builtin:fake`: both tasks without weights, always the same, to measure everything around them.

`builtin:fake?tokens_per_second=200` sets the pace of each text; 0 is as fast as it goes.
"""

from time import perf_counter
from urllib.parse import parse_qsl

from core.detection.types import Box, Detection
from core.errors import Invalid, Unavailable
from core.inference.types import DetectorAnswer, DetectorRequest, EngineStats, ModelEntry
from core.metrics import model_calls_total
from core.runs.types import Task

REVISION = "builtin"


def pace_of(entry: ModelEntry) -> float:
    """Tokens per second asked for in the entry's source; `Unavailable` where it is no number."""
    options = dict(parse_qsl(entry.source.partition("?")[2], keep_blank_values=True))
    pace = options.pop("tokens_per_second", "200")
    try:
        number = float(pace)
    except ValueError:
        number = -1
    if options or not 0 <= number < float("inf"):
        raise Unavailable(
            f"“{entry.source}” cannot be read; write “builtin:fake?tokens_per_second=200”."
        )
    return number


class FakeDetector:
    """Gives each phrase one box: the picture is cut into as many columns as there are phrases."""

    grounds_captions = False

    def __init__(self, entry: ModelEntry) -> None:
        pace_of(entry)
        self._id = entry.id

    def detect(self, request: DetectorRequest) -> DetectorAnswer:
        began = perf_counter()
        phrases = request.phrases
        if request.caption is not None:
            raise Invalid(
                f"The model “{self._id}” finds phrases, not captions; name what to find instead."
            )
        width, height = request.image.size
        column = width / len(phrases)
        found = tuple(
            Detection(
                phrase,
                round(0.9 / (1 + 0.1 * place), 6),
                Box(round(column * place, 2), 0.0, round(column * (place + 1), 2), float(height)),
            )
            for place, phrase in enumerate(phrases)
        )
        model_calls_total.labels(Task.DETECTION, self._id).inc()
        spent = round((perf_counter() - began) * 1000, 2)
        return DetectorAnswer(found, {"preprocess": 0.0, "forward": spent, "postprocess": 0.0})

    def stats(self) -> EngineStats:
        """Nobody ever waits for it."""
        return EngineStats(0, 0, 1)

    def clear_cache(self) -> None:
        """It keeps nothing."""
