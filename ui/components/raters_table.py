"""One line for each rater: how much, how strictly, how far from others, how long it takes."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from core.raters.types import RaterFigures
from core.review.filters import to_query
from core.review.types import FeedbackFilter
from ui.navigation import spec
from ui.text import plain

_HEIGHT, _ROW_HEIGHT, _FRAME = 560, 35, 3
_KEY = "raters-table"


def raters_table(raters: Sequence[RaterFigures], filter: FeedbackFilter) -> None:
    """The table; a row that is ticked links to that rater's ratings."""
    if not raters:
        st.info(
            "No ratings match these filters." if filter != FeedbackFilter() else "No ratings yet.",
            icon=":material/inbox:",
        )
        return
    chosen = st.dataframe(
        [_cells(each) for each in raters],
        key=_KEY,
        height=min(_HEIGHT, _ROW_HEIGHT * (len(raters) + 1) + _FRAME),
        hide_index=True,
        placeholder="–",
        on_select="rerun",
        selection_mode="single-row",
        column_config=_COLUMNS,
        alt="Raters with number and mean of ratings, severity, disagreement, time and anchors",
    )
    rows = [row for row in chosen["selection"]["rows"] if row < len(raters)]
    if not rows:
        st.caption("Tick a row to see that rater's ratings.")
        return
    rater, page = raters[rows[0]], spec("feedback")
    st.page_link(
        page.page(),
        label=f"The {rater.ratings:,} ratings of {plain(rater.username)}",
        icon=f":material/{page.icon}:",
        query_params=to_query(replace(filter, user=rater.username)),
    )


def _cells(rater: RaterFigures) -> dict[str, object]:
    strict = rater.severity
    return {
        "Rater": rater.username,
        "Role": str(rater.role),
        "Ratings": rater.ratings,
        "Mean": rater.mean,
        "Severity": strict.value if strict else None,
        "95 %": _interval(rater),
        "Far apart": None if rater.disagreement is None else 100 * rater.disagreement,
        "Pairs": rater.pairs,
        "Time": None if rater.rate_ms is None else rater.rate_ms / 1000,
        "Comments": 100 * rater.commented,
        "Anchors": rater.anchors,
        "Off anchors": rater.anchor_deviation,
    }


def _interval(rater: RaterFigures) -> str | None:
    found = rater.severity.interval if rater.severity else None
    return f"{found.low:+.2f} to {found.high:+.2f}" if found else None


_COLUMNS = {
    "Rater": st.column_config.TextColumn(width=130),
    "Role": st.column_config.TextColumn(width=70),
    "Ratings": st.column_config.NumberColumn(format="localized", width=70),
    "Mean": st.column_config.NumberColumn(format="%.2f", width=60),
    "Severity": st.column_config.NumberColumn(
        format="%+.2f",
        width=75,
        help="How many stars lower than the average rater, on the same runs: + is stricter, − "
        "milder. By least squares over rating = run + rater, with runs that two or more rated.",
    ),
    "95 %": st.column_config.TextColumn(width=120, help="The interval of the severity"),
    "Far apart": st.column_config.NumberColumn(
        format="%.0f %%",
        width=75,
        help="Of all pairs with another's rating of the same run: those two stars apart or more",
    ),
    "Pairs": st.column_config.NumberColumn(
        format="localized", width=65, help="Of their rating and another's of one run"
    ),
    "Time": st.column_config.NumberColumn(
        format="%.0f s", width=65, help="Median from the end of the run to its first rating"
    ),
    "Comments": st.column_config.NumberColumn(
        format="%.0f %%", width=90, help="Ratings with a comment"
    ),
    "Anchors": st.column_config.NumberColumn(
        width=75, help="Ratings of runs that a reviewer has set a reference for"
    ),
    "Off anchors": st.column_config.NumberColumn(
        format="%+.2f", width=100, help="Mean of rating less reference, in stars: − is stricter"
    ),
}
