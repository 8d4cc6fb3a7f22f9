"""Two detections on one picture, side by side and box by box."""

from dataclasses import replace

import streamlit as st

from core.detection.types import FLOOR, Detection, DetectionRun
from core.permissions import Actor
from core.runs.comparison import LEAST_IOU, Comparison
from ui.components.boxview import run_boxes
from ui.components.detection_thresholds import threshold_words
from ui.components.history_actions import OPEN_HELP
from ui.components.history_view import View, show
from ui.navigation import spec
from ui.resources import workbench
from ui.text import ago, boxes, facts, plain, shortened

_PROMPT_CHARS = 40
_LESS_THAN_SHOWN = 0.005


def comparison(actor: Actor, view: View) -> None:
    """The comparison that the address names. Raises `NotFound` and `Invalid`."""
    if view.compared is None:
        return
    found = workbench().runs.compare(actor, *view.compared)
    st.markdown(f"{_summary(found)}  \n{_settings(found)}")
    for column, name, run in zip(
        st.columns(2, gap="medium"), "AB", (found.a, found.b), strict=True
    ):
        with column:
            _run(name, run)
    _table(found)


def back_to_list(view: View) -> None:
    st.button(
        "Back to the list",
        key="history-back",
        icon=":material/arrow_back:",
        on_click=show,
        args=(replace(view, compared=None),),
    )


def _run(name: str, run: DetectionRun) -> None:
    with st.container(horizontal=True, vertical_alignment="top", wrap=False):
        made = facts(
            f"{plain(run.model)} {run.revision[:8]}",
            f"threshold {threshold_words(run)}",
            f"{len(run.detections)} found",
            ago(run.created_at),
        )
        asked = plain(shortened(run.prompt, _PROMPT_CHARS))
        st.markdown(f"**{name}** · {asked}  \n:small[{made}]", width="stretch")
        st.page_link(
            spec("detection").page(),
            label="Open run",
            icon=":material/open_in_full:",
            help=OPEN_HELP,
            query_params={"run": str(run.id)},
        )
    run_boxes(run, floor=FLOOR, key=f"history-{name}")


def _summary(found: Comparison) -> str:
    both = f"**{boxes(len(found.pairs))}** in both"
    only = f"**{len(found.only_a)}** only in A, **{len(found.only_b)}** only in B"
    return f"{both}, {only}."


def _settings(found: Comparison) -> str:
    """What was asked differently."""
    a, b = found.a, found.b
    differ = [
        f"{what} {one} in A, {other} in B"
        for what, one, other in (
            ("model", _model(a), _model(b)),
            ("threshold", threshold_words(a), threshold_words(b)),
        )
        if one != other
    ]
    for name, one, other in (("A", a, b), ("B", b, a)):
        extra = _asked(one) - _asked(other)
        if extra:
            named = ", ".join(f"“{plain(phrase)}”" for phrase in sorted(extra))
            differ.append(f"only {name} looked for {named}")
    return f"Asked differently: {'; '.join(differ)}." if differ else "Both were asked the same."


def _asked(run: DetectionRun) -> set[str]:
    return {run.prompt} if run.caption else {phrase.casefold() for phrase in run.phrases}


def _model(run: DetectionRun) -> str:
    return f"{plain(run.model)} {run.revision[:8]}".strip()


def _table(found: Comparison) -> None:
    rows = [
        *(_row("both", pair.a, pair.b, pair.iou) for pair in found.pairs),
        *(_row("only A", box, None, None) for box in found.only_a),
        *(_row("only B", None, box, None) for box in found.only_b),
    ]
    if not rows:
        st.info("Neither run found anything at its threshold.", icon=":material/inbox:")
        return
    st.dataframe(
        rows,
        hide_index=True,
        placeholder="",
        column_config={
            "Label": st.column_config.TextColumn(width=220),
            "Found in": st.column_config.TextColumn(width=90),
            "Score in A": st.column_config.NumberColumn(format="%.2f", width=100),
            "Score in B": st.column_config.NumberColumn(format="%.2f", width=100),
            "B against A": st.column_config.NumberColumn(format="%+.2f", width=110),
            "Overlap": st.column_config.NumberColumn(
                format="%.2f", width=90, help="Intersection over union of the two boxes, 0 to 1"
            ),
        },
        alt="The boxes of both runs, matched",
    )
    st.caption(
        "Boxes found at each run's own threshold; two are the same where the label is and they "
        f"overlap by {LEAST_IOU} or more (intersection over union)."
    )


def _row(
    where: str, a: Detection | None, b: Detection | None, overlap: float | None
) -> dict[str, object]:
    change = b.score - a.score if a and b else None
    if change is not None and abs(change) < _LESS_THAN_SHOWN:
        change = 0.0
    some = a or b
    return {
        "Label": some.label if some else "",
        "Found in": where,
        "Score in A": a.score if a else None,
        "Score in B": b.score if b else None,
        "B against A": change,
        "Overlap": overlap,
    }
