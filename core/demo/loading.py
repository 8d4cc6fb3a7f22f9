"""One load: people, models and pictures first, then batches of runs, several at a time."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from queue import Empty, SimpleQueue
from threading import Lock
from typing import Any
from uuid import UUID

from core.accounts import passwords
from core.demo import plan as planning
from core.demo.calendar import days
from core.demo.making import answers, revisions, tables
from core.demo.people import people
from core.demo.pictures import pictures
from core.demo.plan import Plan, named_id
from core.demo.types import Day, Loaded, Person, Picture, Revision
from core.runs.types import Task
from db.repositories.demo import DemoRepository
from db.session import Database

Tell = Callable[[str], None]

WORKERS = 2
_PICTURES = 240


class Loading:
    """`tell` is called with a line after each batch."""

    def __init__(
        self, database: Database, plan: Plan, names: Mapping[Task, str], tell: Tell
    ) -> None:
        self._database = database
        self._plan = plan
        self._tell = tell
        self._people = people(plan.seed)
        self._revisions = revisions(names)
        self._pictures = pictures(_PICTURES)
        self._days = days(plan.seed, plan.until, plan.runs, self._people, self._revisions)
        self._tables: Mapping[str, list[Sequence[Any]]] = {}
        self._counting = Lock()
        self._there = 0

    def set_up(self, repository: DemoRepository) -> None:
        """Add people, models and pictures, as far as they are not there."""
        plan = self._plan
        known = repository.people(plan.tails) or self._add_people(repository)
        team = {known[tail]: one for tail, one in zip(plan.tails, self._people, strict=True)}
        models = [repository.add_model(_model(one, plan)) for one in self._revisions]
        repository.add_pictures([_image(one, plan) for one in self._pictures])
        made = list(answers(plan.seed, self._revisions, self._pictures, plan.variety))
        self._tables = tables(plan, team, self._days, made, self._revisions, models, self._pictures)

    def add_runs(self, there: Mapping[date, int]) -> Loaded:
        """Add every batch that is not `there` yet, as a load before this one was broken off."""
        waiting: SimpleQueue[tuple[Day, ...]] = SimpleQueue()
        for batch in planning.batches(self._days, there):
            waiting.put(batch)
        self._there = sum(there.values())
        workers = min(WORKERS, waiting.qsize())
        with ThreadPoolExecutor(max(1, workers)) as pool:
            working = [pool.submit(self._work, waiting) for _ in range(workers)]
            try:
                parts = [one.result() for one in working]
            finally:
                _drain(waiting)
        return Loaded(sum(one.runs for one in parts), sum(one.ratings for one in parts))

    def _work(self, waiting: SimpleQueue[tuple[Day, ...]]) -> Loaded:
        runs = ratings = 0
        facts = self._plan.facts()
        try:
            with self._database.connected() as step:
                with step() as session:
                    DemoRepository(session).prepare(self._tables)
                while (batch := _next(waiting)) is not None:
                    with step() as session:
                        made = DemoRepository(session).add_batch(facts, batch[0].day, batch[-1].day)
                    runs, ratings = runs + made.runs, ratings + made.ratings
                    self._count(made.runs)
        finally:
            _drain(waiting)  # where this failed, the others need not go on
        return Loaded(runs, ratings)

    def _count(self, runs: int) -> None:
        with self._counting:
            self._there += runs
            self._tell(f"{self._there:,} of {self._plan.runs:,} runs")

    def _add_people(self, repository: DemoRepository) -> Mapping[str, UUID]:
        taken = repository.usernames()
        hashed = passwords.hashed(secrets.token_urlsafe(32))
        repository.add_people(
            [
                _user(self._plan, tail, one, _free(one.username, taken), hashed)
                for tail, one in zip(self._plan.tails, self._people, strict=True)
            ]
        )
        return repository.people(self._plan.tails)


def _next(waiting: SimpleQueue[tuple[Day, ...]]) -> tuple[Day, ...] | None:
    try:
        return waiting.get_nowait()
    except Empty:
        return None


def _drain(waiting: SimpleQueue[tuple[Day, ...]]) -> None:
    while _next(waiting) is not None:
        pass


def _user(plan: Plan, tail: str, person: Person, name: str, hashed: str) -> dict[str, Any]:
    """Not active, and with a password that nobody knows: enabling one lets nobody in."""
    joined = plan.at(person.joined)
    return {
        "id": named_id(name, joined, tail),
        "username": name,
        "password_hash": hashed,
        "role": person.role,
        "active": False,
        "demo": True,
        "created_at": joined,
        "last_seen_at": plan.end - timedelta(hours=7),
    }


def _free(name: str, taken: set[str]) -> str:
    """The name, with a number behind it where it is taken; it is taken afterwards."""
    number, free = 1, name
    while free.lower() in taken:
        number += 1
        free = f"{name}{number}"
    taken.add(free.lower())
    return free


def _model(one: Revision, plan: Plan) -> dict[str, Any]:
    released = plan.at(one.released)
    return {
        "id": named_id(f"{one.task} {one.name} {one.revision}", released),
        "task": one.task,
        "name": one.name,
        "revision": one.revision,
        "created_at": released,
    }


def _image(one: Picture, plan: Plan) -> dict[str, Any]:
    return {
        "sha256": one.sha256,
        "mime": "image/png",
        "width": one.width,
        "height": one.height,
        "content": one.content,
        "created_at": plan.begin,
    }
