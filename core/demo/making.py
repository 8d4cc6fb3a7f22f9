"""Answers for every revision, and the rows they are handed to the database as."""

import hashlib
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from core.demo import words
from core.demo.detections import detection
from core.demo.plan import Plan, midnight, ms
from core.demo.texts import generation
from core.demo.types import Answer, Day, Person, Picture, Revision
from core.demo.vocabulary import LANGUAGES, named
from core.runs.types import Task

Row = Sequence[Any]

_SKILLS = (0.2, 0.45, 0.7, 0.9)
_RELEASED = {Task.DETECTION: (0.0, 0.27, 0.52, 0.8), Task.GENERATION: (0.0, 0.19, 0.43, 0.7)}
"""When each revision came, as a share of the time."""
_LOG_MS = {Task.DETECTION: 5.1, Task.GENERATION: 6.6}


def revisions(names: Mapping[Task, str]) -> tuple[Revision, ...]:
    """Four of each model, one better than the other; the last two are quicker."""
    return tuple(
        Revision(
            task=task,
            name=name,
            revision=hashlib.sha256(f"demo {name} {place}".encode()).hexdigest()[:12],
            skill=skill,
            released=released,
            log_ms=_LOG_MS[task] - 0.15 * place,
        )
        for task, name in names.items()
        for place, (released, skill) in enumerate(zip(_RELEASED[task], _SKILLS, strict=True))
    )


def answers(
    seed: int, revisions: Sequence[Revision], pictures: Sequence[Picture], variety: int
) -> Iterator[Answer]:
    """`variety` of each revision, in their order."""
    draw = random.Random(seed * 7919 + 3)  # noqa: S311
    for place, revision in enumerate(revisions):
        for _ in range(variety):
            if revision.task is Task.DETECTION:
                yield detection(draw, place, revision, pictures)
            else:
                yield generation(draw, place, revision)


def tables(
    plan: Plan,
    people: Mapping[UUID, Person],
    days: Iterable[Day],
    made: Sequence[Answer],
    revisions: Sequence[Revision],
    models: Sequence[UUID],
    pictures: Sequence[Picture],
) -> dict[str, list[Row]]:
    """What `DemoRepository.prepare` lays out, by the names of its tables."""
    draw = random.Random(plan.seed * 7919 + 4)  # noqa: S311
    return {
        "demo_people": [
            (*_person(place, *one), ms(plan.at(one[1].joined)))
            for place, one in enumerate(people.items())
        ],
        "demo_days": [
            (day.day, ms(midnight(day.day)), day.first, day.count, day.team, day.mix)
            for day in days
        ],
        "demo_given": [
            _given(place, one, revisions, models, pictures) for place, one in enumerate(made)
        ],
        "demo_said": [
            (place, *said)
            for place, one in enumerate(made)
            for said in words.comments(draw, _issue(one, revisions), one.about)
        ],
        "demo_tags": list(words.tag_sets(draw)),
        "demo_verdicts": [
            (place, variant, *verdict)
            for place, one in enumerate(made)
            for variant, judged in enumerate(one.judged)
            for verdict in judged.verdicts.items()
        ],
        "demo_missed": [
            (place, variant, number, named(thing.shape, thing.colour), *thing.box)
            for place, one in enumerate(made)
            for variant, judged in enumerate(one.judged)
            for number, thing in enumerate(judged.missed)
        ],
    }


def _person(place: int, id: UUID, person: Person) -> Row:
    said = (person.severity, person.noise, person.pace, person.talkative)
    return (place, id, *said, LANGUAGES.index(person.language))


def _given(
    place: int,
    one: Answer,
    revisions: Sequence[Revision],
    models: Sequence[UUID],
    pictures: Sequence[Picture],
) -> Row:
    revision = revisions[one.revision]
    following = next(
        (
            later.revision
            for later in revisions[one.revision + 1 :]
            if (later.task, later.name) == (revision.task, revision.name)
        ),
        None,
    )
    return (
        place, models[one.revision], revision.task, one.status, one.prompt, one.params,
        None if one.picture is None else pictures[one.picture].sha256, one.output, one.error_code,
        *(one.tokens or (None, None)), revision.log_ms + one.slow, round(one.opinion, 3),
        one.issue, one.corrected, following,
    )  # fmt: skip


def _issue(one: Answer, revisions: Sequence[Revision]) -> str:
    return words.ISSUES[revisions[one.revision].task][one.issue]
