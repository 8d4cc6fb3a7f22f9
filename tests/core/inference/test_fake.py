"""The weightless engines keep the same promises as the real ones."""

import threading
from time import perf_counter
from uuid import UUID

import pytest

from core.config import Settings
from core.errors import Invalid, LimitReached, Unavailable
from core.generation.types import FinishReason, SamplingParams, TokenEvent
from core.inference.fake import FakeDetector
from core.inference.fake_text import FakeGenerator
from core.inference.types import EngineEnd, EngineStats, ModelEntry, TextRequest
from core.runs.types import Task
from tests.core.detection.pictures import scene
from tests.core.inference.tiny import request

ANYBODY = UUID(int=0)


class Listener:
    def __init__(self) -> None:
        self.events: list[TokenEvent] = []
        self.ended = threading.Event()
        self.end: EngineEnd | None = None

    def on_token(self, event: TokenEvent) -> None:
        assert self.end is None, "no token after the end"
        self.events.append(event)

    def on_end(self, end: EngineEnd) -> None:
        assert self.end is None, "one end only"
        self.end = end
        self.ended.set()


def generator(settings: Settings, pace: int = 0, **limits: int) -> FakeGenerator:
    entry = ModelEntry("fake", Task.GENERATION, f"builtin:fake?tokens_per_second={pace}")
    return FakeGenerator(entry, settings.model_copy(update=limits))


def written(engine: FakeGenerator, params: SamplingParams) -> tuple[Listener, EngineEnd]:
    listener = Listener()
    engine.submit(
        TextRequest("two words", params, ANYBODY),
        on_token=listener.on_token,
        on_end=listener.on_end,
    )
    assert listener.ended.wait(10)
    assert listener.end is not None
    return listener, listener.end


def test_writes_as_many_words_as_asked_and_the_same_for_the_same_seed(settings: Settings) -> None:
    engine = generator(settings)
    listener, end = written(engine, SamplingParams(max_new_tokens=30, seed=3))
    assert [event.index for event in listener.events] == list(range(30))
    assert end.text == "".join(event.text for event in listener.events)
    assert (end.reason, end.prompt_tokens, end.completion_tokens) == (FinishReason.LENGTH, 2, 30)
    assert written(engine, SamplingParams(max_new_tokens=30, seed=3))[1] == end
    assert written(engine, SamplingParams(max_new_tokens=30, seed=4))[1].text != end.text
    engine.close()


def test_keeps_the_pace(settings: Settings) -> None:
    engine = generator(settings, pace=100)
    began = perf_counter()
    written(engine, SamplingParams(max_new_tokens=30))
    assert 0.29 <= perf_counter() - began < 1.5
    engine.close()


def test_a_stop_string_ends_the_text_before_it(settings: Settings) -> None:
    engine = generator(settings)
    end = written(engine, SamplingParams(max_new_tokens=30, stop=("word",)))[1]
    assert (end.reason, end.text) == (FinishReason.STOP, "one calm ")
    engine.close()


def test_cancel_keeps_what_was_written_and_frees_the_place(settings: Settings) -> None:
    engine = generator(settings, pace=100, max_active_streams=1)
    first, second = Listener(), Listener()
    running = engine.submit(
        TextRequest("a", SamplingParams(max_new_tokens=2000), ANYBODY),
        on_token=first.on_token,
        on_end=first.on_end,
    )
    engine.submit(
        TextRequest("b", SamplingParams(max_new_tokens=1), ANYBODY),
        on_token=second.on_token,
        on_end=second.on_end,
    )
    assert not second.ended.wait(0.1)
    assert engine.stats() == EngineStats(queued=1, active=1, places=1)
    running.cancel()
    assert first.ended.wait(1)
    assert second.ended.wait(1)
    assert first.end is not None
    assert first.end.reason is FinishReason.CANCELLED
    assert first.end.text == "".join(event.text for event in first.events) != ""
    engine.close()


def test_cancel_ends_a_text_that_still_waits(settings: Settings) -> None:
    engine = generator(settings, pace=20, max_active_streams=1)
    first, second = Listener(), Listener()
    for_ever = SamplingParams(max_new_tokens=2000)
    engine.submit(TextRequest("a", for_ever, ANYBODY), on_token=first.on_token, on_end=first.on_end)
    waiting = engine.submit(
        TextRequest("b", for_ever, ANYBODY), on_token=second.on_token, on_end=second.on_end
    )
    waiting.cancel()
    assert second.ended.wait(1)
    assert second.end is not None
    assert (second.end.reason, second.end.text) == (FinishReason.CANCELLED, "")
    assert not first.ended.is_set()
    engine.close()


def test_values_out_of_range_are_refused_as_by_the_real_engine(settings: Settings) -> None:
    engine = generator(settings)
    with pytest.raises(Invalid):
        written(engine, SamplingParams(max_new_tokens=0))
    engine.close()


def test_a_full_queue_refuses(settings: Settings) -> None:
    engine = generator(settings, pace=1, max_active_streams=1, max_queued_streams=1)
    listeners = [Listener() for _ in range(2)]
    started = threading.Event()
    for listener in listeners:
        engine.submit(
            TextRequest("a", SamplingParams(), ANYBODY),
            on_token=listener.on_token,
            on_end=listener.on_end,
            on_start=started.set,
        )
        assert started.wait(2)
    with pytest.raises(LimitReached) as caught:
        engine.submit(
            TextRequest("a", SamplingParams(), ANYBODY),
            on_token=listeners[0].on_token,
            on_end=listeners[0].on_end,
        )
    assert caught.value.retry_after
    engine.close()
    assert all(listener.end and listener.end.reason == "cancelled" for listener in listeners)


@pytest.mark.parametrize("options", ["?tokens_per_second=fast", "?tokens_per_second=-1", "?pace=3"])
def test_unreadable_options_are_refused(options: str) -> None:
    with pytest.raises(Unavailable, match="cannot be read; write"):
        FakeDetector(ModelEntry("fake", Task.DETECTION, f"builtin:fake{options}"))


def test_the_fake_detector_gives_each_phrase_its_column() -> None:
    fake = FakeDetector(ModelEntry("fake", Task.DETECTION, "builtin:fake"))
    answer = fake.detect(request(scene(), "a", "b"))
    assert [(d.label, d.box.xmin, d.box.xmax) for d in answer.detections] == [
        ("a", 0, 200),
        ("b", 200, 400),
    ]
    with pytest.raises(Invalid, match="finds phrases, not captions"):
        fake.detect(request(scene(), caption="a cat"))
