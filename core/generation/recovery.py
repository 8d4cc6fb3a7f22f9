"""What dead processes left: their runs are closed with the text that was kept of them."""

from collections.abc import Sequence
from dataclasses import replace

from core.generation.closing import close_run
from core.generation.progress import kept_events
from core.generation.record import read_run
from core.generation.types import FinishReason, GenerationRun, Output, TokenEvent, Usage
from core.runs.types import RunStatus, Task
from db.repositories.progress import ProgressRepository
from db.repositories.runs import RunRepository
from db.session import Database

_NOTHING_KEPT = "The server stopped while this was being written; start it again."
_KEPT = "The server stopped while this was being written; the text up to there was kept."


def recover(database: Database) -> int:
    """Close as failed what was left running by processes that are gone; returns how many runs."""
    with database.unit_of_work() as session:
        writers = RunRepository(session).writers(Task.GENERATION)
    return sum(_close_left(database, writer) for writer in writers)


def _close_left(database: Database, writer: int | None) -> int:
    with database.unit_of_work() as session:
        runs, progress = RunRepository(session), ProgressRepository(session)
        left = runs.left_by(Task.GENERATION, writer)
        for run_id in left:
            found = read_run(runs, run_id)
            if found is not None:
                events = kept_events(progress, run_id)
                close_run(runs, _interrupted(found[0], events), events, "interrupted")
    return len(left)


def _interrupted(run: GenerationRun, events: Sequence[TokenEvent]) -> GenerationRun:
    """Whose prompt tokens are not known: only the end would have told them."""
    texts = ["".join(e.text for e in events if e.output == k) for k in range(run.params.n)]
    return replace(
        run,
        status=RunStatus.FAILED,
        outputs=tuple(Output(text, FinishReason.ERROR) for text in texts),
        usage=Usage(0, len(events)),
        error=_KEPT if events else _NOTHING_KEPT,
    )
