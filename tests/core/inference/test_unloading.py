"""A model is taken out of use, frees its memory, and comes back; nobody else notices."""

import gc
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest

from core.config import Settings
from core.errors import Conflict, Unavailable
from core.generation.types import FinishReason, SamplingParams
from core.inference.registry import ModelRegistry
from core.inference.types import EngineEnd, Generator, ModelState, TextRequest
from core.runs.types import Task
from tests.core.inference.checkpoints import DETECTOR
from tests.core.inference.test_registry import registry

CATALOG = f"""
[[detector]]
id = "shapes"
source = "{DETECTOR}"

[[detector]]
id = "rule"
source = "builtin:fake"

[[detector]]
id = "gone"
source = "./nowhere"

[[generator]]
id = "pace"
source = "builtin:fake?tokens_per_second=50"
"""


@pytest.fixture
def models(tmp_path: Path, settings: Settings) -> Iterator[ModelRegistry]:
    opened = registry(tmp_path, settings, CATALOG)
    opened.load_all()
    yield opened
    opened.close()


def until(reached: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.02)


def state(models: ModelRegistry, task: Task, name: str) -> ModelState:
    return models.info(task, name).state


def written(generator: Generator, tokens: int) -> list[EngineEnd]:
    """The end of a text, once there is one."""
    ends: list[EngineEnd] = []
    request = TextRequest("say", SamplingParams(max_new_tokens=tokens), UUID(int=1))
    generator.submit(request, on_token=lambda _: None, on_end=ends.append)
    return ends


def test_the_weights_are_gone_though_the_process_had_frozen_them(models: ModelRegistry) -> None:
    loaded = weakref.ref(models.detector()[1].loaded.model)  # type: ignore[attr-defined]
    gc.freeze()
    try:
        models.unload(Task.DETECTION, "shapes")
        until(lambda: state(models, Task.DETECTION, "shapes") is ModelState.UNLOADED)
        assert loaded() is None
        assert gc.get_freeze_count()
    finally:
        gc.unfreeze()
    info = models.info(Task.DETECTION, "shapes")
    assert (info.memory_bytes, info.device) == (None, "")


def test_it_stays_away_until_it_is_loaded_and_the_others_stay(models: ModelRegistry) -> None:
    models.unload(Task.DETECTION, "shapes")
    with pytest.raises(Unavailable, match="an administrator can load it again"):
        models.detector()
    assert models.detector("rule")[0].state is ModelState.READY
    until(lambda: state(models, Task.DETECTION, "shapes") is ModelState.UNLOADED)
    with pytest.raises(Unavailable):
        models.detector()

    models.load(Task.DETECTION, "shapes")
    until(lambda: state(models, Task.DETECTION, "shapes") is ModelState.READY)
    info, _ = models.detector()
    assert info.reason is None
    assert info.dtype == "float32"
    assert info.memory_bytes == pytest.approx(4 * (info.parameters or 0), rel=0.1)


def test_what_it_has_begun_is_written_to_its_end(models: ModelRegistry) -> None:
    ends = written(models.generator()[1], 20)
    models.unload(Task.GENERATION, "pace")
    assert state(models, Task.GENERATION, "pace") is ModelState.UNLOADING
    with pytest.raises(Unavailable):
        models.generator()
    until(lambda: state(models, Task.GENERATION, "pace") is ModelState.UNLOADED)
    assert [(end.reason, end.completion_tokens) for end in ends] == [(FinishReason.LENGTH, 20)]


def test_to_load_it_meanwhile_calls_the_unloading_off(models: ModelRegistry) -> None:
    engine = models.generator()[1]
    ends = written(engine, 15)
    models.unload(Task.GENERATION, "pace")
    models.load(Task.GENERATION, "pace")
    until(lambda: state(models, Task.GENERATION, "pace") is ModelState.READY)
    until(lambda: bool(ends))
    time.sleep(0.3)
    assert models.generator()[1] is engine


def test_requests_under_way_all_get_an_answer(models: ModelRegistry) -> None:
    """Whoever asks while it comes and goes is answered, or told that it is away."""
    told: list[str] = []
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            try:
                ends = written(models.generator()[1], 1)
            except Unavailable:
                told.append("away")
                time.sleep(0.01)
            else:
                until(lambda ends=ends: bool(ends))  # type: ignore[misc]
                told.append(ends[0].reason)

    askers = [threading.Thread(target=ask) for _ in range(4)]
    for asker in askers:
        asker.start()
    for _ in range(2):
        models.unload(Task.GENERATION, "pace")
        until(lambda: state(models, Task.GENERATION, "pace") is ModelState.UNLOADED)
        models.load(Task.GENERATION, "pace")
        until(lambda: state(models, Task.GENERATION, "pace") is ModelState.READY)
    over.set()
    for asker in askers:
        asker.join()
    assert set(told) == {"away", FinishReason.LENGTH}


def test_one_that_failed_is_tried_again_when_told_to(tmp_path: Path, settings: Settings) -> None:
    folder = tmp_path / "later"
    folder.mkdir()
    models = registry(tmp_path, settings, "[[detector]]\nid = 'a'\nsource = './later'\n")
    models.load_all()
    assert models.default(Task.DETECTION).state is ModelState.UNAVAILABLE
    for file in DETECTOR.iterdir():
        if file.is_file():
            (folder / file.name).symlink_to(file)
    models.load(Task.DETECTION, "a")
    until(lambda: state(models, Task.DETECTION, "a") is ModelState.READY)
    models.close()


def test_a_broken_entry_cannot_be_unloaded(models: ModelRegistry) -> None:
    with pytest.raises(Conflict, match="look at its entry"):
        models.unload(Task.DETECTION, "gone")
    models.load(Task.DETECTION, "gone")
    time.sleep(0.1)
    assert state(models, Task.DETECTION, "gone") is ModelState.UNAVAILABLE


def test_a_try_takes_some_time_and_says_why_it_cannot_be(models: ModelRegistry) -> None:
    assert models.try_out(Task.GENERATION, "pace") > 0.01
    assert models.try_out(Task.DETECTION, "shapes") > 0
    with pytest.raises(Unavailable, match="nowhere"):
        models.try_out(Task.DETECTION, "gone")


def test_a_model_says_what_it_has_to_do(models: ModelRegistry) -> None:
    assert [each.is_default for each in models.standings()] == [True, False, False, True]
    ends = written(models.generator()[1], 5)
    pace = models.standings()[-1]
    assert pace.stats is not None
    assert not pace.stats.idle
    until(lambda: bool(ends))
    assert models.standings()[2].stats is None
