"""The functions over boxes, on the cases that the page's script is held to as well."""

import json
from typing import Any

import pytest

from core.config import ROOT
from core.detection.boxes import above, iou, merged, split, suppress
from core.detection.types import Box, Detection, PhraseScore

CASES = json.loads((ROOT / "tests" / "data" / "box_functions.json").read_text(encoding="utf-8"))


def cases(function: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", CASES[function], ids=lambda case: str(case["case"]))


def detections(case: dict[str, Any]) -> tuple[Detection, ...]:
    return tuple(
        Detection(
            d["label"],
            d["score"],
            Box(**d["box"]),
            tuple(PhraseScore(**other) for other in d.get("others", ())),
            d.get("piece"),
        )
        for d in case["detections"]
    )


def places(given: tuple[Detection, ...], kept: tuple[Detection, ...]) -> list[int]:
    """By identity: equal boxes are still two."""
    known = [id(each) for each in given]
    return [known.index(id(each)) for each in kept]


@cases("iou")
def test_iou(case: dict[str, Any]) -> None:
    a, b = Box(**case["a"]), Box(**case["b"])
    assert iou(a, b) == pytest.approx(case["iou"])
    assert iou(b, a) == pytest.approx(case["iou"])


@cases("above")
def test_above(case: dict[str, Any]) -> None:
    given = detections(case)
    labels = None if case["labels"] is None else frozenset(case["labels"])
    assert places(given, above(given, case["threshold"], labels)) == case["kept"]


@cases("suppress")
def test_suppress(case: dict[str, Any]) -> None:
    given = detections(case)
    assert places(given, suppress(given, case["iou"])) == case["kept"]


@cases("merged")
def test_merged(case: dict[str, Any]) -> None:
    found = merged(detections(case), case["text_threshold"])
    assert [[*pair.labels, pair.boxes] for pair in found] == case["pairs"]


@cases("split")
def test_split(case: dict[str, Any]) -> None:
    found = split(detections(case))
    assert [[one.label, one.piece, one.boxes] for one in found] == case["pieces"]
