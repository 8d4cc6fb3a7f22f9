"""The pictures of a job with the boxes found in them, a page at a time."""

from collections.abc import Callable, Sequence

import streamlit as st

from core.jobs.result_types import JobResult
from core.jobs.types import ItemState
from ui.components.batch_words import result_words
from ui.components.bundle import api_url, component

_THUMBNAIL_SIDE = 384

_mount = component("batch_gallery", "element")


def gallery(
    results: Sequence[JobResult], chosen: int | None, *, key: str, on_pick: Callable[[int], None]
) -> None:
    """Each in its place, also while it waits; `on_pick` hears the position of the one clicked."""

    def heard() -> None:
        picked = st.session_state[key].get("picked")
        if picked is not None:
            on_pick(int(picked))

    items = [_item(result) for result in results]
    _mount(key=key, data={"items": items, "chosen": chosen}, on_picked_change=heard)


def _item(result: JobResult) -> dict[str, object]:
    item = result.item
    shown = item.state is ItemState.DONE and not result.removed
    return {
        "at": item.position,
        "name": item.name,
        "picture": _thumbnail(result) if shown else None,
        "state": "removed" if result.removed else str(item.state),
        "words": result_words(result),
    }


def _thumbnail(result: JobResult) -> str:
    return api_url(f"runs/{result.item.run_id}/image?max_side={_THUMBNAIL_SIDE}&outlines=true")
