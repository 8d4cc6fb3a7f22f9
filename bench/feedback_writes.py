"""Rating with eight writers, against the same without counts and history:
``python -m bench.feedback_writes``.

All go through the service, each writer rates own runs; in the peer's rounds the triggers that keep
the roll-ups are off, and no row of history is written. The database is a fresh one on the disk.
"""

import argparse
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch
from uuid import UUID

from sqlalchemy import text

from bench.figures import Pairs, seconds, tell
from bench.workbenches import folder
from core.config import Settings
from core.database import address, current_database, stop
from core.feedback import writing
from core.feedback.service import FeedbackService
from core.ids import new_id
from core.permissions import Actor, Face, Role
from db.session import Database

WRITERS = 8
GOAL = 1 / 0.6
_TRIGGERS = ("feedback_counted_insert", "feedback_counted_update", "feedback_counted_delete")
_RUNS = """
insert into runs (id, user_id, face, trace_id, task, model_id, prompt, params, status, output,
    latency_ms, created_at, finished_at)
select gen_random_uuid(), :user_id, 'ui', 'bench', 'generation', :model_id,
    'Describe a red circle.', '{"temperature": 0.7, "top_p": 0.9}', 'done',
    '{"outputs": [{"text": "There is a red circle on the left.", "finish_reason": "stop"}]}',
    120, now(), now() from generate_series(1, :n) returning id
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--writes", type=int, default=150, help="of each writer, in each round")
    given = parser.parse_args()
    with folder() as place:
        settings = Settings(data_dir=place, database_url=None)
        address(settings)
        try:
            with current_database(settings) as database:
                taken = _measured(database, given.pairs, given.writes)
        finally:
            stop(settings)
    each = given.writes * WRITERS
    tell(
        f"a rating with {WRITERS} writers, with counts and history against without",
        f"{taken.ratio:.2f} x time ({each} ratings: {taken}, {given.pairs} pairs)",
        f"<= {GOAL} x",
        taken.ratio <= GOAL,
    )


def _measured(database: Database, pairs: int, writes: int) -> Pairs:
    model_id = new_id()
    people = [Actor(new_id(), f"writer {n}", Role.ANALYST, Face.API) for n in range(WRITERS)]
    with database.unit_of_work() as session:
        session.execute(
            text(
                "insert into models (id, task, name, revision, source)"
                " values (:id, 'generation', 'bench', 'r1', 'builtin:fake')"
            ),
            {"id": model_id},
        )
        for actor in people:
            session.execute(
                text(
                    "insert into users (id, username, password_hash, role)"
                    " values (:id, :name, '-', 'analyst')"
                ),
                {"id": actor.user_id, "name": actor.username},
            )
    ours: list[float] = []
    peer: list[float] = []
    for turn in range(pairs + 1):
        for bare in (False, True) if turn % 2 else (True, False):
            work = _round(database, people, model_id, writes, bare)
            (peer if bare else ours).append(seconds(work))
    return Pairs(tuple(ours[1:]), tuple(peer[1:]))


def _round(
    database: Database, people: list[Actor], model_id: UUID, writes: int, bare: bool
) -> Callable[[], None]:
    """What is timed: everybody rates new runs, all at the same time."""
    with database.unit_of_work() as session:
        for name in _TRIGGERS:
            does = "disable" if bare else "enable"
            session.execute(text(f"alter table feedback {does} trigger {name}"))
        asked = [{"user_id": actor.user_id, "model_id": model_id, "n": writes} for actor in people]
        runs = [session.scalars(text(_RUNS), each).all() for each in asked]
    service = FeedbackService(database)

    def rate(actor: Actor, own: list[UUID]) -> None:
        for number, run_id in enumerate(own):
            service.rate(actor, run_id, 1 + number % 5, ("style",), "The left one is missing.")

    def everybody() -> None:
        with ThreadPoolExecutor(WRITERS) as pool:
            for done in [
                pool.submit(rate, actor, list(own)) for actor, own in zip(people, runs, strict=True)
            ]:
                done.result()

    def without_history() -> None:
        with patch.object(writing, "record"):
            everybody()

    return without_history if bare else everybody


if __name__ == "__main__":
    main()
