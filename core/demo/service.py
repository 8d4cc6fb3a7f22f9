"""Loading demo data, and clearing it away."""

import hashlib
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from queue import Empty, SimpleQueue
from typing import Any
from uuid import UUID

from core import clock
from core.accounts import passwords
from core.config import Settings
from core.demo import words
from core.demo.calendar import DAYS, HOURS, MIX, TEAM, days
from core.demo.making import answers, revisions, tables
from core.demo.people import NUMBER, REVIEWERS, people
from core.demo.pictures import HEIGHT, MARK, MARK_PLACE, WIDTH, pictures
from core.demo.types import Day, Loaded, Person, Picture, Revision
from core.errors import Conflict, Invalid
from core.inference.catalog import read_catalog
from core.inference.types import ModelEntry
from core.runs.types import Task
from db.repositories.demo import DemoRepository
from db.repositories.demo_clear import DemoClearing
from db.session import Database

MAX_RUNS = 20_000_000
MAX_SEED = 2**31 - 1
_BATCH = 25_000
_CLEARED_AT_ONCE = 50_000
_WORKERS = 2
_PICTURES = 240
_ANCHORS = 48
"""How many runs of a load are rated by a dozen people, with a request and mostly a reference."""
_EVENT_DAYS = 120
"""Ratings of that many last days have their history."""
_TABLES = ("runs", "feedback", "feedback_events", "box_verdicts", "missed_boxes", "run_ratings")
_DEFAULTS = {Task.DETECTION: "shapes", Task.GENERATION: "reporter"}

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """All that a load is made from: the same plan makes the same rows."""

    seed: int
    runs: int
    until: date

    @property
    def trace(self) -> str:
        return f"demo {self.seed} {self.runs} {self.until}"

    @property
    def variety(self) -> int:
        return min(1000, max(40, self.runs // 250))


class DemoService:
    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings

    def load(self, runs: int, seed: int, tell: Tell) -> Loaded:
        """Add `runs` runs and about as many ratings; what a broken-off load left out is made up for.

        Raises
        ------
        Invalid : a number that cannot be.
        Conflict : this seed is loaded already, or another load or clearing is under way.
        """
        if not 1 <= runs <= MAX_RUNS:
            raise Invalid(f"--runs is {runs:,}; use 1 to {MAX_RUNS:,}.")
        if not 0 <= seed <= MAX_SEED:
            raise Invalid(f"--seed is {seed}; use 0 to {MAX_SEED}.")
        with self._database.connected() as step:
            with step() as session:
                _claim(DemoRepository(session))
            with step() as session:
                plan, there = _planned(DemoRepository(session), runs, seed)
            load = _Load(self._database, plan, _names(self._settings), tell)
            with step() as session:
                load.set_up(DemoRepository(session))
            loaded = load.add_all(there)
        self._database.vacuum(_TABLES)
        return loaded

    def clear(self, tell: Tell) -> Loaded:
        """Remove all demo data, and nothing else; one that was broken off is gone on with.

        Raises
        ------
        Conflict : another load or clearing is under way.
        """
        runs = ratings = 0
        with self._database.connected() as step:
            with step() as session:
                _claim(DemoRepository(session))
            while True:
                with step() as session:
                    gone = DemoClearing(session).clear_batch(_CLEARED_AT_ONCE)
                if not gone.runs:
                    break
                runs, ratings = runs + gone.runs, ratings + gone.ratings
                tell(f"{runs:,} runs and {ratings:,} ratings removed")
            with step() as session:
                left = DemoClearing(session).clear_rest(MARK.encode(), MARK_PLACE, (WIDTH, HEIGHT))
        if left:
            tell(f"{left} demo people have runs or ratings that are no demo data, and stay.")
        self._database.vacuum(_TABLES)
        return Loaded(runs, ratings)


def _claim(repository: DemoRepository) -> None:
    if not repository.claim():
        raise Conflict("Demo data is being loaded or cleared already; wait for its end.")


def _planned(repository: DemoRepository, runs: int, seed: int) -> tuple[Plan, Mapping[date, int]]:
    """The plan, and how many runs of each day are there from a load that was broken off."""
    fresh = Plan(seed, runs, clock.now().date() - timedelta(days=1))
    known = repository.people([_tail(seed, place) for place in range(NUMBER)])
    trace = repository.trace(known.values()) if known else None
    if trace is None:
        return fresh, {}
    _, _, had, until = trace.split()
    plan = Plan(seed, int(had), date.fromisoformat(until))
    there = repository.days(trace)
    if plan.runs != runs or sum(there.values()) >= plan.runs:
        raise Conflict(
            f"Seed {seed} is loaded already, with {sum(there.values()):,} of {plan.runs:,} runs; "
            "use another seed to add more, or `demo clear` to begin anew.",
            facts={"seed": seed, "runs": plan.runs},
        )
    return plan, there


def _names(settings: Settings) -> dict[Task, str]:
    """The default model of each task, as models.toml names it."""
    entries = [one for one in read_catalog(settings.models_file) if isinstance(one, ModelEntry)]
    return {
        task: next((one.id for one in entries if one.task is task), name)
        for task, name in _DEFAULTS.items()
    }


class _Load:
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
        self._tables: dict[str, list[Sequence[Any]]] = {}

    def set_up(self, repository: DemoRepository) -> None:
        """People, models and pictures, as far as they are not there."""
        plan, start = self._plan, _midnight(self._plan.until - timedelta(days=DAYS - 1))
        tails = [_tail(plan.seed, place) for place in range(NUMBER)]
        known = repository.people(tails)
        if not known:
            taken = repository.usernames()
            hashed = passwords.hashed(secrets.token_urlsafe(32))
            repository.add_people(
                [
                    _user(tail, person, start, plan.until, taken, hashed)
                    for tail, person in zip(tails, self._people, strict=True)
                ]
            )
            known = repository.people(tails)
        span = timedelta(days=DAYS)
        models = [repository.add_model(_model(one, start + span * one.released))
                  for one in self._revisions]  # fmt: skip
        repository.add_pictures([_image(one, start) for one in self._pictures])
        made = list(answers(plan.seed, self._revisions, self._pictures, plan.variety))
        by_id = {known[tail]: person for tail, person in zip(tails, self._people, strict=True)}
        self._tables = dict(
            tables(plan.seed, by_id, self._days, made, self._revisions, models, self._pictures)
        )

    def add_all(self, there: Mapping[date, int]) -> Loaded:
        """Every batch that is not there yet, several at a time."""
        waiting: SimpleQueue[tuple[Day, ...]] = SimpleQueue()
        missing = [batch for batch in _batches(self._days) if not _is_there(batch, there)]
        for batch in missing:
            waiting.put(batch)
        done = [sum(there.values())]

        def work() -> Loaded:
            runs = ratings = 0
            with self._database.connected() as step:
                with step() as session:
                    DemoRepository(session).prepare(self._tables)
                while True:
                    try:
                        batch = waiting.get_nowait()
                    except Empty:
                        return Loaded(runs, ratings)
                    with step() as session:
                        made = DemoRepository(session).add_batch(
                            self._facts(), batch[0].day, batch[-1].day
                        )
                    runs, ratings = runs + made.runs, ratings + made.ratings
                    done[0] += made.runs
                    self._tell(f"{done[0]:,} of {self._plan.runs:,} runs, up to {batch[-1].day}")

        workers = min(_WORKERS, len(missing))
        with ThreadPoolExecutor(workers) as pool:
            parts = [future.result() for future in [pool.submit(work) for _ in range(workers)]]
        return Loaded(sum(part.runs for part in parts), sum(part.ratings for part in parts))

    def _facts(self) -> dict[str, Any]:
        plan, end = self._plan, _midnight(self._plan.until + timedelta(days=1))
        return {
            "seed": plan.seed,
            "salt": plan.seed * 1000,
            "trace": plan.trace,
            "variety": plan.variety,
            "people": NUMBER,
            "reviewers": REVIEWERS,
            "team": TEAM,
            "mix": MIX,
            "hours": list(HOURS),
            "parts": len(HOURS) - 1,
            "anchors": max(200, plan.runs // _ANCHORS),
            "tag_sets": words.TAG_SETS,
            "judgements": 3,
            "now_ms": _ms(end),
            "events_ms": _ms(end - timedelta(days=_EVENT_DAYS)),
            "notes": list(words.NOTES),
            "note_count": len(words.NOTES),
            "answers": list(words.ANSWERS),
            "answer_count": len(words.ANSWERS),
        }


def _batches(all_days: Sequence[Day]) -> Iterator[tuple[Day, ...]]:
    """Days that follow each other, with some `_BATCH` runs together."""
    batch: list[Day] = []
    for day in all_days:
        batch.append(day)
        if sum(one.count for one in batch) >= _BATCH:
            yield tuple(batch)
            batch = []
    if any(one.count for one in batch):
        yield tuple(batch)


def _is_there(batch: Sequence[Day], there: Mapping[date, int]) -> bool:
    return any(there.get(day.day) for day in batch)


def _tail(seed: int, place: int) -> str:
    """The last 17 characters of a demo user's id."""
    digest = hashlib.sha256(f"demo {seed} {place}".encode()).hexdigest()
    return f"a{digest[:3]}-{digest[3:15]}"


def _v7(at: datetime, tail: str) -> UUID:
    digest = hashlib.sha256(tail.encode()).hexdigest()
    ms = f"{_ms(at):012x}"
    return UUID(f"{ms[:8]}-{ms[8:]}-7{digest[:3]}-{tail}")


def _user(
    tail: str, person: Person, start: datetime, until: date, taken: set[str], hashed: str
) -> dict[str, Any]:
    joined = start + timedelta(days=DAYS) * person.joined
    return {
        "id": _v7(joined, tail),
        "username": _free(person.username, taken),
        "password_hash": hashed,
        "role": person.role,
        "active": False,
        "demo": True,
        "created_at": joined,
        "last_seen_at": _midnight(until) + timedelta(hours=17),
    }


def _free(name: str, taken: set[str]) -> str:
    """The name, with a number behind it where it is taken; it is taken afterwards."""
    number, free = 2, name
    while free.lower() in taken:
        number, free = number + 1, f"{name}{number}"
    taken.add(free.lower())
    return free


def _model(one: Revision, at: datetime) -> dict[str, Any]:
    digest = hashlib.sha256(f"{one.task} {one.name} {one.revision}".encode()).hexdigest()
    return {
        "id": _v7(at, f"a{digest[:3]}-{digest[3:15]}"),
        "task": one.task,
        "name": one.name,
        "revision": one.revision,
        "created_at": at,
    }


def _image(one: Picture, at: datetime) -> dict[str, Any]:
    return {
        "sha256": one.sha256,
        "mime": "image/png",
        "width": one.width,
        "height": one.height,
        "content": one.content,
        "created_at": at,
    }


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
