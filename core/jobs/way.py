"""What a walk reads and writes of its job, each in one transaction of the walk's own connection."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from uuid import UUID

from core.clock import now
from core.ids import new_id
from core.jobs.outcomes import Done, Failed, Later, Outcome
from core.jobs.types import JobState
from core.runs.types import RunStatus
from db.repositories.job_walk import Job, JobWalkRepository, NextItem, Standing
from db.session import Session

Step = Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True)
class Way:
    """`entry` is the one of the queue that the walk is for; `step` opens a transaction."""

    step: Step
    job_id: UUID
    entry: int

    def claim(self) -> bool:
        """Whether the job is this connection's from now on."""
        with self._rows() as rows:
            return rows.claim(self.job_id)

    def begin(self) -> Job | None:
        """None where the job is not for this entry of the queue, or at all."""
        with self._rows() as rows:
            return rows.begin(self.job_id, self.entry, now())

    def next(self, most: int) -> Sequence[NextItem] | None:
        """What waits; None where the job was ended or begun anew by somebody."""
        with self._rows() as rows:
            if not rows.goes_on(self.job_id, self.entry):
                return None
            return rows.next_items(self.job_id, most)

    def standing(self, item: NextItem) -> Standing | None:
        with self._rows() as rows:
            return rows.standing(item.run_id)

    def renamed(self, item: NextItem) -> NextItem:
        """The item, to be done under another id than that of a run which came to nothing."""
        fresh = replace(item, run_id=new_id())
        with self._rows() as rows:
            rows.new_run_id(self.job_id, item, fresh.run_id)
        return fresh

    def note(self, item: NextItem, outcome: Outcome) -> Outcome:
        """Write down what came of an item; that is returned: done, where its run is after all."""
        with self._rows() as rows:
            if isinstance(outcome, Failed | Later):
                standing = rows.standing(item.run_id)
                if standing is not None and standing.status == RunStatus.DONE:
                    outcome = Done()
                elif standing is not None and isinstance(outcome, Later):
                    rows.new_run_id(self.job_id, item, new_id())
            if isinstance(outcome, Done):
                rows.done(self.job_id, item, now())
            elif isinstance(outcome, Failed):
                rows.failed(self.job_id, item, outcome.error, now(), for_good=outcome.for_good)
        return outcome

    def end(self, state: JobState, error: str | None) -> None:
        with self._rows() as rows:
            rows.end(self.job_id, self.entry, state, error, now())

    def give_back(self) -> None:
        with self._rows() as rows:
            rows.give_back(self.job_id, self.entry)

    @contextmanager
    def _rows(self) -> Iterator[JobWalkRepository]:
        with self.step() as session:
            yield JobWalkRepository(session)
