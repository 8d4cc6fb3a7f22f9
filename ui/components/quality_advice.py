"""The advice on one phrase: the cut, what it keeps, and the button that makes it the default."""

import streamlit as st

from core.permissions import Actor, Permission
from core.quality.types import LEAST_VERDICTS, MOST_VERDICTS, Advice, Cut
from core.review.types import FeedbackFilter
from ui.components.quality_chart import curve_chart
from ui.components.quality_defaults import keep_undo
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench
from ui.text import plain

_FIGURE_WIDTH = 110


def advice_panel(
    actor: Actor, filter: FeedbackFilter, model: str, phrase: str, wanted: float
) -> None:
    advice = workbench().quality.advice(actor, filter, model, phrase, wanted)
    st.subheader(f"“{plain(phrase)}” by {plain(model)}")
    if not advice.verdicts:
        st.info(
            "No verdicts on boxes of this phrase match the filters. They are given under a "
            "detection: right, wrong label, loose, not there.",
            icon=":material/inbox:",
        )
        return
    if advice.advised:
        _figures(advice, advice.advised)
        _button(filter, advice, advice.advised)
    else:
        st.info(_why_none(advice), icon=":material/info:")
    if advice.curve:
        curve_chart(advice)
    st.caption(_stands_on(advice))


def _figures(advice: Advice, cut: Cut) -> None:
    high = "no upper end" if cut.interval.high is None else f"{cut.interval.high:.2f}"
    within = cut.precision_interval
    with st.container(horizontal=True):
        _figure(
            "Advised cut",
            f"{cut.cut:.2f}",
            f"95 %: {cut.interval.low:.2f} to {high}",
            help="The lowest score such that the boxes scored as much or more have the wanted "
            "precision. Interval: over resampled ratings; without an upper end where in more than "
            "2.5 % of them no cut is good enough.",
        )
        _figure(
            "Precision at it",
            f"{cut.precision:.0%}",
            f"95 %: {100 * within.low:.0f} to {within.high:.0%}, n = {cut.boxes:,}",
        )
        _figure("Boxes kept", f"{cut.kept:.0%}", f"{cut.boxes:,} of {advice.verdicts:,} judged")
        _figure("Right ones kept", f"{cut.right_kept:.0%}", f"{cut.right:,} of {advice.right:,}")


def _figure(label: str, value: str, of: str, help: str | None = None) -> None:
    with st.container(width=_FIGURE_WIDTH, gap=None):
        st.metric(label, value, help=help)
        st.caption(of)


def _button(filter: FeedbackFilter, advice: Advice, cut: Cut) -> None:
    same = advice.current is not None and abs(advice.current - cut.cut) < 1e-9
    st.button(
        f"Make {cut.cut:.2f} the default",
        key="quality-set",
        type="primary",
        icon=":material/check:",
        disabled=same,
        help="It is the default already."
        if same
        else f"Detections by {plain(advice.model)} that state no threshold show boxes of "
        f"“{plain(advice.phrase)}” from this score on, for everybody. Recorded runs stay as they "
        "are.",
        on_click=_set,
        args=(filter, advice, cut.cut),
    )


def _set(filter: FeedbackFilter, advice: Advice, seen: float) -> None:
    actor = require(Permission.REVIEW)
    with shown():
        before = workbench().quality.set_default(
            actor, filter, advice.model, advice.phrase, advice.wanted, seen=seen
        )
        keep_undo(advice.model, advice.phrase, before)


def _why_none(advice: Advice) -> str:
    if not advice.enough:
        return f"Not enough verdicts: {advice.verdicts} of at least {LEAST_VERDICTS}."
    best = max(advice.curve, key=lambda point: point.precision, default=None)
    if best is None:
        return "Not enough verdicts."
    return (
        f"No cut reaches {advice.wanted:.0%}; the best is {best.precision:.0%} from "
        f"{best.cut:.2f} on, with {best.boxes} boxes."
    )


def _stands_on(advice: Advice) -> str:
    parts = [f"{advice.verdicts:,} verdicts of {advice.ratings:,} ratings"]
    if advice.verdicts == MOST_VERDICTS:
        parts[0] = f"the newest {parts[0]}"
    if advice.demo:
        parts.append(f"{advice.demo:,} of the verdicts are demo data")
    if advice.current is not None:
        now = (
            ""
            if advice.current_precision is None
            else f", precision {advice.current_precision:.0%}"
        )
        parts.append(f"default now {advice.current:.2f}{now}")
        parts.append(f"{advice.below_current:,} judged boxes lie under it, where few are looked at")
    if advice.missed and advice.recall_at_most is not None:
        parts.append(
            f"{advice.missed:,} drawn as missed: the cut finds at most {advice.recall_at_most:.0%} "
            "of what is there"
        )
    return f"{'; '.join(parts)}.".capitalize()
