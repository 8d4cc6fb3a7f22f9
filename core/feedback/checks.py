"""What a rating, a verdict or a missed object may hold, checked before the database sees it."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace

from core.detection.types import Box
from core.errors import Invalid
from core.feedback.types import BAD_RATING, FailedStep, MissedObject, Said, Verdict
from core.runs.types import Task

MAX_TAGS = 10
MAX_TAG_CHARS = 40
MAX_COMMENT_CHARS = 4000
MAX_CORRECTED_CHARS = 100_000
"""Longer than any output: as much of a text as the search reads."""
MAX_KEY_CHARS = 200
MAX_LABEL_CHARS = 100
MAX_MISSED = 200
"""Missed objects of one person in one run."""
MIN_SIDE = 2.0
"""Pixels; what is smaller was a click, not a box."""

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""Control characters but tab and line ends, and halves of surrogate pairs: not storable text."""


def checked(given: Said) -> Said:
    """What does not depend on the run, checked: all but its step, correction and verdicts."""
    return replace(
        given,
        rating=checked_rating(given.rating),
        tags=checked_tags(given.tags),
        comment=checked_comment(given.comment),
        key=checked_key(given.key),
    )


def checked_rating(rating: int) -> int:
    if isinstance(rating, bool) or not isinstance(rating, int) or not 1 <= rating <= 5:
        raise Invalid(
            f"The rating is {rating!r}; give a whole number from 1 to 5.",
            facts={"field": "rating", "allowed": [1, 2, 3, 4, 5]},
        )
    return rating


def checked_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """The tags trimmed, each once, in the order given."""
    kept = tuple(dict.fromkeys(filter(None, (tag.strip() for tag in tags))))
    if len(kept) > MAX_TAGS:
        raise Invalid(
            f"{len(kept)} tags were given; keep at most {MAX_TAGS}.",
            facts={"field": "tags", "max_tags": MAX_TAGS},
        )
    for tag in kept:
        if len(tag) > MAX_TAG_CHARS:
            raise Invalid(
                f"The tag “{tag[:MAX_TAG_CHARS]}…” has {len(tag)} characters; "
                f"shorten it to at most {MAX_TAG_CHARS}.",
                facts={"field": "tags", "max_tag_chars": MAX_TAG_CHARS},
            )
        checked_characters("tags", tag, breaks=False)
    return kept


def checked_comment(comment: str) -> str:
    """The comment exactly as written."""
    if len(comment) > MAX_COMMENT_CHARS:
        raise Invalid(
            f"The comment has {len(comment)} characters; "
            f"shorten it to at most {MAX_COMMENT_CHARS}.",
            facts={"field": "comment", "max_chars": MAX_COMMENT_CHARS},
        )
    return checked_characters("comment", comment)


def checked_correction(given: str | None, task: str, texts: Iterable[str]) -> str | None:
    """The text as it should have been; None where it is blank, or what a model wrote anyway.

    `texts` : the outputs of the run, as people read them.
    """
    if given is None:
        return None
    if task != Task.GENERATION:
        raise Invalid(
            "This run wrote no text, so there is none to correct; leave “corrected_text” out.",
            facts={"field": "corrected_text", "task": task},
        )
    if len(given) > MAX_CORRECTED_CHARS:
        raise Invalid(
            f"The corrected text has {len(given)} characters; "
            f"shorten it to at most {MAX_CORRECTED_CHARS}.",
            facts={"field": "corrected_text", "max_chars": MAX_CORRECTED_CHARS},
        )
    checked_characters("corrected_text", given)
    as_typed = editable(given)
    unchanged = not given.strip() or any(editable(text) == as_typed for text in texts)
    return None if unchanged else given


