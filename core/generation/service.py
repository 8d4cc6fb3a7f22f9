"""Starting, following, stopping and reading generations."""

import secrets
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol
from uuid import UUID

import structlog

from core import clock, metrics
from core.config import Settings
from core.errors import GlimpseError, NotFound, Unavailable
from core.generation.described import with_boxes
from core.generation.limits import check_params, check_prompt
from core.generation.live import LiveRun
from core.generation.opening import insert_run, new_run, submit_outputs
from core.generation.record import read_run
from core.generation.recorder import Recorder
from core.generation.stream import LiveStream
from core.generation.types import GenerationRun, Lead, Message, Origin, SamplingParams, UsedPrompt
from core.inference.types import Generator, ModelInfo
from core.permissions import Actor, Permission
from core.runs.types import Task
from db.repositories.runs import RunRepository
from db.session import Database

log = structlog.get_logger()

_CLOSE_S = 3.0
_DRAWN_SEEDS = 2**32


class TextModels(Protocol):
    """Where the service gets its engines; `ModelRegistry` is one."""

    def generator(self, model_id: str | None = None) -> tuple[ModelInfo, Generator]: ...


class GenerationService:
    """A run belongs to the engine: it goes on to its end whether or not anybody follows."""

    def __init__(self, database: Database, models: TextModels, settings: Settings) -> None:
        self._database = database
        self._models = models
        self._settings = settings
        self._since = clock.now()
        self._live: dict[UUID, LiveRun] = {}
        self._lock = threading.Lock()
        self._closed = False
        self._recorder = Recorder(database, done=self._forget)

    def start(
        self,
        actor: Actor,
        prompt: str | Sequence[Message],
        params: SamplingParams = SamplingParams(),  # noqa: B008 - frozen
        model: str | None = None,
        *,
        origin: Origin | None = None,
        lead: Lead | None = None,
        used_prompt: UsedPrompt | None = None,
    ) -> GenerationRun:
        """Begin a generation; returns at once, while it is written.

        Output k of `params.n` draws with `seed + k`; a seed that is not given is made up and
        recorded, so that every run can be repeated. Whoever gives an `origin`, a `lead` or a
        `used_prompt` has made sure that the actor may use them.

        Raises
        ------
        Invalid : prompt or a parameter; the message names the field and what is allowed.
        NotFound, Unavailable : the model.
        LimitReached : too many outputs are waiting.
        """
        actor.require(Permission.GENERATE)
        try:
            text, messages = check_prompt(prompt, self._settings.max_prompt_chars)
            check_params(params, self._settings.max_new_tokens)
            info, generator = self._models.generator(model)
            if params.seed is None:
                params = replace(params, seed=secrets.randbelow(_DRAWN_SEEDS))
            run = new_run(actor, info, text, messages, params, origin, lead, used_prompt)
            run = with_boxes(self._database, run)
            live = self._open(actor, info, run)
        except GlimpseError as error:
            metrics.requests_total.labels(Task.GENERATION, actor.face, "failed").inc()
            metrics.errors_total.labels(Task.GENERATION, error.code).inc()
            raise
        submit_outputs(live, generator)
        return live.run

    def get(self, actor: Actor, run_id: UUID) -> GenerationRun:
        """The run as it stands; `NotFound` for another's."""
        return self.follow(actor, run_id).run

    def follow(self, actor: Actor, run_id: UUID) -> LiveStream:
        """What was told so far and what will be; a finished run is replayed as it was told."""
        if not actor.may(Permission.HISTORY):
            actor.require(Permission.GENERATE)
        stream = self._stream(run_id)
        may_see_all = actor.may(Permission.REVIEW)
        if stream is None or not (may_see_all or stream.run.user_id == actor.user_id):
            raise NotFound(f"There is no generation {run_id}.", facts={"run_id": str(run_id)})
        return stream

    def wait(self, actor: Actor, run_id: UUID, timeout_s: float | None = None) -> GenerationRun:
        """Block until the run is recorded or `timeout_s` is over; the run as it then stands."""
        return self.follow(actor, run_id).wait(timeout_s)

    def cancel(self, actor: Actor, run_id: UUID) -> GenerationRun:
        """Stop a run; what was written is kept. An ended run stays as it is.

        Returns at once with the run as it stands: `wait` or `follow` for the end.
        """
        actor.require(Permission.GENERATE)
        stream = self.follow(actor, run_id)
        if isinstance(stream, LiveRun):
            stream.cancel()
        return stream.run

    def recover(self) -> int:
        """Mark as failed what a dead process left running; returns how many runs that were."""
        with self._database.unit_of_work() as session:
            repository = RunRepository(session)
            return repository.fail_interrupted(Task.GENERATION, self._since, clock.now())

    def close(self) -> None:
        """Cancel what is running and record it, within some seconds."""
        with self._lock:
            self._closed = True
            running = tuple(self._live.values())
        for live in running:
            live.cancel()
        for live in running:
            live.wait(_CLOSE_S / len(running))
        if not self._recorder.close(_CLOSE_S):
            log.error("closed_before_all_recorded")

    def _open(self, actor: Actor, info: ModelInfo, run: GenerationRun) -> LiveRun:
        """Commit a running row and keep its live side."""
        live = LiveRun(run, actor.face, on_end=self._recorder.put)
        with self._lock:
            if self._closed:
                raise Unavailable("Glimpse is shutting down; try again later.", retry_after=10)
            self._live[run.id] = live
        try:
            insert_run(self._database, actor, info, run)
        except BaseException:
            self._forget(live)
            raise
        return live

    def _stream(self, run_id: UUID) -> LiveStream | None:
        live = self._live.get(run_id)
        if live is not None:
            return live
        with self._database.unit_of_work() as session:
            found = read_run(RunRepository(session), run_id)
        return None if found is None else LiveStream.replay(*found)

    def _forget(self, live: LiveRun) -> None:
        """Recorded: from now on it is read from its row; who follows it keeps it to the end."""
        with self._lock:
            self._live.pop(live.run.id, None)
