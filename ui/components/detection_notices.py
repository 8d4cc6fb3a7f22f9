"""What to know about the labels of a run, and its phrases each run alone beside it."""

import streamlit as st

from core.detection.boxes import merged, split
from core.detection.types import DetectionRun
from core.permissions import Permission
from core.runs.types import RunStatus
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench
from ui.session import session
from ui.text import plain, shortened

_PHRASE_CHARS = 60
_AT_MOST = 3


def label_notices(run: DetectionRun) -> None:
    """Phrases without a box, phrases that share boxes, phrases of which a part was found."""
    missing = [phrase for phrase in run.phrases if phrase not in {d.label for d in run.raw}]
    if missing and run.raw:
        named = ", ".join(map(_quoted, missing))
        st.caption(f"No box at any score for {named}; the model may not know the words.")
    pairs = merged(run.detections, run.text_threshold)
    for pair in pairs[:_AT_MOST]:
        one, other = map(_quoted, pair.labels)
        st.caption(f"{one} and {other} share {_boxes(pair.boxes)}: run each alone?")
    pieces = split(run.detections)
    for piece in pieces[:_AT_MOST]:
        found, asked = _quoted(piece.piece), _quoted(piece.label)
        st.caption(f"Only {found} of {asked} was found, in {_boxes(piece.boxes)}.")
    more = max(0, len(pairs) - _AT_MOST) + max(0, len(pieces) - _AT_MOST)
    if more:
        st.caption(f"And {more} more like these.")


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
    st.caption(f"Boxes from score {run.least_score:.2f} on, and the best score of all boxes kept.")
    st.table([_row(run, alone) for alone in compared[1]], hide_index=True)


def _row(together: DetectionRun, alone: DetectionRun) -> dict[str, str]:
    (phrase,) = alone.phrases
    return {
        "Phrase": plain(shortened(phrase, _PHRASE_CHARS)),
        "Boxes together": str(_count(together, phrase)),
        "Boxes alone": str(_count(alone, phrase)),
        "Best together": _best(together, phrase),
        "Best alone": _best(alone, phrase),
    }


def _count(run: DetectionRun, phrase: str) -> int:
    return sum(found.label == phrase for found in run.detections)


def _best(run: DetectionRun, phrase: str) -> str:
    scores = [found.score for found in run.raw if found.label == phrase]
    return f"{max(scores):.2f}" if scores else "none"


def _quoted(phrase: str) -> str:
    return f"“{plain(shortened(phrase, _PHRASE_CHARS))}”"


def _boxes(count: int) -> str:
    return "1 box" if count == 1 else f"{count} boxes"
