"""Starting, following, stopping and reading generations."""

import secrets
import threading
from collections.abc import Sequence
from dataclasses import replace
from time import monotonic
from typing import Protocol
from uuid import UUID

import structlog

from core import metrics
from core.config import Settings
from core.errors import Invalid, NotFound, Unavailable
from core.generation.described import with_boxes
from core.generation.limits import check_params, check_prompt
from core.generation.lineage import Next, again, branched, continued, tokens_of
from core.generation.live import LiveRun
from core.generation.opening import insert_run, new_run, submit_outputs
from core.generation.progress import Progress
from core.generation.record import read_run
from core.generation.recorder import Recorder
from core.generation.recovery import recover
from core.generation.stream import LiveStream
from core.generation.types import (
    GenerationRun,
    Lead,
    Message,
    Origin,
    SamplingParams,
    TokenEvent,
    UsedPrompt,
    Writing,
)
from core.inference.types import Generator, ModelInfo
from core.permissions import Actor, Permission
from core.runs.access import asked_to_rate, check_kept, usable_run
from core.runs.types import Relation, Task
from core.signals.service import SignalService
from core.trace import current_trace_id, trace
from db.repositories.runs import RunRepository
from db.session import Database, Presence

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
        self._live: dict[UUID, LiveRun] = {}
        self._lock = threading.Lock()
        self._closed = False
        self._presence = Presence(database)
        self._progress = Progress(database, self._presence)
        self._signals = SignalService(database)
        self._recorder = Recorder(database, self._signals, done=self._forget)

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
        run_id: UUID | None = None,
    ) -> GenerationRun:
        """Begin a generation; returns at once, while it is written.

        Output k of `params.n` draws with `seed + k`; a seed that is not given is made up and
        recorded, so that every run can be repeated; unless the model takes none. Whoever gives a
        `lead` or a `used_prompt` has made sure that the actor may use them. The run gets the id
        `run_id` where one is given; there is none of it yet.

        Raises
        ------
        Invalid : prompt or a parameter; the message names the field and what is allowed. Or the
            model cannot write on from a lead.
        NotFound, Unavailable : the model, or the run of the origin.
        LimitReached : too many outputs are waiting, or the actor's limit is reached; then nothing
            is kept.
        """
        with trace(current_trace_id()):
            with metrics.counted_failure(Task.GENERATION, actor.face):
                actor.require(Permission.GENERATE)
                text, messages = check_prompt(prompt, self._settings.max_prompt_chars)
                check_params(params, self._settings.max_new_tokens)
                info, generator = self._models.generator(model)
                self._check_sources(actor, info, generator, origin, lead)
                if params.seed is None and generator.abilities.seed:
                    params = replace(params, seed=secrets.randbelow(_DRAWN_SEEDS))
                run = new_run(
                    actor, info, text, messages, params, origin, lead, used_prompt, run_id
                )
                run = with_boxes(self._database, run)
                live = self._open(actor, info, run)
            submit_outputs(live, generator)  # from here on the recorder counts how it ends
        if origin is None:
            self._signals.began(actor, run.id)
        else:
            self._signals.began(actor, run.id, origin.run_id, origin.relation)
        return live.run

    def again(self, actor: Actor, run_id: UUID) -> GenerationRun:
        """Write anew what a run was asked for, with another seed.

        This, `carry_on` and `branch` begin a run of the actor's, as `start` does, and raise what
        `start` raises; `NotFound` for a run that the actor may not see.
        """
        return self._start_next(actor, again(self._usable(actor, run_id).run))

    def carry_on(
        self, actor: Actor, run_id: UUID, output: int = 0, max_new_tokens: int | None = None
    ) -> GenerationRun:
        """Write on where an output ended; as many tokens as before where no number is given.

        Raises
        ------
        Invalid : there is no such output, or it has not ended, has ended by itself or is empty.
        """
        stream = self._usable(actor, run_id)
        return self._start_next(
            actor, continued(stream.run, stream.since(0)[0], output, max_new_tokens)
        )

    def branch(
        self, actor: Actor, run_id: UUID, output: int, index: int, token_id: int
    ) -> GenerationRun:
        """Write on from the middle of an output, with `token_id` in the place of token `index`.

        Raises
        ------
        Invalid : there is no such output or token, or `token_id` is neither the token that was
            drawn there nor one of the alternatives recorded with it.
        """
        stream = self._usable(actor, run_id)
        return self._start_next(
            actor, branched(stream.run, stream.since(0)[0], output, index, token_id)
        )

    def get(self, actor: Actor, run_id: UUID) -> GenerationRun:
        """The run as it stands; `NotFound` for another's that they are not asked to rate."""
        return self.follow(actor, run_id).run

    def follow(self, actor: Actor, run_id: UUID) -> LiveStream:
        """What was told so far and what will be; a finished run is replayed as it was told."""
        stream, own = self._found(actor, run_id)
        if not own:
            with self._database.unit_of_work() as session:
                if not asked_to_rate(RunRepository(session), actor, run_id):
                    raise _unknown(run_id)
        check_kept(run_id, stream.run.erased_at)
        return stream

    def tokens(self, actor: Actor, run_id: UUID, output: int = 0) -> list[TokenEvent]:
        """The tokens of an output as far as it has come; `Invalid` for one that is not there."""
        stream = self.follow(actor, run_id)
        return tokens_of(stream.run, stream.since(0)[0], output)

    def wait(self, actor: Actor, run_id: UUID, timeout_s: float | None = None) -> GenerationRun:
        """Block until the run is recorded or `timeout_s` is over; the run as it then stands."""
        return self.follow(actor, run_id).wait(timeout_s)

    def cancel(self, actor: Actor, run_id: UUID) -> GenerationRun:
        """Stop a run; what was written is kept. An ended run stays as it is.

        Returns at once with the run as it stands: `wait` or `follow` for the end.
        """
        stream = self._usable(actor, run_id)
        if isinstance(stream, LiveRun):
            stream.stopped_by = actor
            stream.cancel()
        return stream.run

    def writing(self, actor: Actor) -> tuple[Writing, ...]:
        """What this process writes at the moment, whoever asked for it, the oldest first."""
        actor.require(Permission.VIEW_SYSTEM)
        with self._lock:
            running = tuple(self._live.values())
        found = (live.writing() for live in running if not live.ended)
        return tuple(sorted(found, key=lambda each: each.began_at))

    def recover(self) -> int:
        """Close as failed what dead processes left running, with the text that was kept of it.

        Returns how many runs that were. Runs that a living process writes stay as they are.
        """
        return recover(self._database)

    def finish(self, patience_s: float) -> None:
        """Wait for what is being written, at most so long."""
        end = monotonic() + patience_s
        with self._lock:
            running = tuple(self._live.values())
        for live in running:
            live.wait(max(0.0, end - monotonic()))

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
        self._progress.close(_CLOSE_S)
        self._presence.leave()

    def _usable(self, actor: Actor, run_id: UUID) -> LiveStream:
        """`follow` for what changes the run or makes another of it: being asked is not enough."""
        actor.require(Permission.GENERATE)
        stream, own = self._found(actor, run_id)
        if not own:
            raise _unknown(run_id)
        check_kept(run_id, stream.run.erased_at)
        return stream

    def _found(self, actor: Actor, run_id: UUID) -> tuple[LiveStream, bool]:
        """The stream, and whether it is the actor's own, as all are to a reviewer."""
        if not actor.may(Permission.HISTORY):
            actor.require(Permission.GENERATE)
        stream = self._stream(run_id)
        if stream is None:
            raise _unknown(run_id)
        return stream, stream.run.user_id == actor.user_id or actor.may(Permission.REVIEW)

    def _start_next(self, actor: Actor, following: Next) -> GenerationRun:
        return self.start(
            actor,
            following.prompt,
            following.params,
            following.model,
            origin=following.origin,
            lead=following.lead,
            used_prompt=following.used_prompt,
        )

    def _check_sources(
        self,
        actor: Actor,
        info: ModelInfo,
        generator: Generator,
        origin: Origin | None,
        lead: Lead | None,
    ) -> None:
        if lead is not None and not generator.abilities.leads:
            raise Invalid(
                f"The model {info.id} cannot write on from a given place; choose another model, or "
                "start again from the prompt.",
                facts={"model": info.id},
            )
        if origin is not None:
            described = origin.relation is Relation.DESCRIBED
            task = Task.DETECTION if described else Task.GENERATION
            with self._database.unit_of_work() as session:
                usable_run(RunRepository(session), actor, origin.run_id, task)

    def _open(self, actor: Actor, info: ModelInfo, run: GenerationRun) -> LiveRun:
        """Commit a running row and keep its live side."""
        live = LiveRun(run, actor.face, on_end=self._recorder.put)
        with self._lock:
            if self._closed:
                raise Unavailable("Glimpse is shutting down; try again later.", retry_after=10)
            self._live[run.id] = live
        try:
            self._presence.show()
            insert_run(self._database, actor, info, run, self._presence.key)
        except BaseException:
            self._forget(live)
            raise
        self._progress.follow(live)
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
        self._progress.leave(live)
        with self._lock:
            self._live.pop(live.run.id, None)


def _unknown(run_id: UUID) -> NotFound:
    return NotFound(f"There is no generation {run_id}.", facts={"run_id": str(run_id)})
