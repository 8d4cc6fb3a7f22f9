"""What is told of a run, to any number of followers."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import contextmanager

from core.generation.types import GenerationRun, TokenEvent

Event = tuple[int, TokenEvent]


class LiveStream:
    """Everything told of one run so far, and what is still to come.

    Events are numbered 0.. over the run, whatever output they belong to. The run itself is the
    last thing told, and only once it is recorded. Safe to use from any thread; each `events`
    belongs to the event loop it is iterated in.
    """

    def __init__(self, run: GenerationRun, events: Sequence[TokenEvent] = ()) -> None:
        self._run = run
        self._events = list(events)
        self._recorded: GenerationRun | None = None
        self._changed = threading.Condition()
        self._wakers: list[Callable[[], object]] = []

    @classmethod
    def replay(cls, run: GenerationRun, events: Sequence[TokenEvent]) -> "LiveStream":
        """The stream of a run that is recorded already, with the numbers it had when live."""
        stream = cls(run, events)
        stream._recorded = run
        return stream

    @property
    def run(self) -> GenerationRun:
        """The run as far as it has come."""
        with self._changed:
            return self._recorded or self._so_far()

    async def events(
        self, after: int = -1, silence_s: float | None = None
    ) -> AsyncGenerator[Event | GenerationRun | None, None]:
        """(number, token) for each event after number `after`, as they come, then the run.

        None after each `silence_s` without one.
        """
        loop, news = asyncio.get_running_loop(), asyncio.Event()
        place = max(after, -1) + 1
        with self._woken(lambda: loop.call_soon_threadsafe(news.set)):
            while True:
                news.clear()
                tokens, recorded = self.since(place)
                for token in tokens:
                    yield place, token
                    place += 1
                if recorded is not None:
                    yield recorded
                    return
                if tokens:
                    continue
                try:
                    async with asyncio.timeout(silence_s):
                        await news.wait()
                except TimeoutError:
                    yield None

    def since(self, place: int) -> tuple[list[TokenEvent], GenerationRun | None]:
        """Events from number `place` on, and the run if it is recorded and these are the last."""
        with self._changed:
            return self._events[place:], self._recorded

    def wait(self, timeout_s: float | None = None) -> GenerationRun:
        """Block until the run is recorded or `timeout_s` is over; the run as it then stands."""
        with self._changed:
            self._changed.wait_for(lambda: self._recorded is not None, timeout_s)
        return self.run

    def position(self) -> int:
        """Its place in the queue, the next to begin at 1; 0 once it has begun."""
        return 0

    def recorded(self, run: GenerationRun) -> None:
        """The row is committed: tell the end."""
        with self._changed:
            self._recorded = run
            self._tell()

    def _so_far(self) -> GenerationRun:
        return self._run

    def _tell(self) -> None:
        self._changed.notify_all()
        for wake in tuple(self._wakers):
            try:
                wake()
            except RuntimeError:  # the follower's event loop is closed: nobody listens there
                self._wakers.remove(wake)

    @contextmanager
    def _woken(self, wake: Callable[[], object]) -> Iterator[None]:
        with self._changed:
            self._wakers.append(wake)
        try:
            yield
        finally:
            with self._changed:
                if wake in self._wakers:
                    self._wakers.remove(wake)
