"""Print the figures of the model cards: ``python -m training.evaluate``."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import torch
from PIL import Image
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    OwlViTConfig,
    OwlViTForObjectDetection,
)

from training.detector import measure
from training.detector.predict import Detector, shipped_threshold
from training.detector.samples import check_sample
from training.drawn import check_drawn, drawn
from training.publish import FOLDERS
from training.sample_scenes import samples
from training.writer.measure import table, write


def detector(count: int, threshold: float) -> None:
    """The detector's tables: precision and recall, average precision, seconds a picture."""
    model = Detector(FOLDERS["detector"])
    drawn = measure.scenes(count, measure.VALIDATION)
    books = measure.tally(model, drawn, measure.pairs)
    print(f"best threshold on {count} validation scenes: {books.best_threshold():.2f}\n")
    test = measure.tally(model, measure.scenes(count, measure.TEST), measure.pairs)
    precision, recall = test.at(threshold)
    print(f"| at threshold {threshold} on {count} test scenes | |\n|---|---|")
    print(f"| precision | {precision:.3f} |\n| recall | {recall:.3f} |")
    print(f"| absent phrases that got a box | {test.absent_answered(threshold):.3f} |\n")
    print("| measured on | AP50 | AP50:95 |\n|---|---|---|")
    for name, half, strict in measure.table(model, count):
        print(f"| {name} | {half:.3f} | {strict:.3f} |", flush=True)
    print(_against_owlvit(model))


def _against_owlvit(model: Detector) -> str:
    """Time of one picture on one thread, beside OWL-ViT base, whose weights do not matter here."""
    peer: Any = OwlViTForObjectDetection
    config: Any = OwlViTConfig
    large = peer(config()).eval()
    pixels = torch.zeros(1, 3, 768, 768)
    words = torch.ones(2, 16, dtype=torch.long)
    picture, phrases = Image.new("RGB", (640, 480), "white"), ["red circle", "blue star"]
    with torch.inference_mode():
        ours = _seconds(lambda: model.find(picture, phrases))
        theirs = _seconds(lambda: large(pixel_values=pixels, input_ids=words))
    return (
        f"\nseconds a picture of 640 x 480, one thread: {ours:.3f}; OWL-ViT base, model alone: "
        f"{theirs:.3f}; ratio {ours / theirs:.3f}\n"
    )


def _seconds(work: Callable[[], object], times: int = 7) -> float:
    """Median processor time, after a first run that does not count."""
    work()
    taken = []
    for _ in range(times):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return median(taken)


def sample_pictures(threshold: float) -> None:
    """What the detector finds in the sample pictures."""
    model = Detector(FOLDERS["detector"])
    print("| sample | objects meant | found | wrong boxes |\n|---|---|---|---|")
    for sample in samples():
        result = check_sample(model, sample, Path("ui/samples"), threshold)
        print(f"| {sample.title} | {result.meant} | {result.found} | {result.wrong} |", flush=True)
    print()


def drawn_pictures(threshold: float) -> None:
    """What the detector finds in the painted pictures."""
    model = Detector(FOLDERS["detector"])
    print(
        "| painted picture | objects meant | found | missed | wrong boxes |\n|---|---|---|---|---|"
    )
    meant = found = wrong = 0
    for picture in drawn():
        got = check_drawn(model, picture, threshold)
        meant, found, wrong = meant + got.meant, found + got.found, wrong + got.wrong
        print(f"| {picture.title} | {got.meant} | {got.found} | {got.missed} | {got.wrong} |")
    print(f"| all | {meant} | {found} | {meant - found} | {wrong} |\n", flush=True)


def writer(count: int) -> None:
    """The writer's table: shares of true reports and answers, tokens a second, an example."""
    folder = FOLDERS["writer"]
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    model = AutoModelForCausalLM.from_pretrained(
        folder, local_files_only=True, use_safetensors=True, dtype=torch.float32
    )
    model.train(False)
    print(f"| true, {count} examples each | |\n|---|---|")
    for name, share in table(model, tokenizer, count):
        print(f"| {name} | {share:.3f} |", flush=True)
    started = time.process_time()
    (text,) = write(model, tokenizer, ["Findings: 3 red circle; 1 blue star. Report:"])
    rate = len(tokenizer.encode(text)) / (time.process_time() - started)
    print(f"\ntokens a second, one stream, one thread: {rate:.0f}\n\n> {text.strip()}\n")


def main() -> None:
    """Measure what was asked for, or everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="*", default=["detector", "samples", "drawn", "writer"])
    parser.add_argument("--count", type=int, default=200, help="scenes or findings for each row")
    parser.add_argument(
        "--threshold", type=float, default=shipped_threshold(), help="of the detector's boxes"
    )
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if "detector" in arguments.what:
        detector(arguments.count, arguments.threshold)
    if "samples" in arguments.what:
        sample_pictures(arguments.threshold)
    if "drawn" in arguments.what:
        drawn_pictures(arguments.threshold)
    if "writer" in arguments.what:
        writer(arguments.count)


if __name__ == "__main__":
    main()
