"""Through the API, each architecture answers as its own processor and model called directly."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageOps
from starlette.testclient import TestClient

from core.config import Settings
from core.detection.types import FLOOR
from core.inference.registry import ModelRegistry
from tests.core.detection.pictures import as_file, scene
from tests.core.inference.crowd import Gate
from tests.core.inference.tiny import KINDS, Row, assert_alike, direct, saved

Asked = tuple[Image.Image, tuple[str, ...]]
ALONE: Asked = (scene(), ("red circle", "a blue square", "star"))
STRANGERS: Sequence[Asked] = (
    (ImageOps.invert(scene()), ("green hat",)),
    (ImageOps.mirror(scene()), ("man", "a red hat")),
    (ImageOps.flip(scene()), ("star", "red circle")),
)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {kind: saved(tmp_path_factory.mktemp(kind), kind) for kind in KINDS}


@pytest.fixture(scope="module")
def models(
    folders: dict[str, Path], api_settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ModelRegistry]:
    """One tiny random checkpoint of each architecture, named after its kind."""
    file = tmp_path_factory.mktemp("tiny") / "models.toml"
    file.write_text(
        "\n".join(
            f'[[detector]]\nid = "{kind}"\nsource = "{folder}"\nbox_threshold = {FLOOR}\n'
            f"text_threshold = {FLOOR}"
            for kind, folder in folders.items()
        )
    )
    registry = ModelRegistry.from_file(api_settings.model_copy(update={"models_file": file}))
    yield registry
    registry.close()


def detect(client: TestClient, kind: str, asked: Asked) -> list[Row]:
    picture, phrases = asked
    files = {"image": as_file(picture)}
    data = {"prompt": ". ".join(phrases), "model": kind}
    answer = client.post("/api/v1/detect", files=files, data=data)
    assert answer.status_code == 200, answer.text
    assert not answer.json()["cached"]
    return [(d["label"], d["score"], *d["box"].values()) for d in answer.json()["detections"]]


@pytest.mark.parametrize("kind", KINDS)
def test_boxes_labels_and_scores_are_those_of_a_direct_call(
    kind: str, folders: dict[str, Path], analyst: TestClient
) -> None:
    assert_alike(detect(analyst, kind, ALONE), direct(folders[kind], kind, *ALONE))


@pytest.mark.parametrize("kind", KINDS)
def test_they_are_the_same_in_a_pass_shared_with_strangers(
    kind: str, folders: dict[str, Path], analyst: TestClient, models: ModelRegistry
) -> None:
    runner: Any = models.detector(kind)[1]
    gate = Gate(runner)
    calls = [lambda asked=asked: detect(analyst, kind, asked) for asked in STRANGERS]
    try:
        answers = gate.shared(kind, lambda: detect(analyst, kind, ALONE), calls)
    finally:
        gate.leave()
    assert gate.sizes == [1, len(STRANGERS)]
    for answer, asked in zip(answers, STRANGERS, strict=True):
        assert_alike(answer, direct(folders[kind], kind, *asked))
