"""The worker: takes jobs from the queue, several people's at a time, and walks through them."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import structlog
from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision
from procrastinate.exceptions import ConnectorException
from procrastinate.job_context import AbortReason
from procrastinate.jobs import Job
from psycopg import OperationalError

from core.clock import now
from core.errors import Unavailable
from core.jobs.stop import Stop
from core.jobs.submitting import enqueue
from core.jobs.walk import GivenBack, JobWalk
from db.repositories.queue import QUEUE, TASK, QueueRepository
from db.session import Database

log = structlog.get_logger()

_JOBS_AT_ONCE = 4
"""Of as many people, as the queue gives nobody two."""
_NEXT_S = 1.0
"""Nobody tells that somebody's earlier job has ended and the next may begin."""
_HEARTBEAT_S = 3.0
_STALLED_S = 10.0
"""A worker not seen for longer is taken for dead, and others go on with what it had."""
_LOOK_EVERY_S = 2.0
_PAUSE_S = 2.0
_FINISH_S = 6.0
"""How long what is under way may take once the worker is to end."""


class JobWorker:
    """A thread with an event loop of its own; it outlives a database that goes away."""

    def __init__(self, database: Database, walk: JobWalk) -> None:
        self._database, self.walk = database, walk
        self._stops: set[Stop] = set()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None
        self._end_serving: Callable[[], object] = lambda: None

    def start(self) -> None:
        """From now on; nothing happens the second time."""
        if self._thread is None:
            self._thread = threading.Thread(target=self.work, name="jobs", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Begin to end, and return at once; what is not done is given back to the queue."""
        if self._ending.is_set():
            return  # to be told twice would break off what ends in peace
        self._ending.set()
        for stop in tuple(self._stops):
            stop.close()
        self._end_serving()

    def close(self) -> None:
        """End, within some seconds."""
        self.stop()
        if self._thread is not None:
            self._thread.join(_FINISH_S + _PAUSE_S)

    def work(self) -> None:
        """Take jobs until `stop` is called from another thread, or by a signal."""
        while not self._ending.is_set():
            try:
                self._database.ping()
                asyncio.run(self._serve())
            except (ConnectorException, OperationalError, OSError, Unavailable) as error:
                log.warning("worker_waits_for_database", reason=type(error).__name__)
            except Exception:
                log.exception("worker_failed")
            self._ending.wait(_PAUSE_S)

    async def _serve(self) -> None:
        """One worker of the library, until it is to end or the database goes away."""
        app = App(
            connector=PsycopgConnector(
                kwargs=self._database.libpq(), min_size=1, max_size=_JOBS_AT_ONCE, timeout=5.0
            )
        )
        app.task(name=TASK, pass_context=True, retry=_GiveBack())(self._take)
        loop = asyncio.get_running_loop()
        async with app.open_async():
            serving = asyncio.ensure_future(
                app.run_worker_async(
                    queues=[QUEUE],
                    concurrency=_JOBS_AT_ONCE,
                    shutdown_graceful_timeout=_FINISH_S,
                    delete_jobs="always",
                    fetch_job_polling_interval=_NEXT_S,
                    install_signal_handlers=False,
                    update_heartbeat_interval=_HEARTBEAT_S,
                    stalled_worker_timeout=_STALLED_S,
                )
            )
            looking = asyncio.ensure_future(self._give_back_stalled())
            self._end_serving = lambda: loop.call_soon_threadsafe(serving.cancel)
            if self._ending.is_set():
                serving.cancel()
            try:
                await asyncio.wait({serving, looking}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                self._end_serving = lambda: None
                looking.cancel()
                serving.cancel()
                await asyncio.wait({serving, looking})
            for ended in (serving, looking):
                if not ended.cancelled():
                    ended.result()

    async def _take(self, context: JobContext, job_id: str) -> None:
        """Walk through a job in a thread that nobody waits for once it takes too long."""
        stop, loop = Stop(), asyncio.get_running_loop()
        walked = loop.create_future()
        entry = context.job.id or 0

        def walk() -> None:
            error: BaseException | None = None
            try:
                self.walk.run(UUID(job_id), entry, stop)
            except Exception as raised:  # noqa: BLE001 - it is raised where the walk is waited for
                error = raised
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(_tell, walked, error)

        self._stops.add(stop)
        if self._ending.is_set():
            stop.close()
        threading.Thread(target=walk, name=f"job-{entry}", daemon=True).start()
        try:
            await asyncio.shield(walked)
        except asyncio.CancelledError:
            if context.abort_reason() is not AbortReason.USER_REQUEST:
                raise GivenBack from None
            stop.cancel()
            await walked
        finally:
            self._stops.discard(stop)

    async def _give_back_stalled(self) -> None:
        while True:
            entries = await asyncio.to_thread(self._stalled)
            if entries:
                log.warning("jobs_taken_from_dead_worker", entries=entries)
            await asyncio.sleep(_LOOK_EVERY_S)

    def _stalled(self) -> list[int]:
        """What was taken by dead workers; and jobs whose entry is lost, should that ever be."""
        with self._database.unit_of_work() as session:
            queue = QueueRepository(session)
            for job_id, person in queue.orphans():
                log.error("job_without_entry", job_id=str(job_id))
                enqueue(session, job_id, person)
            return queue.give_back_stalled(_STALLED_S)


class _GiveBack(BaseRetryStrategy):
    """However often: a job that is given back, or whose worker is killed, is never given up."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if not isinstance(exception, GivenBack):
            return None
        return RetryDecision(retry_at=now() + timedelta(seconds=exception.seconds))


def _tell(walked: asyncio.Future[None], error: BaseException | None) -> None:
    if walked.done():
        return
    if error is None:
        walked.set_result(None)
    else:
        walked.set_exception(error)
