"""Files of the ratings that match: which, and with which columns."""

import streamlit as st

from core.plugins.types import Takes
from core.review.columns import COLUMNS
from core.review.evidence import MAX_RATINGS
from ui.components.export_links import export_links
from ui.components.review_columns import COLUMNS as SHOWN
from ui.components.review_columns import columns_of
from ui.components.review_view import View, export_url, report_url

_KEY = "review-export"
_ALL, _TABLE, _OWN = "all columns", "the table's columns", "own choice"


def export_menu(view: View, total: int) -> None:
    """Made only while it is open."""
    popover = st.popover(
        "Export", icon=":material/download:", key=_KEY, on_change="rerun", help="Files to download"
    )
    if not popover.open:
        return
    with popover:
        st.caption(f"{total:,} ratings that match the filters, with their runs.")
        columns = _columns(view)
        st.link_button(
            "CSV",
            export_url(view, "csv", columns),
            icon=":material/table:",
            width="stretch",
            help="For spreadsheets and programs, newest first; nothing in it is computed.",
        )
        st.link_button(
            "COCO",
            export_url(view, "coco"),
            icon=":material/shapes:",
            width="stretch",
            help="Judged and missed boxes, as JSON in COCO's format; pictures by their SHA-256.",
        )
        _evidence(view, columns, total)
        export_links(Takes.REVIEW, lambda name: report_url(view, name))


def _columns(view: View) -> tuple[str, ...] | None:
    """None: all."""
    which = st.segmented_control(
        "Columns", [_ALL, _TABLE, _OWN], key=f"{_KEY}-which", default=_ALL, required=True
    )
    if which == _TABLE:
        return tuple(columns_of(view))
    if which != _OWN:
        return None
    chosen = st.multiselect(
        "Columns, in this order",
        list(COLUMNS),
        key=f"{_KEY}-columns",
        format_func=lambda name: SHOWN[name].label if name in SHOWN else name,
        placeholder="all",
    )
    return tuple(chosen) or None


def _evidence(view: View, columns: tuple[str, ...] | None, total: int) -> None:
    with_pictures = st.toggle("with the pictures themselves", key=f"{_KEY}-images")
    too_many = total > MAX_RATINGS
    st.link_button(
        "Evidence pack",
        export_url(view, "evidence", columns, images=with_pictures),
        icon=":material/inventory_2:",
        width="stretch",
        disabled=too_many,
        help=f"A pack holds at most {MAX_RATINGS:,} ratings; narrow the filters."
        if too_many
        else "A ZIP file: the CSV, and a manifest with filter, hashes of files and pictures, model "
        "revisions, parameters and seeds, and how to run each again.",
    )
