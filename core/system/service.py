"""How the running program stands, and what administrators may do about it."""

from time import perf_counter
from uuid import UUID

from core.audit.recording import record
from core.audit.types import Action, Target
from core.clock import now
from core.config import Settings
from core.database import is_up_to_date
from core.feedback.waiting import WaitingService
from core.generation.service import GenerationService
from core.generation.types import GenerationRun
from core.inference.device import accelerators
from core.inference.registry import ModelRegistry
from core.inference.types import ModelStanding
from core.jobs.queue import queue_state
from core.permissions import Actor, Permission
from core.problems import PROBLEMS
from core.runs.types import Task
from core.system.process import Counters, disk, process, settings_shown, versions
from core.system.types import (
    About,
    Answers,
    DatabaseStatus,
    ModelStatus,
    Queue,
    SystemStatus,
    Text,
)
from db.repositories.audit import AuditRepository
from db.repositories.system import SystemRepository
from db.session import Database


class SystemService:
    """Figures are of this process, but for those of the database and the queue."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        models: ModelRegistry,
        generation: GenerationService,
        waiting: WaitingService,
    ) -> None:
        self._database, self._settings, self._models = database, settings, models
        self._generation, self._waiting = generation, waiting
        self._started_at = now()

    def status(self, actor: Actor) -> SystemStatus:
        """How everything stands now."""
        actor.require(Permission.VIEW_SYSTEM)
        counters = Counters()
        return SystemStatus(
            process=process(self._started_at, counters),
            models=tuple(_did(each, counters) for each in self._models.standings()),
            accelerators=accelerators(),
            texts=self._texts(actor),
            answers=_answers(counters),
            outbox=self._waiting.standing(actor),
            queue=self._queue(),
            database=self._state_of_database(),
            disk=disk(self._settings),
            problems=PROBLEMS.newest(),
        )

    def about(self, actor: Actor) -> About:
        """What it was built with and told to do; of secrets only whether they are set."""
        actor.require(Permission.VIEW_SYSTEM)
        return About(tuple(versions()), tuple(settings_shown(self._settings)))

    def load(self, actor: Actor, task: Task, model_id: str) -> None:
        """Begin to load a model of this process; how it goes on is in its state.

        Raises
        ------
        NotFound : no such model.
        """
        actor.require(Permission.MANAGE_SYSTEM)
        self._models.info(task, model_id)
        self._note(actor, Action.MODEL_LOADED, task, model_id)
        self._models.load(task, model_id)

    def unload(self, actor: Actor, task: Task, model_id: str) -> None:
        """Take a model of this process out of use until it is loaded again.

        Requests for it are refused from now on; what it has begun, or has let wait, ends first.

        Raises
        ------
        NotFound : no such model.
        Conflict : its entry is broken.
        Unavailable : it is being loaded.
        """
        actor.require(Permission.MANAGE_SYSTEM)
        self._models.unload(task, model_id)
        self._note(actor, Action.MODEL_UNLOADED, task, model_id)

    def warm_up(self, actor: Actor, task: Task, model_id: str) -> float:
        """Let a model answer the smallest request; the seconds it took.

        Raises
        ------
        NotFound : no such model.
        Unavailable : why it cannot answer.
        """
        actor.require(Permission.MANAGE_SYSTEM)
        return self._models.try_out(task, model_id)

    def stop_text(self, actor: Actor, run_id: UUID) -> GenerationRun:
        """Stop somebody's text; what was written of it is kept. `NotFound` for no such text."""
        actor.require(Permission.MANAGE_SYSTEM)
        self._generation.get(actor, run_id)
        with self._database.unit_of_work() as session:
            record(session, actor, Action.TEXT_STOPPED, (Target.RUN, run_id))
        return self._generation.cancel(actor, run_id)

    def clear_features(self, actor: Actor) -> None:
        """Forget the features of pictures seen; the next request for each works them out anew."""
        actor.require(Permission.MANAGE_SYSTEM)
        with self._database.unit_of_work() as session:
            record(session, actor, Action.FEATURES_CLEARED)
        self._models.clear_features()

    def _note(self, actor: Actor, action: Action, task: Task, model_id: str) -> None:
        with self._database.unit_of_work() as session:
            record(session, actor, action, (Target.MODEL, model_id), after={"task": task})

    def _texts(self, actor: Actor) -> tuple[Text, ...]:
        writing = self._generation.writing(actor)
        with self._database.unit_of_work() as session:
            names = AuditRepository(session).names({each.user_id for each in writing})
        return tuple(
            Text(
                each.run_id,
                names.get(each.user_id, "gone"),
                each.model,
                each.face,
                each.began_at,
                each.tokens,
                each.most_tokens,
                each.position,
            )
            for each in writing
        )

    def _queue(self) -> Queue:
        alive = queue_state(self._database).workers
        with self._database.unit_of_work() as session:
            repository = SystemRepository(session)
            row = repository.queue()
            return Queue(
                jobs=repository.jobs(),
                items=repository.waiting_items(),
                waiting=row.waiting,
                doing=row.doing,
                failed=row.failed,
                workers=alive,
                heartbeat=row.heartbeat,
            )

    def _state_of_database(self) -> DatabaseStatus:
        began = perf_counter()
        with self._database.unit_of_work() as session:
            repository = SystemRepository(session)
            row, repaired = repository.database(), repository.last_done(Action.COUNTS_REPAIRED)
        return DatabaseStatus(
            version=row.version,
            embedded=self._settings.database_url is None,
            bytes=row.bytes,
            connections=row.connections,
            most_connections=row.most_connections,
            running=row.running,
            longest_s=row.longest_s,
            schema=row.schema,
            schema_is_newest=is_up_to_date(self._database),
            repaired_at=repaired,
            ping_ms=round((perf_counter() - began) * 1000, 1),
        )


def _did(standing: ModelStanding, counters: Counters) -> ModelStatus:
    task, model_id = standing.info.task, standing.info.id
    calls = counters.total("glimpse_model_calls_total", task=task, model=model_id)
    tokens = counters.total("glimpse_tokens_total", model=model_id)
    return ModelStatus(standing, calls, tokens if task is Task.GENERATION else None)


def _answers(counters: Counters) -> Answers:
    asked = counters.total("glimpse_requests_total", task=Task.DETECTION, status="done")
    return Answers(asked, counters.total("glimpse_cache_hits_total", task=Task.DETECTION))
