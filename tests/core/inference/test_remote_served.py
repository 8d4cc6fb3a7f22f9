"""The remote text engine against a real `transformers serve` with the bundled writer."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.config import Settings
from core.errors import Unavailable
from core.generation.service import GenerationService
from core.generation.types import FinishReason, GenerationRun, Message, SamplingParams
from core.inference.registry import ModelRegistry
from core.inference.textengine.engine import TextEngine
from core.inference.types import EngineEnd, Generator, ModelState, TextRequest
from core.permissions import Actor
from core.runs.types import RunStatus, Task
from db.session import Database
from tests.core.inference.serving import REPORTER, Serve, endless_reporter
from tests.core.inference.text_servers import hear
from tests.core.inference.textengine.support import ANYBODY, Heard, engine_for, reporter

PROMPT = "Findings: 3 red circle; 1 blue star. Report:"
GREEDY = SamplingParams(max_new_tokens=60, temperature=0)
FOR_EVER = replace(GREEDY, max_new_tokens=100_000)
PATIENCE_S = 60


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    server = Serve(tmp_path_factory.mktemp("serve"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def served(serve: Serve, settings: Settings, tmp_path: Path) -> Iterator[ModelRegistry]:
    """`far`, the bundled writer; `endless`, the same without an end."""
    file = tmp_path / "models.toml"
    file.write_text(
        "".join(
            f'[[generator]]\nid = "{name}"\nsource = "{serve.address}"\nmodel = "{model}"\n'
            for name, model in (
                ("far", REPORTER),
                ("endless", endless_reporter(tmp_path / "endless")),
            )
        )
    )
    models = ModelRegistry.from_file(
        settings.model_copy(update={"models_file": file, "max_new_tokens": 100_000})
    )
    yield models
    models.close()


@pytest.fixture(scope="module")
def local() -> Iterator[TextEngine]:
    engine = engine_for(reporter())
    yield engine
    engine.close()


def state(models: ModelRegistry, name: str) -> ModelState:
    return models.info(Task.GENERATION, name).state


def written(engine: Generator, request: TextRequest) -> EngineEnd:
    heard = hear(engine, request)
    end = heard.end()
    assert end.text == heard.text
    return end


@pytest.mark.parametrize("prompt", [PROMPT, (Message("user", PROMPT),)])
@pytest.mark.parametrize("most", [60, 5])
def test_it_writes_what_the_local_engine_writes(
    served: ModelRegistry, local: TextEngine, prompt: str | tuple[Message, ...], most: int
) -> None:
    request = TextRequest(prompt, replace(GREEDY, max_new_tokens=most), ANYBODY)
    assert written(served.generator("far")[1], request) == written(local, request)
    assert state(served, "far") is ModelState.READY


def test_a_stop_string_that_the_server_leaves_in_its_text_is_cut(
    served: ModelRegistry, local: TextEngine
) -> None:
    request = TextRequest(PROMPT, replace(GREEDY, stop=("one blue",)), ANYBODY)
    there, here = written(served.generator("far")[1], request), written(local, request)
    assert (there.reason, there.text) == (here.reason, here.text)
    assert there.reason is FinishReason.STOP


def test_cancel_stops_the_server_too(served: ModelRegistry) -> None:
    """It writes one text at a time: the second could never begin while the first goes on."""

    def on_token(heard: Heard) -> None:
        if len(heard.events) == 5 and heard.sequence is not None:
            heard.sequence.cancel()

    engine = served.generator("endless")[1]
    heard = hear(engine, TextRequest(PROMPT, FOR_EVER, ANYBODY), on_token=on_token)
    end = heard.end()
    assert end.reason is FinishReason.CANCELLED
    assert end.text == heard.text != ""
    short = TextRequest(PROMPT, replace(FOR_EVER, max_new_tokens=3), ANYBODY)
    assert written(engine, short).reason is FinishReason.LENGTH


def test_a_killed_server_fails_its_run_with_the_text_so_far_and_heals_when_it_is_back(
    serve: Serve, served: ModelRegistry, database: Database, settings: Settings, ann: Actor
) -> None:
    roomy = settings.model_copy(update={"max_new_tokens": 100_000})
    service = GenerationService(database, served, roomy)

    def ended(params: SamplingParams) -> GenerationRun:
        return service.wait(ann, service.start(ann, PROMPT, params, "endless").id, PATIENCE_S)

    run = service.start(ann, PROMPT, FOR_EVER, "endless")
    stream = service.follow(ann, run.id)
    until = time.monotonic() + PATIENCE_S
    while len(stream.since(0)[0]) < 5:
        assert time.monotonic() < until
        time.sleep(0.01)
    serve.kill()
    failed = service.wait(ann, run.id, PATIENCE_S)
    kept = service.get(ann, run.id)
    told = "".join(event.text for event in stream.since(0)[0])
    assert kept.status is failed.status is RunStatus.FAILED
    assert kept.outputs[0].text == told != ""
    assert kept.outputs[0].finish_reason is FinishReason.ERROR
    assert kept.error is not None
    assert "broke the connection off" in kept.error
    assert not kept.usage.exact
    assert kept.params.seed is None, "the model takes none"

    short = replace(FOR_EVER, max_new_tokens=3)
    assert "cannot be reached" in (ended(short).error or "")
    assert state(served, "endless") is ModelState.UNAVAILABLE
    with pytest.raises(Unavailable, match="“endless” is unavailable: Its server"):
        ended(short)

    serve.start()
    until = time.monotonic() + PATIENCE_S
    while state(served, "endless") is ModelState.UNAVAILABLE:
        assert time.monotonic() < until
        time.sleep(0.1)
    assert ended(short).status is RunStatus.DONE
    assert state(served, "endless") is ModelState.READY
    service.close()
