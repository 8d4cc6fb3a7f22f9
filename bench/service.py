"""What the service adds to a processor and a model called directly: ``python -m bench.service``.

One picture file a call, no two of them equal. Directly: decoded, through the checkpoint's own
processor, model and post-processing, on as many threads as the service gives that model. The
service also checks, records the run, and keeps the picture, in a database on the disk.
"""

import argparse
from io import BytesIO
from typing import Any

import torch
from PIL import Image

from bench import owl
from bench.figures import WARM_UP, alternating, tell
from bench.pictures import PHRASES, PROMPT, several
from bench.workbenches import BUNDLED, Opened, folder, opened
from core.inference.detector import TorchDetector
from core.inference.device import use_threads

GOAL = 1.05


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=60)
    pairs = parser.parse_args().pairs
    with folder() as place, opened(place, BUNDLED + owl.entry("OWL-ViT", place)) as product:
        _measure(product, "shapes", "bundled detector", pairs)
        _measure(product, "OWL-ViT", "OWL-ViT, base size", max(1, pairs // 5))


def _measure(product: Opened, model: str, shown: str, pairs: int) -> None:
    _, detector = product.bench.models.detector(model)
    if not isinstance(detector, TorchDetector):
        raise TypeError(f"{model} does not run here")
    files = several(2 * (pairs + WARM_UP))

    def service() -> object:
        detector.free_memory()  # nothing of an earlier call may help this one
        return product.bench.detection.detect(product.analyst, files.pop(), PROMPT, model=model)

    def peer() -> object:
        use_threads(detector.loaded.model.num_parameters(), detector.loaded.device)
        return direct(detector, files.pop())

    taken = alternating(service, peer, pairs, WARM_UP)
    tell(
        f"service call, {shown}",
        f"{taken.ratio:.3f} x the time of processor + model ({taken}, {pairs} pairs)",
        f"<= {GOAL}",
        taken.ratio <= GOAL,
    )


def direct(detector: TorchDetector[Any], content: bytes) -> object:
    """The boxes of a picture file, without any of our own code."""
    loaded = detector.loaded
    processor: Any = loaded.processor
    with Image.open(BytesIO(content)) as file:
        picture = file.convert("RGB")
    owls = loaded.model.config.model_type.startswith("owl")
    text = [list(PHRASES)] if owls else PROMPT
    padding = {"padding": "max_length"} if owls else {}
    inputs = processor(images=picture, text=text, return_tensors="pt", **padding)
    inputs = inputs.to(loaded.device)
    inputs["pixel_values"] = inputs["pixel_values"].to(loaded.model.dtype)
    with torch.inference_mode():
        outputs = loaded.model(**inputs)
    sizes = [(picture.height, picture.width)]
    threshold: dict[str, Any] = {"threshold": 0.05, "target_sizes": sizes}
    if not owls:
        threshold |= {"text_threshold": 0.05, "input_ids": inputs["input_ids"]}
    return processor.post_process_grounded_object_detection(outputs, **threshold)


if __name__ == "__main__":
    main()
