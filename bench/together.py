"""16 requests at once against one after another: ``python -m bench.together``.

The bundled detector, through the service, on pictures that are all different. With a GPU also
passes of 8 pictures against passes of one.
"""

import argparse
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from io import BytesIO
from typing import Any

import torch
from PIL import Image

from bench.figures import WARM_UP, Pairs, alternating, tell
from bench.pictures import PHRASES, PROMPT, several
from bench.workbenches import BUNDLED, Opened, folder, opened
from core.inference.detector import TorchDetector
from core.inference.types import DetectorRequest

AT_ONCE = 16
PICTURES = 8
GOAL = 0.95
GOAL_THROUGHPUT, GOAL_LATENCY = 5, 1.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=9)
    parser.add_argument("--passes", action="store_true", help="time passes of 8 without a GPU, too")
    arguments = parser.parse_args()
    with folder() as place, opened(place, BUNDLED) as product:
        _requests(product, arguments.pairs)
        if torch.cuda.is_available() or arguments.passes:
            _passes(product)
        else:
            print(f"{PICTURES} pictures a pass on a GPU: not measured, there is none", flush=True)


def _requests(product: Opened, pairs: int) -> None:
    turns = pairs + WARM_UP
    files = several(2 * turns * AT_ONCE)

    def ask(content: bytes) -> object:
        return product.bench.detection.detect(product.analyst, content, PROMPT)

    def with_files(way: Callable[[list[bytes]], object]) -> Callable[[], object]:
        ready = [[files.pop() for _ in range(AT_ONCE)] for _ in range(turns)]
        return lambda: way(ready.pop())

    with ThreadPoolExecutor(AT_ONCE) as threads:
        at_once = with_files(lambda contents: list(threads.map(ask, contents)))
        one_by_one = with_files(lambda contents: [ask(content) for content in contents])
        taken = alternating(at_once, one_by_one, pairs, WARM_UP)
    throughput = 1 / taken.ratio
    tell(
        f"{AT_ONCE} requests at once, bundled detector",
        f"{throughput:.2f} x the throughput of one after another ({taken}, {pairs} pairs)",
        f">= {GOAL}",
        throughput >= GOAL,
    )


def _passes(product: Opened) -> None:
    _, detector = product.bench.models.detector()
    if not isinstance(detector, TorchDetector):
        raise TypeError("the bundled detector does not run here")
    asked = [_asked(detector, content) for content in several(PICTURES)]
    taken: Pairs = alternating(
        partial(detector.run, asked), partial(detector.run, asked[:1]), 20, warm_up=5
    )
    throughput = PICTURES / taken.ratio
    tell(
        f"{PICTURES} pictures a pass on {detector.loaded.device}",
        f"{throughput:.1f} x the throughput of single passes at {taken.ratio:.2f} x their time "
        f"({taken})",
        f">= {GOAL_THROUGHPUT} at <= {GOAL_LATENCY}",
        throughput >= GOAL_THROUGHPUT and taken.ratio <= GOAL_LATENCY,
    )


def _asked(detector: TorchDetector[Any], content: bytes) -> Any:
    with Image.open(BytesIO(content)) as file:
        return detector.prepare(DetectorRequest(file.convert("RGB"), "", PHRASES))


if __name__ == "__main__":
    main()
