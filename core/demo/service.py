"""Loading demo data, and clearing it away."""

from collections.abc import Mapping
from datetime import date, timedelta

from core import clock
from core.audit.recording import record
from core.audit.types import Action
from core.config import Settings
from core.demo.loading import Loading, Tell
from core.demo.pictures import HEIGHT, MARK, MARK_PLACE, WIDTH
from core.demo.plan import Plan
from core.demo.types import Loaded
from core.errors import Conflict, Invalid
from core.inference.catalog import read_catalog
from core.inference.types import ModelEntry
from core.permissions import Actor, Permission
from core.runs.types import Task
from db.repositories.demo import DemoRepository
from db.repositories.demo_clear import DemoClearing
from db.session import Database

MAX_RUNS = 20_000_000
MAX_SEED = 2**31 - 1
_CLEARED_AT_ONCE = 50_000
_TABLES = ("runs", "feedback", "feedback_events", "box_verdicts", "missed_boxes", "run_ratings")
_DEFAULTS = {Task.DETECTION: "shapes", Task.GENERATION: "reporter"}


class DemoService:
    """Both commands hold a lock, so that only one is under way, and commit in batches."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings

    def load(self, actor: Actor, runs: int, seed: int, tell: Tell) -> Loaded:
        """Add `runs` runs and about as many ratings; one that was broken off is gone on with.

        Raises
        ------
        Invalid : a number that cannot be.
        Conflict : this seed is loaded already, or another load or clearing is under way.
        """
        actor.require(Permission.MANAGE_USERS)
        if not 1 <= runs <= MAX_RUNS:
            raise Invalid(f"--runs is {runs:,}; use 1 to {MAX_RUNS:,}.")
        if not 0 <= seed <= MAX_SEED:
            raise Invalid(f"--seed is {seed}; use 0 to {MAX_SEED}.")
        names = _names(self._settings)
        with self._database.connected() as step:
            with step() as session:
                _claim(DemoRepository(session))
                plan, there = _planned(DemoRepository(session), runs, seed)
            loading = Loading(self._database, plan, names, tell)
            with step() as session:
                loading.set_up(DemoRepository(session))
                record(session, actor, Action.DEMO_LOADED, after={"runs": runs, "seed": seed})
            loaded = loading.add_runs(there)
            self._tidy(tell)
        return loaded

    def clear(self, actor: Actor, tell: Tell) -> Loaded:
        """Remove all demo data, and nothing else; one that was broken off is gone on with.

        Raises
        ------
        Conflict : another load or clearing is under way.
        """
        actor.require(Permission.MANAGE_USERS)
        runs = ratings = 0
        with self._database.connected() as step:
            with step() as session:
                _claim(DemoRepository(session))
                record(session, actor, Action.DEMO_CLEARED)
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
            self._tidy(tell)
        return Loaded(runs, ratings)

    def ratings(self, actor: Actor) -> int:
        """How many ratings are demo data. Costs next to nothing where there are none."""
        actor.require(Permission.REVIEW)
        with self._database.unit_of_work() as session:
            return DemoRepository(session).ratings()

    def _tidy(self, tell: Tell) -> None:
        tell("Tidying up the tables")
        self._database.vacuum(_TABLES)


def _claim(repository: DemoRepository) -> None:
    if not repository.claim():
        raise Conflict("Demo data is being loaded or cleared already; wait for its end.")


def _planned(repository: DemoRepository, runs: int, seed: int) -> tuple[Plan, Mapping[date, int]]:
    """The plan, and how many runs of each day are there from a load that was broken off."""
    fresh = Plan(seed, runs, clock.now().date() - timedelta(days=1))
    known = repository.people(fresh.tails)
    trace = repository.trace(known.values()) if known else None
    if trace is None:
        return fresh, {}
    begun = Plan.of(trace)
    there = repository.days(trace)
    if begun.runs != runs or sum(there.values()) >= begun.runs:
        raise Conflict(
            f"Seed {seed} is loaded already, with {sum(there.values()):,} of {begun.runs:,} runs; "
            "use another seed to add more, or `demo clear` to begin anew.",
            facts={"seed": seed, "runs": begun.runs},
        )
    return begun, there


def _names(settings: Settings) -> dict[Task, str]:
    """The default model of each task, as models.toml names it."""
    entries = [one for one in read_catalog(settings.models_file) if isinstance(one, ModelEntry)]
    return {
        task: next((one.id for one in entries if one.task is task), name)
        for task, name in _DEFAULTS.items()
    }
