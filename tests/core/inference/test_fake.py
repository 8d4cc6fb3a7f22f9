"""The weightless engines keep the same promises as the real ones."""

import math
import threading
from time import perf_counter
from uuid import UUID

import pytest

from core.config import Settings
from core.errors import Invalid, LimitReached, Unavailable
from core.generation.types import Alternative, FinishReason, Lead, SamplingParams, TokenEvent
from core.inference.fake import FakeDetector
from core.inference.fake_text import FakeGenerator
from core.inference.types import (
    EngineEnd,
    EngineStats,
    ModelEntry,
    RunningSequence,
    TextAbilities,
    TextRequest,
)
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


def written(
    engine: FakeGenerator, params: SamplingParams, lead: Lead | None = None
) -> tuple[Listener, EngineEnd]:
    listener = Listener()
    engine.submit(
        TextRequest("two words", params, ANYBODY, lead=lead),
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


def test_a_stop_string_is_not_shown_in_pieces_either(settings: Settings) -> None:
    engine = generator(settings)
    listener, end = written(engine, SamplingParams(max_new_tokens=30, stop=("word after",)))
    assert "".join(event.text for event in listener.events) == end.text == "one calm "
    engine.close()


def test_a_text_can_be_written_on(settings: Settings) -> None:
    engine = generator(settings)
    whole, _ = written(engine, SamplingParams(max_new_tokens=12, seed=3))
    first = whole.events[:5]
    for ids in ((), tuple(event.token_id for event in first if event.token_id is not None)):
        lead = Lead("".join(event.text for event in first), ids)
        rest, end = written(engine, SamplingParams(max_new_tokens=7, seed=3), lead)
        assert [event.text for event in rest.events] == [event.text for event in whole.events[5:]]
        assert end.prompt_tokens == 2 + 5
    engine.close()


def test_likely_words_are_told_where_they_are_asked_for(settings: Settings) -> None:
    engine = generator(settings)
    listener, _ = written(engine, SamplingParams(max_new_tokens=11, top_logprobs=5))
    for event in listener.events:
        assert event.top[0] == Alternative(event.text, event.logprob or 0, event.token_id)
        assert sorted(event.top, key=lambda one: -one.logprob) == list(event.top)
        assert sum(math.exp(one.logprob) for one in event.top) < 1
        assert event.entropy is not None
        assert 0 < event.entropy < math.log(11)
    plain, _ = written(engine, SamplingParams(max_new_tokens=1))
    assert (plain.events[0].top, plain.events[0].entropy) == ((), None)
    engine.close()


def test_users_take_turns(settings: Settings) -> None:
    engine = generator(settings, pace=1, max_active_streams=1)
    assert engine.abilities == TextAbilities()
    started = threading.Event()

    def submit(user: int) -> RunningSequence:
        return engine.submit(
            TextRequest("a", SamplingParams(), UUID(int=user)),
            on_token=lambda event: None,
            on_end=lambda end: None,
            on_start=started.set,
        )

    first = submit(1)
    assert started.wait(2)
    waiting = [submit(user) for user in (1, 1, 2)]
    assert first.position() == 0
    assert [sequence.position() for sequence in waiting] == [2, 3, 1]
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
