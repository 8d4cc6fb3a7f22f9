"""What several people said of a run's boxes, laid over one another."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict

from core.feedback.types import Judgement
from ui.components.boxview import Marks


def marks_of(judgements: Sequence[Judgement]) -> Marks:
    """What they say of each box, “mixed” where they do not say the same, and what they missed."""
    said: dict[int, set[str]] = defaultdict(set)
    for judgement in judgements:
        for each in judgement.verdicts:
            said[each.index].add(each.verdict.value)
    verdicts = {
        str(index): next(iter(each)) if len(each) == 1 else "mixed" for index, each in said.items()
    }
    missed = [
        {"label": each.label, "box": asdict(each.box)}
        for judgement in judgements
        for each in judgement.missed
    ]
    return Marks(verdicts, missed)
