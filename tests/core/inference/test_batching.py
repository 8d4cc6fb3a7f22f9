"""Requests share passes, in bounds, and nobody fails for a stranger's request."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from core.errors import LimitReached, Unavailable
from core.inference.batching import Batcher
from core.inference.waiting import BatchLimits
from tests.core.inference.crowd import TURN_S, Gate, depth, until

NAME = "doubler"


class Doubler:
    """Doubles numbers; fails for those in `bad`, and for more than `fits` of them at once."""

    def __init__(self, *, bad: Sequence[int] = (), fits: int = 100) -> None:
        self.bad = bad
        self.fits = fits
        self.freed = 0
        self.threads: set[str] = set()

    def start(self) -> None:
        self.threads.add(threading.current_thread().name)

    def run(self, batch: Sequence[int]) -> list[int]:
        self.threads.add(threading.current_thread().name)
        if len(batch) > self.fits:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        for number in batch:
            if number in self.bad:
                raise ValueError(f"{number} is bad")
        return [number * 2 for number in batch]

    def free_memory(self) -> None:
        self.freed += 1


Maker = Callable[..., Batcher[int, int]]


@pytest.fixture
def batcher() -> Iterator[Maker]:
    made = []

    def make(
        runner: Doubler, *, batch: int = 8, queued: int = 64, wait_s: float = TURN_S
    ) -> Batcher[int, int]:
        made.append(Batcher(NAME, runner, BatchLimits(batch, queued, wait_s)))
        return made[-1]

    yield make
    for one in made:
        one.close()


def asks(of: Batcher[int, int], *numbers: int, key: str = "") -> list[Callable[[], object]]:
    return [lambda n=n: of.submit(key, n).answer for n in numbers]  # type: ignore[misc]


def test_an_idle_model_answers_at_once_in_its_own_thread(batcher: Maker) -> None:
    runner = Doubler()
    passed = batcher(runner).submit("", 4)
    assert (passed.answer, passed.queued_s) == (8, None)
    assert runner.threads == {f"detect-{NAME}"}


def test_those_who_wait_share_the_next_pass(batcher: Maker) -> None:
    runner = Doubler()
    gate, doubler = Gate(runner), batcher(runner)
    assert gate.shared(NAME, *_opened(doubler, 1, 2, 3)) == [2, 4, 6]
    assert gate.sizes == [1, 3]
    assert depth(NAME) == 0


def test_a_pass_is_bounded_and_the_oldest_go_first(batcher: Maker) -> None:
    runner = Doubler()
    gate, doubler = Gate(runner), batcher(runner, batch=2)
    assert gate.shared(NAME, *_opened(doubler, 1, 2, 3, 4, 5)) == [2, 4, 6, 8, 10]
    assert gate.sizes == [1, 2, 2, 1]


def test_only_alike_requests_share_a_pass(batcher: Maker) -> None:
    runner = Doubler()
    gate, doubler = Gate(runner), batcher(runner)
    opener = lambda: doubler.submit("a", 0)  # noqa: E731
    calls = [*asks(doubler, 1, key="a"), *asks(doubler, 2, key="b"), *asks(doubler, 3, key="a")]
    assert gate.shared(NAME, opener, calls) == [2, 4, 6]
    assert gate.sizes == [1, 2, 1]


def test_one_bad_request_fails_alone(batcher: Maker) -> None:
    runner = Doubler(bad=[2])
    gate, doubler = Gate(runner), batcher(runner)
    one, two, three = gate.shared(NAME, *_opened(doubler, 1, 2, 3))
    assert (one, three) == (2, 6)
    assert isinstance(two, ValueError)
    assert doubler.submit("", 7).answer == 14, "the thread lives on"


def test_out_of_memory_halves_the_batch(batcher: Maker) -> None:
    runner = Doubler(fits=2)
    gate, doubler = Gate(runner), batcher(runner)
    assert gate.shared(NAME, *_opened(doubler, 1, 2, 3, 4, 5)) == [2, 4, 6, 8, 10]
    assert gate.sizes == [1, 5, 2, 3, 1, 2]
    assert runner.freed == 2


def test_after_out_of_memory_passes_stay_small_for_a_while(batcher: Maker) -> None:
    runner = Doubler(fits=2)
    gate, doubler = Gate(runner), batcher(runner)
    gate.shared(NAME, *_opened(doubler, 1, 2, 3, 4))
    gate.leave()
    gate = Gate(runner)
    gate.shared(NAME, *_opened(doubler, 1, 2, 3, 4))
    assert gate.sizes == [1, 2, 2]


def test_too_big_alone_is_unavailable_with_the_reason(batcher: Maker) -> None:
    runner = Doubler(fits=0)
    doubler = batcher(runner)
    with pytest.raises(Unavailable, match="ran out of memory; try again shortly") as caught:
        doubler.submit("", 1)
    assert caught.value.retry_after
    assert caught.value.facts == {"reason": "out_of_memory"}
    assert runner.freed == 2
    runner.fits = 8
    assert doubler.submit("", 1).answer == 2


def test_the_cpus_own_memory_error_counts_too(batcher: Maker) -> None:
    class Full(Doubler):
        def run(self, batch: Sequence[int]) -> list[int]:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried 8 GiB")

    doubler = batcher(Full())
    with pytest.raises(Unavailable, match="ran out of memory"):
        doubler.submit("", 1)


def test_a_failure_while_freeing_memory_leaves_nobody_waiting(batcher: Maker) -> None:
    class Broken(Doubler):
        def free_memory(self) -> None:
            raise RuntimeError("CUDA error: an illegal memory access was encountered")

    runner = Broken(fits=0)
    doubler = batcher(runner)
    with pytest.raises(RuntimeError, match="illegal memory access"):
        doubler.submit("", 1)
    runner.fits = 8
    assert doubler.submit("", 1).answer == 2


def test_a_full_queue_refuses_and_says_when_to_come_back(batcher: Maker) -> None:
    runner = Doubler()
    gate, doubler = Gate(runner), batcher(runner, queued=2)
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(asks(doubler, 0)[0])
        until(lambda: gate.sizes == [1])
        two = [pool.submit(ask) for ask in asks(doubler, 1, 2)]
        until(lambda: depth(NAME) == 2)
        for ask in (doubler.check_room, *asks(doubler, 9)):
            with pytest.raises(LimitReached, match="as many as may wait") as caught:
                ask()
            assert caught.value.retry_after
        gate.open()
        assert [one.result(TURN_S) for one in (first, *two)] == [0, 2, 4]
    assert doubler.submit("", 3).answer == 6, "there is room again"


def test_a_turn_that_does_not_come_in_time_is_given_up(batcher: Maker) -> None:
    runner = Doubler()
    gate, doubler = Gate(runner), batcher(runner, wait_s=0.2)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(asks(doubler, 0)[0])
        until(lambda: gate.sizes == [1])
        second = pool.submit(asks(doubler, 1)[0])
        error = second.exception(TURN_S)
        assert isinstance(error, Unavailable)
        assert error.retry_after
        assert depth(NAME) == 0
        gate.open()
        assert first.result(TURN_S) == 0, "one that runs is waited for, however long"
    assert gate.sizes == [1]


def test_closing_refuses_those_who_wait_and_ends_the_thread(batcher: Maker) -> None:
    runner = Doubler()
    gate, doubler = Gate(runner), batcher(runner)
    with ThreadPoolExecutor(3) as pool:
        running = pool.submit(asks(doubler, 1)[0])
        until(lambda: gate.sizes == [1])
        waiting = pool.submit(asks(doubler, 2)[0])
        until(lambda: depth(NAME) == 1)
        closing = pool.submit(doubler.close)
        assert isinstance(waiting.exception(TURN_S), Unavailable)
        gate.open()
        closing.result(TURN_S)
        assert running.result(TURN_S) == 2
    assert not any(thread.name == f"detect-{NAME}" for thread in threading.enumerate())
    with pytest.raises(Unavailable, match="was stopped"):
        doubler.submit("", 3)


def test_a_pass_that_hangs_does_not_hold_up_closing(
    batcher: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.inference.batching._CLOSE_S", 0.1)
    runner = Doubler()
    gate, doubler = Gate(runner), batcher(runner)
    with ThreadPoolExecutor(1) as pool:
        hanging = pool.submit(asks(doubler, 1)[0])
        until(lambda: gate.sizes == [1])
        doubler.close()
        assert isinstance(hanging.exception(TURN_S), Unavailable)
    gate.open()


def _opened(
    doubler: Batcher[int, int], *numbers: int
) -> tuple[Callable[[], object], list[Callable[[], object]]]:
    """A request that keeps the model busy, and those made meanwhile."""
    return asks(doubler, 0)[0], asks(doubler, *numbers)
