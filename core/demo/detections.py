"""What the demo revisions of a detector found, and what is true of it.

A right box mostly has a high score and a false one a low score, so that scores mean something:
later revisions miss less, invent less, and are surer.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.demo.types import Answer, Judged, Picture, Revision, Thing
from core.demo.vocabulary import COLOURS, LANGUAGES, SHAPES, named
from core.detection.types import FLOOR
from core.runs.types import RunStatus

_BOX_THRESHOLDS = (0.2, 0.25, 0.3, 0.32, 0.32, 0.32, 0.32, 0.35, 0.4, 0.5, 0.6)
_TEXT_THRESHOLDS = (0.15, 0.2, 0.25, 0.25, 0.25, 0.3)
_FAILED = 0.02
JUDGEMENTS = 3
"""How many ways there are to judge the boxes of an answer."""


@dataclass(frozen=True)
class _Found:
    shape: str
    colour: str
    score: float
    box: tuple[float, float, float, float]
    truth: str
    thing: Thing | None
    """What it should be a box of, if it is one."""

    @property
    def label(self) -> str:
        return named(self.shape, self.colour)


def detection(
    draw: random.Random, place: int, revision: Revision, pictures: Sequence[Picture]
) -> Answer:
    number = draw.randrange(len(pictures))
    picture = pictures[number]
    asked = _phrases(draw, picture)
    box_threshold = draw.choice(_BOX_THRESHOLDS)
    params = {
        "box_threshold": box_threshold,
        "text_threshold": min(box_threshold, draw.choice(_TEXT_THRESHOLDS)),
    }
    phrases = [named(*one) for one in asked]
    answer = Answer(
        revision=place,
        status=RunStatus.FAILED,
        prompt=". ".join(phrases),
        params=params,
        output={"phrases": phrases, "detections": []},
        error_code="timeout",
        opinion=1.3,
        issue=0,
        about=_words(*asked[0]),
        picture=number,
        slow=4.0,
    )
    if draw.random() < _FAILED:
        return answer
    found = sorted(
        (one for one in _boxes(draw, picture, asked, revision.skill) if one.score >= FLOOR),
        key=lambda one: -one.score,
    )
    shown = found[: sum(one.score >= box_threshold for one in found)]
    missed = tuple(
        thing
        for thing in picture.things
        if (thing.shape, thing.colour) in asked and all(one.thing is not thing for one in shown)
    )
    issue, about = _worst(draw, shown, missed, asked)
    return replace(
        answer,
        status=RunStatus.DONE,
        output={"phrases": phrases, "detections": [_kept(one) for one in found]},
        error_code=None,
        opinion=_opinion(shown, missed),
        issue=issue,
        about=about,
        judged=tuple(_judged(draw, shown, missed) for _ in range(JUDGEMENTS)),
        slow=0.05 * len(phrases),
    )


def _phrases(draw: random.Random, picture: Picture) -> list[tuple[str, str]]:
    """Shape and colour of what is asked for: mostly what is there, and a near miss."""
    there = sorted({(thing.shape, thing.colour) for thing in picture.things})
    chosen = draw.sample(there, draw.randint(1, min(3, len(there))))
    if draw.random() < 0.5:
        shape, colour = draw.choice(there)
        other = draw.choice([one for one in COLOURS if one != colour])
        near = (shape, other) if draw.random() < 0.6 else (draw.choice(list(SHAPES)), colour)
        chosen.append(near)
    return list(dict.fromkeys(chosen))


def _boxes(
    draw: random.Random, picture: Picture, asked: Sequence[tuple[str, str]], skill: float
) -> list[_Found]:
    found = []
    for thing in picture.things:
        if (thing.shape, thing.colour) not in asked:
            continue
        if draw.random() > 0.8 + 0.18 * skill:
            continue
        loose = draw.random() < 0.2 - 0.13 * skill
        score = draw.betavariate(4.5 + 3 * skill, 2.0)
        box = _shaken(draw, thing.box, 0.22 if loose else 0.03)
        found.append(
            _Found(thing.shape, thing.colour, score * (0.85 if loose else 1.0), box,
                   "loose" if loose else "right", thing)
        )  # fmt: skip
        if draw.random() < 0.05 * (1.2 - skill):
            box = _shaken(draw, thing.box, 0.08)
            found.append(_Found(thing.shape, thing.colour, score * 0.7, box, "absent", None))
    for shape, colour in asked:
        for _ in range(_few(draw, 1.5 - 0.9 * skill)):
            others = [t for t in picture.things if (t.shape, t.colour) != (shape, colour)]
            score = draw.betavariate(1.8, 5.5)
            if others and draw.random() < 0.6:
                box = _shaken(draw, draw.choice(others).box, 0.04)
                found.append(_Found(shape, colour, score, box, "wrong_label", None))
            else:
                found.append(_Found(shape, colour, score, _anywhere(draw, picture), "absent", None))
    return found


def _few(draw: random.Random, mean: float) -> int:
    """Of a geometric distribution, at most four."""
    count = 0
    while count < 4 and draw.random() < mean / (1 + mean):
        count += 1
    return count


def _shaken(
    draw: random.Random, box: tuple[float, float, float, float], by: float
) -> tuple[float, float, float, float]:
    left, top, right, bottom = box
    wide, high = right - left, bottom - top
    grown = by * draw.uniform(0, 1)
    return (
        left + wide * (draw.uniform(-by, by) / 2 - grown),
        top + high * (draw.uniform(-by, by) / 2 - grown),
        right + wide * (draw.uniform(-by, by) / 2 + grown),
        bottom + high * (draw.uniform(-by, by) / 2 + grown),
    )


def _anywhere(draw: random.Random, picture: Picture) -> tuple[float, float, float, float]:
    size = draw.uniform(20, 60)
    left, top = draw.uniform(0, picture.width - size), draw.uniform(0, picture.height - size)
    return left, top, left + size, top + size


def _kept(one: _Found) -> dict[str, object]:
    corners = [max(0.0, round(value, 1)) for value in one.box]
    box = dict(zip(("xmin", "ymin", "xmax", "ymax"), corners, strict=True))
    return {"label": one.label, "score": round(one.score, 4), "box": box}


def _opinion(shown: Sequence[_Found], missed: Sequence[Thing]) -> float:
    """From how many of the boxes are right and how much was missed, as F1 is made of them."""
    right = sum(one.truth == "right" for one in shown)
    near = 0.6 * sum(one.truth == "loose" for one in shown)
    wrong = sum(one.truth in {"wrong_label", "absent"} for one in shown)
    good = right + near
    if not shown and not missed:
        return 4.6
    return 1.1 + 3.8 * 2 * good / (2 * right + 2 * near + wrong + len(missed) + 0.4 * near)


def _worst(
    draw: random.Random,
    shown: Sequence[_Found],
    missed: Sequence[Thing],
    asked: Sequence[tuple[str, str]],
) -> tuple[int, tuple[str, str, str, str]]:
    """The issue (a place in `ISSUES`) and what it is about."""
    faults = [(1, thing.shape, thing.colour) for thing in missed]
    places = {"wrong_label": 2, "loose": 3, "absent": 4}
    faults += [(places[one.truth], one.shape, one.colour) for one in shown if one.truth in places]
    if not faults:
        return 0, _words(*draw.choice(asked))
    issue, shape, colour = draw.choice(faults)
    if issue == 4 and draw.random() < 0.2:
        issue = 5
    return issue, _words(shape, colour)


def _words(shape: str, colour: str) -> tuple[str, str, str, str]:
    en, zh, ja, ko = (named(shape, colour, language) for language in LANGUAGES)
    return en, zh, ja, ko


def _judged(draw: random.Random, shown: Sequence[_Found], missed: Sequence[Thing]) -> Judged:
    """All boxes or the first few; one in twenty-five is judged wrongly."""
    until = len(shown) if draw.random() < 0.7 else draw.randint(1, max(1, len(shown)))
    verdicts = {}
    for place, one in enumerate(shown[:until]):
        slip = draw.random() < 0.04
        verdicts[place] = draw.choice(("right", "loose", "absent")) if slip else one.truth
    return Judged(verdicts, tuple(missed) if draw.random() < 0.8 else ())
