"""A world of ratings with settings, tags and verdicts, random but always the same."""

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from core.ids import new_id
from core.permissions import Actor, Role
from core.review.types import FeedbackFilter, JudgedAs, TagMatch
from core.runs.types import Task
from db.models import BoxVerdict, Feedback, MissedBox, Run
from db.session import Database
from tests.core.review import rows

TAGS = ("untrue", "loose box", "style", "Ärger", "=cmd", "zu lang", "漏")
LABELS = ("red circle", "blue star", "蓝色的星", "100%_sure")
SCORES = (0.05, 0.1, 0.15, 0.29, 0.3, 0.35, 0.55, 0.8, 0.95, 1.0)
VERDICTS = ("right", "wrong_label", "loose", "absent")
BEGAN = rows.NOON


@dataclass
class Charted:
    database: Database
    admin: Actor
    analyst: Actor
    models: dict[UUID, tuple[str, str, str]]
    """Task, name and revision of each."""
    feedback: list[Feedback]
    judged: dict[tuple[UUID, UUID], list[tuple[str, float | None, str]]]
    """Label, score and verdict of every box that a person judged under a run."""


def charted(database: Database, runs: int = 90, seed: int = 3) -> Charted:
    draw = random.Random(seed)  # noqa: S311
    people = [
        rows.person(database, "root", Role.ADMIN),
        rows.person(database, "ann"),
        rows.person(database, "Bob"),
    ]
    names = (
        ("detection", "shapes", "s1"),
        ("detection", "shapes", "s2"),
        ("generation", "reporter", "r1"),
        ("generation", "reporter", "r2"),
        ("generation", "shapes", "r1"),
    )
    models = {rows.model(database, *name): name for name in names}
    made = [_run(draw, models, people[0].user_id) for _ in range(runs)]
    with database.unit_of_work() as session:
        session.add_all(made)
    given = [_rating(draw, run, user) for run in made for user in people if draw.random() < 0.6]
    judged: dict[tuple[UUID, UUID], list[tuple[str, float | None, str]]] = {}
    with database.unit_of_work() as session:
        session.add_all(given)
        session.flush()
        for row in given:
            run = next(run for run in made if run.id == row.run_id)
            if row.task == "detection" and draw.random() < 0.6:
                session.add_all(_judge(draw, run, row.user_id, judged))
    return Charted(database, people[0], people[1], models, given, judged)


def _run(draw: random.Random, models: dict[UUID, tuple[str, str, str]], user_id: UUID) -> Run:
    model_id = draw.choice(list(models))
    task, _, revision = models[model_id]
    later = 60 if revision.endswith("2") else 0
    params: dict[str, Any] = {"seed": 7}
    output: dict[str, Any] = {"outputs": [{"text": "It says so.", "finish_reason": "stop"}]}
    if task == "detection":
        params = {
            "box_threshold": draw.choice((0.2, 0.35, 0.333)),
            "text_threshold": draw.choice((0.15, 0.25)),
        }
        found = [
            {"label": draw.choice(LABELS).title(), "score": draw.choice(SCORES), "box": {}}
            for _ in range(draw.randint(1, 4))
        ]
        output = {"detections": found}
    elif draw.random() < 0.8:
        params |= {"temperature": draw.choice((0, 0.7, 0.72, 1.3)), "top_p": draw.choice((0.9, 1))}
    return Run(
        id=new_id(),
        user_id=user_id,
        face="ui",
        trace_id="trace",
        task=task,
        model_id=model_id,
        prompt="red circle",
        params=params,
        status=draw.choice(("done", "done", "stopped")),
        output=output,
        latency_ms=draw.choice((20, 300)),
        demo=draw.random() < 0.4,
        created_at=BEGAN + timedelta(days=later, hours=draw.randrange(24 * 60)),
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
        tags=draw.sample(TAGS, draw.randint(0, 3)),
        comment=draw.choice(("", "fine")),
        review_status=draw.choice(("new", "triaged", "fixed")),
        created_at=at,
        updated_at=at,
    )


def _judge(
    draw: random.Random,
    run: Run,
    user_id: UUID,
    judged: dict[tuple[UUID, UUID], list[tuple[str, float | None, str]]],
) -> list[BoxVerdict | MissedBox]:
    said = judged.setdefault((run.id, user_id), [])
    made: list[BoxVerdict | MissedBox] = []
    assert run.output is not None
    for index, box in enumerate(run.output["detections"]):
        if draw.random() < 0.8:
            verdict = draw.choice(VERDICTS)
            made.append(
                BoxVerdict(
                    id=new_id(), run_id=run.id, user_id=user_id, box_index=index, verdict=verdict
                )
            )
            said.append((box["label"].lower(), box["score"], verdict))
    if draw.random() < 0.3:
        label = draw.choice(LABELS)
        place = {"x_min": 0, "y_min": 0, "x_max": 1, "y_max": 1}
        made.append(MissedBox(id=new_id(), run_id=run.id, user_id=user_id, label=label, **place))
        said.append((label, None, "missed"))
    return made


def random_filter(draw: random.Random) -> FeedbackFilter:
    """Up to three limits at once, of all that there are."""
    first = BEGAN.date() + timedelta(days=draw.randrange(-5, 120))
    low = draw.randint(1, 5)
    groups: tuple[dict[str, Any], ...] = (
        {"since": first},
        {"until": first},
        {"since": first, "until": first + timedelta(days=draw.randrange(60))},
        {"task": draw.choice(list(Task))},
        {"model": draw.choice(("shapes", "reporter", "reporter@r2", "shapes@s2", "nobody's"))},
        {"user": draw.choice(("ann", "bob"))},
        {"role": Role.ANALYST},
        {"rating_min": low},
        {"rating_max": low},
        {"tag": tuple(draw.sample(TAGS, 2)), "tags": draw.choice(list(TagMatch))},
        {"status": "new"},
        {"comment": draw.random() < 0.5},
        {"verdicts": draw.random() < 0.5},
        {"phrase": draw.choice(LABELS)},
        {"score_min": 0.3},
        {"verdict": draw.choice(list(JudgedAs)), "phrase": draw.choice((None, *LABELS))},
        {"stopped": draw.random() < 0.5},
        {"demo": draw.random() < 0.5},
        {"temperature": 0.7},
        {"box_threshold": 0.35},
        {"text": "fine"},
    )
    chosen: dict[str, Any] = {}
    for group in draw.sample(groups, draw.randint(0, 3)):
        chosen |= {name: value for name, value in group.items() if name not in chosen}
    if chosen.get("since") and chosen.get("until") and chosen["since"] > chosen["until"]:
        del chosen["until"]
    return FeedbackFilter(**chosen)
