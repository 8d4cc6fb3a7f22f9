"""One process, one engine for each model, however many ask at once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.config import Settings
from core.errors import NotFound, Unavailable
from core.inference.hashing import checked_weights_hash
from core.inference.registry import ModelRegistry
from core.inference.types import ModelState
from core.runs.types import Task
from tests.core.inference.checkpoints import DETECTOR


def registry(folder: Path, settings: Settings, text: str) -> ModelRegistry:
    file = folder / "models.toml"
    file.write_text(text, encoding="utf-8")
    return ModelRegistry.from_file(
        settings.model_copy(update={"models_file": file, "device": "cpu"})
    )


def test_a_ready_model_says_what_it_is(detectors: ModelRegistry) -> None:
    info = detectors.default(Task.DETECTION)
    assert info.state is ModelState.READY
    assert info.state is ModelState.READY
    assert info.revision == checked_weights_hash(DETECTOR)[:12]
    assert info.source == "models/shapes-detector"
    assert info.bundled
    assert info.device == "cpu"
    assert info.parameters is not None
    assert info.parameters > 1_000_000
    assert info.box_threshold == 0.35


def test_a_broken_entry_is_listed_with_why_and_stops_no_other(detectors: ModelRegistry) -> None:
    assert [info.id for info in detectors.infos()] == ["shapes", "rule", "gone"]
    gone = detectors.info(Task.DETECTION, "gone")
    assert gone.state is ModelState.UNAVAILABLE
    with pytest.raises(Unavailable, match=r"“gone” is unavailable: models\.toml: the folder"):
        detectors.detector("gone")
    assert detectors.detector("rule")[0].state is ModelState.READY


def test_an_unknown_id_names_those_there_are(detectors: ModelRegistry) -> None:
    with pytest.raises(NotFound, match="choose one of: shapes, rule, gone") as caught:
        detectors.detector("dino")
    assert caught.value.facts == {"allowed": ["shapes", "rule", "gone"]}


def test_a_task_without_models_says_what_to_add(detectors: ModelRegistry) -> None:
    with pytest.raises(Unavailable, match=r"add one to models\.toml"):
        detectors.generator()


def test_nothing_is_loaded_before_it_is_needed(tmp_path: Path, settings: Settings) -> None:
    text = "[[detector]]\nid = 'a'\nsource = 'builtin:fake'\n" * 1
    text += "[[detector]]\nid = 'b'\nsource = 'builtin:fake'\n"
    models = registry(tmp_path, settings, text)
    assert {info.state for info in models.infos()} == {ModelState.WAITING}
    models.load_all()
    assert [info.state for info in models.infos()] == [ModelState.READY, ModelState.WAITING]
    models.detector("b")
    assert models.info(Task.DETECTION, "b").state is ModelState.READY


def test_many_at_once_get_the_same_engine(tmp_path: Path, settings: Settings) -> None:
    source = f"[[detector]]\nid = 'a'\nsource = '{DETECTOR}'\n"
    models = registry(tmp_path, settings, source)
    with ThreadPoolExecutor(6) as pool:
        engines = list(pool.map(lambda _: models.detector()[1], range(6)))
    assert len({id(engine) for engine in engines}) == 1


def test_a_default_that_fails_does_not_stop_the_start(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "empty").mkdir()
    models = registry(
        tmp_path,
        settings,
        "[[detector]]\nid = 'a'\nsource = './empty'\n"
        "[[generator]]\nid = 'b'\nsource = 'builtin:fake'\n",
    )
    models.load_all()
    assert models.default(Task.DETECTION).state is ModelState.UNAVAILABLE
    assert models.default(Task.GENERATION).state is ModelState.READY
    models.close()


def test_after_close_nothing_is_loaded_again(tmp_path: Path, settings: Settings) -> None:
    models = registry(tmp_path, settings, "[[generator]]\nid = 'a'\nsource = 'builtin:fake'\n")
    models.load_all()
    models.close()
    with pytest.raises(Unavailable):
        models.generator()
