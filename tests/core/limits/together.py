"""Many who ask at the same time, in processes of their own."""

import multiprocessing
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from core.errors import LimitReached, Unavailable
from core.ids import new_id
from core.limits.taking import take
from core.permissions import Actor
from core.runs.types import Task
from db.session import Database

PROCESSES, THREADS = 2, 8


def granted(url: str, actors: Sequence[Actor], task: Task, times: int, *, streams: bool) -> int:
    """Of `times` requests, sent at once by two processes with eight threads each, those let in."""
    context = multiprocessing.get_context("spawn")
    ready = context.Barrier(PROCESSES)
    told: multiprocessing.Queue[int] = context.Queue()
    processes = [
        context.Process(
            target=_fire, args=(url, actors, task, times // PROCESSES, streams, ready, told)
        )
        for _ in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    found = sum(told.get(timeout=60) for _ in processes)
    for process in processes:
        process.join()
    return found


def _fire(
    url: str,
    actors: Sequence[Actor],
    task: Task,
    times: int,
    streams: bool,
    ready: "threading.Barrier",
    told: "multiprocessing.Queue[int]",
) -> None:
    database = Database(url, lambda: Unavailable("The database is away."))

    def ask(number: int) -> bool:
        try:
            with database.unit_of_work() as session:
                actor = actors[number % len(actors)]
                if streams:  # and nothing else, whose count would let one at a time in
                    take(session, actor, task, stream=new_id())
                else:
                    take(session, actor, task, amount=1)
        except LimitReached:
            return False
        return True

    ready.wait()
    with ThreadPoolExecutor(THREADS) as pool:
        told.put(sum(pool.map(ask, range(times))))
    database.close()