def editable(text: str) -> str:
    """`text` as a text area gives it back: plain line ends, nothing that cannot be seen."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def checked_key(key: str | None) -> str | None:
    """The idempotency key; None where none was given."""
    if key is None:
        return None
    if not 1 <= len(key) <= MAX_KEY_CHARS:
        raise Invalid(
            f"The idempotency key has {len(key)} characters; use 1 to {MAX_KEY_CHARS}.",
            facts={"field": "Idempotency-Key", "max_chars": MAX_KEY_CHARS},
        )
    return checked_characters("Idempotency-Key", key, breaks=False)


def checked_characters(field: str, value: str, *, breaks: bool = True) -> str:
    """`value`, refused where it holds what no text holds (and, without `breaks`, a line end)."""
    if _UNPRINTABLE.search(value) or (not breaks and re.search(r"[\t\r\n]", value)):
        raise Invalid(
            f"“{field}” holds control characters; remove them.",
            facts={"field": field},
        )
    return value


def checked_index(index: int, boxes: int) -> int:
    """The place of one of a run's `boxes` boxes."""
    if isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < boxes:
        known = f"this run has the boxes 0 to {boxes - 1}" if boxes else "this run has no boxes"
        raise Invalid(
            f"There is no box {str(index)[:20]}; {known}.",
            facts={"field": "boxes", "boxes": boxes},
        )
    return index


def checked_verdict(verdict: str) -> Verdict:
    try:
        return Verdict(verdict)
    except ValueError as error:
        allowed = [each.value for each in Verdict]
        raise Invalid(
            f"There is no verdict “{str(verdict)[:20]}”; use one of: {', '.join(allowed)}.",
            facts={"field": "verdict", "allowed": allowed},
        ) from error


def checked_failed_step(step: str | None, rating: int, *, report: bool) -> FailedStep | None:
    """`report`: whether the run rated reports on boxes."""
    if step is None:
        return None
    allowed = [each.value for each in FailedStep]
    if step not in allowed:
        why = f"there is no step “{str(step)[:20]}”; use one of: {', '.join(allowed)}."
    elif not report:
        why = "this run reports on no boxes, so it has one step only; leave it out."
    elif rating > BAD_RATING:
        why = f"a rating of {rating} says that none failed; leave it out, or rate 1 or 2."
    else:
        return FailedStep(step)
    raise Invalid(f"“failed_step”: {why}", facts={"field": "failed_step", "allowed": allowed})


def checked_missed(label: str, box: Box, width: int, height: int) -> MissedObject:
    """The label trimmed, the box as drawn, in a picture of `width` x `height` pixels."""
    return MissedObject(_checked_label(label), _checked_box(box, width, height))


def _checked_label(label: str) -> str:
    kept = " ".join(label.split())
    checked_characters("label", kept)
    if not any(unicodedata.category(char)[0] in "LNS" for char in kept):
        raise Invalid(
            "The label of a missed object has no letter or digit; say what was missed.",
            facts={"field": "label"},
        )
    if len(kept) > MAX_LABEL_CHARS:
        raise Invalid(
            f"The label “{kept[:30]}…” has {len(kept)} characters; "
            f"shorten it to at most {MAX_LABEL_CHARS}.",
            facts={"field": "label", "max_chars": MAX_LABEL_CHARS},
        )
    return kept


def _checked_box(box: Box, width: int, height: int) -> Box:
    """Comparisons are written so that what is not a number fails them."""
    inside = (
        0 <= box.xmin <= width
        and 0 <= box.xmax <= width
        and 0 <= box.ymin <= height
        and 0 <= box.ymax <= height
    )
    if not inside:
        raise Invalid(
            "The box of a missed object reaches outside the picture, which is "
            f"{width} x {height} pixels; draw it inside.",
            facts={"field": "box", "width": width, "height": height},
        )
    if not (box.xmax - box.xmin >= MIN_SIDE and box.ymax - box.ymin >= MIN_SIDE):
        raise Invalid(
            "The box of a missed object is too small, or its corners are swapped; "
            f"draw it at least {MIN_SIDE:.0f} pixels wide and high.",
            facts={"field": "box", "min_side": MIN_SIDE},
        )
    return box
