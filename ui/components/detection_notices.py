"""What to know about the labels of a run, and its phrases each run alone beside it."""

from collections.abc import Sequence
from math import floor

import streamlit as st

from core.detection.boxes import MergedLabels, merged, split
from core.detection.types import DetectionRun
from core.permissions import Permission
from core.runs.types import RunStatus
from ui.components.detection_thresholds import threshold_words
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench
from ui.session import session
from ui.text import boxes, plain, shortened

_PHRASE_CHARS = 60
_AT_MOST = 3


def label_notices(run: DetectionRun) -> None:
    """Phrases below the threshold, phrases that share boxes, phrases of which a part was found."""
    pairs = merged(run.detections, run.text_threshold)
    _below_notice(run, pairs)
    lines = [
        f"{_quoted(pair.labels[0])} and {_quoted(pair.labels[1])} share {boxes(pair.boxes)}."
        for pair in pairs[:_AT_MOST]
    ]
    pieces = split(run.detections)
    lines += [
        f"Only {_quoted(piece.piece)} of {_quoted(piece.label)} was found, in {boxes(piece.boxes)}."
        for piece in pieces[:_AT_MOST]
    ]
    more = max(0, len(pairs) - _AT_MOST) + max(0, len(pieces) - _AT_MOST)
    if more:
        lines.append(f"And {more} more like these.")
    if pairs:
        lines.append("Phrases that share boxes may be found better each alone.")
    if lines:
        st.caption("  \n".join(lines))


def alone_button(run: DetectionRun) -> None:
    """For runs of several phrases."""
    if len(run.phrases) < 2 or run.status is not RunStatus.DONE:
        return
    clicked = st.button(
        "Run each phrase alone",
        key="detection-alone",
        icon=":material/call_split:",
        help="The same picture, model and thresholds, one run for each phrase, to compare",
    )
    if clicked:
        actor = require(Permission.DETECT)
        with shown(), st.spinner("Looking for one phrase after another", show_time=True):
            runs = workbench().detection.detect_each(actor, run.id)
            session().phrases_alone = (run.id, runs)


def alone_table(run: DetectionRun) -> None:
    """Each phrase together with the others and alone, if it was run so."""
    compared = session().phrases_alone
    if compared is None or compared[0] != run.id:
        return
    st.caption(f"Boxes from score {threshold_words(run)} on, and the best score of all boxes kept.")
    st.table([_row(run, alone) for alone in compared[1]], hide_index=True)


def _below_notice(run: DetectionRun, pairs: Sequence[MergedLabels]) -> None:
    """Which phrases have no box from the threshold on, how near they came, and what to do.

    Where no phrase has one, the box view says so.
    """
    told = {d.label for d in run.detections} | {label for pair in pairs for label in pair.labels}
    below = [phrase for phrase in run.phrases if phrase not in told]
    if not below or not run.detections:
        return
    best = {phrase: _best(run, phrase) for phrase in below}
    named = ", ".join(
        _quoted(phrase) + (f" (best {_shown(score)})" if score else "")
        for phrase, score in best.items()
    )
    them = "it" if len(below) == 1 else "they"
    nearest = max(filter(None, best.values()), default=None)
    advice = (
        f"Lower “Show from score” to {_shown(nearest)} to see what came nearest."
        if nearest
        else "Try other words, or another model."
    )
    st.caption(
        f"Nothing reached the threshold {threshold_words(run)} for {named}: {them} may not be "
        f"there, or the model may not know the words. {advice}"
    )


def _shown(score: float) -> str:
    """Cut, not rounded: from the score named on, the box is there."""
    return f"{floor(score * 100 + 1e-6) / 100:.2f}"


def _row(together: DetectionRun, alone: DetectionRun) -> dict[str, str]:
    (phrase,) = alone.phrases
    return {
        "Phrase": plain(shortened(phrase, _PHRASE_CHARS)),
        "Boxes together": str(_count(together, phrase)),
        "Boxes alone": str(_count(alone, phrase)),
        "Best together": _told(_best(together, phrase)),
        "Best alone": _told(_best(alone, phrase)),
    }


def _count(run: DetectionRun, phrase: str) -> int:
    return sum(found.label == phrase for found in run.detections)


def _best(run: DetectionRun, phrase: str) -> float | None:
    return max((found.score for found in run.raw if found.label == phrase), default=None)


def _told(score: float | None) -> str:
    return "none" if score is None else f"{score:.2f}"


def _quoted(phrase: str) -> str:
    return f"“{plain(shortened(phrase, _PHRASE_CHARS))}”"
