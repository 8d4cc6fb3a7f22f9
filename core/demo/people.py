"""Who demo data was made by: analysts of different severity and diligence, and a few reviewers."""

import math
import random

from core.demo.types import Person
from core.permissions import Role

REVIEWERS = 5
"""The first of the people are administrators."""

_NAMES = {
    "en": (
        "amara.okafor", "lena.fischer", "priya.raman", "tomas.novak", "sofia.rossi",
        "kwame.mensah", "fatima.zahra", "diego.herrera", "ingrid.larsen", "omar.haddad",
        "chloe.martin", "ravi.patel", "elif.yilmaz", "jonas.weber", "maria.santos",
        "aoife.byrne", "ananya.iyer", "pavel.sokolov", "zanele.dube", "marta.kowalska",
        "søren.holm", "josé.álvarez", "leila.karimi", "ben.cohen", "tui.parata",
        "ines.duarte", "nadia.petrova", "samuel.adeyemi", "hana.horvat", "luca.moretti",
    ),
    "zh": (
        "mei.chen", "wei.zhang", "王芳", "li.na", "刘洋", "xiu.huang", "陈静", "jian.wu",
        "yu.lin",
    ),
    "ja": (
        "haruka.sato", "田中健", "yuki.mori", "aiko.kimura", "佐々木葵", "ren.ito", "sora.abe",
    ),
    "ko": (
        "minjun.kim", "이서연", "jisoo.park", "hyun.choi", "박지훈", "yuna.jung", "dohyun.lee",
    ),
}  # fmt: skip
NUMBER = sum(map(len, _NAMES.values()))
"""A prime, so that steps of any length through the people meet each of them once."""


def people(seed: int) -> tuple[Person, ...]:
    """The same for the same seed; reviewers first, who are there from the beginning."""
    draw = random.Random(seed * 7919 + 1)  # noqa: S311
    names = [(name, language) for language, all_of in _NAMES.items() for name in all_of]
    draw.shuffle(names)
    founders = REVIEWERS + 12
    return tuple(
        Person(
            username=name,
            language=language,
            role=Role.ADMIN if place < REVIEWERS else Role.ANALYST,
            severity=round(draw.gauss(0, 0.42), 3),
            noise=round(draw.uniform(0.35, 0.8), 3),
            pace=round(math.log(draw.uniform(9, 75)), 3),
            talkative=round(draw.uniform(0.25, 0.85), 3),
            diligence=(0.25 if place < REVIEWERS else 1.0) * math.exp(draw.gauss(0, 0.7)),
            joined=0.0 if place < founders else draw.uniform(0, 0.85),
        )
        for place, (name, language) in enumerate(names)
    )
