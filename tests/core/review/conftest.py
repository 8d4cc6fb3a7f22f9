"""A small world of ratings, random but always the same."""

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from core.ids import new_id
from core.permissions import Actor, Role
from core.review.service import ReviewService
from db.models import Feedback, Run
from db.session import Database
from tests.core.review import rows

COMMENTS = (
    "",
    "the 红色 circle is missing",
    "=1+1",
    "fine, fine",
    "左边漏掉了一个红色圆形",
    "a\nb",
)
TAGS = ("untrue", "loose box", "style", "=cmd")


@dataclass
class World:
    database: Database
    review: ReviewService
    admin: Actor
    people: tuple[Actor, ...]
    runs: list[Run]
    feedback: list[Feedback]


@pytest.fixture
def world(database: Database) -> World:
    people = (
        rows.person(database, "root", Role.ADMIN),
        rows.person(database, "ann"),
        rows.person(database, "Bob"),
    )
    models = {
        rows.model(database, "detection", "shapes"): "detection",
        rows.model(database, "generation", "reporter", "r1"): "generation",
        rows.model(database, "generation", "reporter", "r2"): "generation",
    }
    draw = random.Random(5)  # noqa: S311
    runs = [_run(draw, people, models) for _ in range(60)]
    for place, run in enumerate(runs):
        run.demo, run.status = place % 4 == 0, "stopped" if place % 7 == 0 else "done"
    with database.unit_of_work() as session:
        session.add_all(runs)
    feedback = [_rating(draw, run, user) for run in runs for user in people if draw.random() < 0.6]
    with database.unit_of_work() as session:
        session.add_all(feedback)
    return World(database, ReviewService(database), people[0], people, runs, feedback)


def _run(draw: random.Random, people: tuple[Actor, ...], models: dict[Any, str]) -> Run:
    model_id, task = draw.choice(list(models.items()))
    text = draw.choice(("a red circle", "100%_sure", "蓝色的星"))
    outputs: dict[str, Any] = {"outputs": [{"text": f"It says {text}.", "finish_reason": "stop"}]}
    found = {"detections": [{"label": text, "score": 0.5, "box": {}}]}
    thresholds = {"box_threshold": 0.35, "text_threshold": 0.25}
    return Run(
        id=new_id(),
        user_id=draw.choice(people).user_id,
        face="ui",
        trace_id="trace",
        task=task,
        model_id=model_id,
        prompt=f"find {draw.choice(('red circle', 'blue star'))}",
        params={"seed": draw.randrange(9)} | (thresholds if task == "detection" else {}),
        status="done",
        output=found if task == "detection" else outputs,
        latency_ms=draw.choice((None, 20, 300)),
        created_at=rows.NOON + timedelta(hours=draw.randrange(240)),
    )


def _rating(draw: random.Random, run: Run, user: Actor) -> Feedback:
    at = run.created_at + timedelta(hours=draw.randrange(48))
    return Feedback(
        id=new_id(),
        run_id=run.id,
        user_id=user.user_id,
        model_id=run.model_id,
        task=run.task,
        rating=draw.randint(1, 5),
        tags=draw.sample(TAGS, draw.randint(0, 2)),
        comment=draw.choice(COMMENTS),
        review_status=draw.choice(("new", "new", "triaged", "fixed", "wont_fix")),
        created_at=at,
        updated_at=at,
    )
