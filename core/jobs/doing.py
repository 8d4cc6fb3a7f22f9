"""One item of a job: asked of the ordinary services, under the id its run was given beforehand."""

from time import monotonic, sleep
from uuid import UUID

import structlog

from core.detection.service import DetectionService
from core.errors import GlimpseError, Unavailable
from core.generation.service import GenerationService
from core.generation.types import GenerationRun
from core.jobs.outcomes import Done, Failed, LeftOff, Outcome, outcome_of
from core.jobs.records import sampling_of
from core.jobs.stop import Stop
from core.jobs.types import DetectTask, GenerateTask
from core.permissions import Actor
from core.runs.types import RunStatus
from core.trace import current_trace_id
from db.repositories.job_walk import NextItem, Standing
from db.session import Database

log = structlog.get_logger()

_LOOK_S = 0.2
_PAUSE_S = 0.1
_END_S = 3.0
_RECOVER_S = 2.0
"""How often what a dead process was writing is looked for."""
_STOPPED = "It was stopped; what was written up to there is kept with the run."
_BROKEN_OFF = "interrupted"


class ItemDoer:
    """Raises `Unavailable` where the database is away; all else becomes an outcome."""

    def __init__(
        self, database: Database, detection: DetectionService, generation: GenerationService
    ) -> None:
        self._database, self._detection, self._generation = database, detection, generation

    def begin(
        self, actor: Actor, task: DetectTask | GenerateTask, item: NextItem
    ) -> Outcome | None:
        """Do it; None for a text that is being written, which `finish` waits for."""
        try:
            if isinstance(task, DetectTask):
                self._detection.detect(
                    *(actor, item.content, task.prompt, task.params, task.model),
                    run_id=item.run_id,
                )
                return Done()
            self._generation.start(
                *(actor, item.asked["prompt"], sampling_of(task, item.asked), task.model),
                run_id=item.run_id,
            )
        except GlimpseError as error:
            if isinstance(error, Unavailable):
                self._database.ping()  # so that what is left is the model's
            return outcome_of(error)
        except Exception:
            log.exception("job_item_failed", run_id=str(item.run_id))
            return Failed(
                f"Something went wrong with it; try again, or report {current_trace_id()}."
            )
        return None

    def finish(self, actor: Actor, run_id: UUID, stop: Stop) -> Outcome:
        """Wait for a text, whoever writes it; stop it where the walk is to end."""
        try:
            return self._finish(actor, run_id, stop)
        except Unavailable:
            raise
        except GlimpseError as error:
            return outcome_of(error)

    def _finish(self, actor: Actor, run_id: UUID, stop: Stop) -> Outcome:
        looked, told_at = monotonic(), None
        while True:
            run = self._generation.wait(actor, run_id, _LOOK_S)
            if run.status is not RunStatus.RUNNING:
                return _written(run, stop)
            sleep(_PAUSE_S)  # one that another process writes is not waited for above
            now = monotonic()
            if told_at is None and stop.wait(0):
                told_at = now
                self._generation.cancel(actor, run_id)
            if told_at is not None and now - told_at > _END_S:
                return LeftOff()
            if now - looked > _RECOVER_S:
                self._generation.recover()
                looked = now


def settled(standing: Standing) -> Outcome | None:
    """What follows from a run that is there before the item is begun; None: it is to be begun,
    and under another id where there is a run."""
    if standing.error_code == _BROKEN_OFF:
        return None
    if standing.status == RunStatus.DONE:
        return Done()
    if standing.status == RunStatus.FAILED:
        return Failed("The model failed on it; try again.")
    return None


def _written(run: GenerationRun, stop: Stop) -> Outcome:
    if run.status is RunStatus.DONE:
        return Done()
    if run.status is RunStatus.STOPPED:
        return LeftOff() if stop.closing and not stop.cancelled else Failed(_STOPPED)
    return Failed(run.error or "The text could not be written; try again.")
