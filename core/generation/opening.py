"""How a run begins: its row, then its outputs handed to the engine."""

from dataclasses import replace
from uuid import UUID

from core import clock
from core.errors import GlimpseError
from core.generation.limits import MAX_SEED
from core.generation.live import LiveRun
from core.generation.record import params_to_json
from core.generation.types import (
    GenerationRun,
    Lead,
    Message,
    Origin,
    Output,
    SamplingParams,
    Usage,
    UsedPrompt,
)
from core.ids import new_id
from core.inference.types import Generator, ModelInfo, TextRequest
from core.limits.taking import take
from core.permissions import Actor
from core.runs.types import RunStatus, Task
from core.trace import current_trace_id
from db.repositories.runs import ModelRepository, RunRepository
from db.session import Database

_REFUSAL_RECORDED_S = 5.0


def new_run(
    actor: Actor,
    info: ModelInfo,
    text: str,
    messages: tuple[Message, ...],
    params: SamplingParams,
    origin: Origin | None,
    lead: Lead | None,
    used_prompt: UsedPrompt | None,
    run_id: UUID | None = None,
) -> GenerationRun:
    """A run of which nothing is written yet."""
    return GenerationRun(
        id=run_id or new_id(),
        user_id=actor.user_id,
        model=info.id,
        revision=info.revision,
        prompt=text,
        messages=messages,
        params=params,
        status=RunStatus.RUNNING,
        outputs=tuple(Output("", None) for _ in range(params.n)),
        usage=Usage(0, 0),
        timings_ms={},
        created_at=clock.now(),
        origin=origin,
        lead=lead,
        used_prompt=used_prompt,
    )


def insert_run(
    database: Database, actor: Actor, info: ModelInfo, run: GenerationRun, writer: int
) -> None:
    """Commit the run's row; `writer` is the key by which this process shows that it lives.

    All tokens it may write are counted now, and the rest given back when it is closed. Raises as
    `core.limits.taking.take`; then there is no row.
    """
    tokens = run.params.n * run.params.max_new_tokens
    with database.unit_of_work() as session:
        take(session, actor, Task.GENERATION, requests=1, amount=tokens, stream=run.id)
        model_id = ModelRepository(session).model_id_for(
            new_id(), Task.GENERATION, info.id, info.revision, info.source
        )
        RunRepository(session).add_run(
            id=run.id,
            user_id=actor.user_id,
            session_id=actor.session_id,
            key_id=actor.key_id,
            face=actor.face,
            trace_id=current_trace_id(),
            task=Task.GENERATION,
            model_id=model_id,
            prompt=run.prompt,
            params=params_to_json(run),
            status=RunStatus.RUNNING,
            created_at=run.created_at,
            parent_id=run.origin.run_id if run.origin else None,
            relation=run.origin.relation if run.origin else None,
            prompt_version_id=run.used_prompt.version_id if run.used_prompt else None,
            writer=writer,
        )


def submit_outputs(live: LiveRun, generator: Generator) -> None:
    """Hand each output to the engine, output k with `seed + k` where there is a seed.

    If the engine refuses one, the run ends as failed, the outputs before it are cancelled, and
    the engine's error is raised once that is recorded.
    """
    run = live.run
    for output in range(run.params.n):
        seed = run.params.seed
        if seed is not None:
            seed = (seed + output) % (MAX_SEED + 1)
        try:
            sequence = generator.submit(
                TextRequest(
                    run.messages or run.prompt,
                    replace(run.params, n=1, seed=seed),
                    run.user_id,
                    output,
                    run.lead,
                ),
                on_token=live.on_token,
                on_end=live.end_of(output),
                on_start=live.on_start,
            )
        except Exception as error:
            code, message = "internal", "The engine could not take the request."
            if isinstance(error, GlimpseError):
                code, message = error.code, error.message
            live.refuse(output, code, message)
            live.wait(_REFUSAL_RECORDED_S)
            raise
        live.started(sequence)
