"""Each model with its state and what it has to do; loaded, unloaded and tried from here."""

import streamlit as st

from core.clock import now
from core.errors import GlimpseError
from core.inference.addresses import REMOTE
from core.inference.types import EngineStats, ModelInfo, ModelState
from core.permissions import Permission
from core.runs.types import Task
from core.system.types import ModelStatus, SystemStatus
from ui.components.model_choice import size_of
from ui.components.status import state_words
from ui.components.system_words import count, of_most
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench
from ui.session import session
from ui.text import facts, lasted, plain, size

_ACTS_WIDTH = 230
_PASSING = (ModelState.LOADING, ModelState.UNLOADING)
_COLOURS = {
    ModelState.READY: "green",
    ModelState.LOADING: "blue",
    ModelState.UNLOADING: "blue",
    ModelState.UNAVAILABLE: "red",
}


def system_models(status: SystemStatus) -> None:
    st.subheader("Models")
    if not status.models:
        st.info("No model is set up; add one to models.toml and start again.")
    for model in status.models:
        _row(model)
    for device in status.accelerators:
        taken = f"{size(device.used_bytes)} taken by this process"
        free = f"{size(device.free_bytes)} of {size(device.total_bytes)} free"
        st.caption(facts(plain(device.name), taken, free))


def _row(model: ModelStatus) -> None:
    info = model.standing.info
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        with st.container():
            default = " :gray-badge[default]" if model.standing.is_default else ""
            colour = _COLOURS.get(info.state, "gray")
            st.markdown(
                f"**{plain(info.id)}** {info.task} :{colour}-badge[{state_words(info)}]{default}"
                f"  \n:small[{_about(info)}]  \n:small[{_doing(model)}]"
            )
            if info.reason:
                st.caption(plain(info.reason))
        with st.container(horizontal=True, horizontal_alignment="right", width=_ACTS_WIDTH):
            _acts(model)


def _about(info: ModelInfo) -> str:
    """What is known of it; of an unloaded one only where it comes from."""
    return facts(
        plain(info.device or info.source),
        f"revision {plain(info.revision[:12])}" if info.revision else "",
        size_of(info),
        info.dtype or "",
        f"weights {size(info.memory_bytes)}" if info.memory_bytes else "",
    )


def _doing(model: ModelStatus) -> str:
    standing, stats = model.standing, model.standing.stats
    passing = standing.info.state in _PASSING
    since = f"for {lasted((now() - standing.since).total_seconds())}" if passing else ""
    if standing.info.task is Task.DETECTION:
        told = [count(model.calls, "call"), _work(stats, "in work"), _features(stats)]
    else:
        told = [count(model.calls, "text"), count(model.tokens or 0, "token")]
        told += [_work(stats, "being written"), _cache(stats)]
    return facts(since, *told)


def _work(stats: EngineStats | None, verb: str) -> str:
    if stats is None:
        return ""
    return f"{stats.active} of {stats.places} {verb}, {stats.queued} waiting"


def _features(stats: EngineStats | None) -> str:
    if stats is None or stats.cache_budget is None:
        return ""
    pictures = count(stats.cache_entries, "picture")
    return f"features of {pictures}: {of_most(stats.cache_bytes, stats.cache_budget)}"


def _cache(stats: EngineStats | None) -> str:
    if stats is None or stats.cache_budget is None:
        return ""
    return f"keys and values {of_most(stats.cache_bytes, stats.cache_budget)}"


def _acts(model: ModelStatus) -> None:
    info, key = model.standing.info, f"{model.standing.info.task}-{model.standing.info.id}"
    which = (info.task, info.id)
    if model.standing.is_broken:
        st.caption("Mend its entry, and start again.", width="content")
    elif info.state is ModelState.UNLOADING:
        _button("Keep it", f"keep-{key}", "Go on using it", which)
    elif info.state in (ModelState.UNLOADED, ModelState.WAITING) and info.device != REMOTE:
        _button("Load", f"load-{key}", "Into memory, with a first try", which)
    elif info.state is ModelState.UNLOADED:
        _button("Load", f"load-{key}", "Ask it again from now on", which)
    elif info.state is ModelState.UNAVAILABLE and model.standing.stats is None:
        _button("Try again", f"again-{key}", "Load it once more", which)
    elif info.state is not ModelState.LOADING:
        _use(model, key, which)


def _use(model: ModelStatus, key: str, which: tuple[Task, str]) -> None:
    st.button(
        "Warm up",
        key=f"system-warm-{key}",
        help="Send it the smallest request, and see how long that takes",
        on_click=_warm,
        args=which,
    )
    with st.popover("Unload", key=f"system-unload-open-{key}"):
        st.write(_consequences(model))
        st.button(
            "Unload it",
            key=f"system-unload-{key}",
            type="primary",
            on_click=_unload,
            args=which,
        )


def _consequences(model: ModelStatus) -> str:
    """Whom it hurts and how."""
    stats = model.standing.stats
    at_work = 0 if stats is None else stats.active + stats.queued
    now_at = f"{count(at_work, 'request')} now" if at_work else "nothing at the moment"
    words = [
        "New requests for it are refused until somebody loads it again; detections that are known "
        "already are still answered.",
        f"What it has begun ends first: {now_at}.",
    ]
    if model.standing.is_default:
        words.insert(0, "**It is the default: whoever names no model asks for it.**")
    return "\n\n".join(words)


def _button(label: str, key: str, help: str, which: tuple[Task, str]) -> None:
    st.button(label, key=f"system-{key}", help=help, on_click=_load, args=which)


def _load(task: Task, model_id: str) -> None:
    actor = require(Permission.MANAGE_SYSTEM)
    with shown():
        session().system_told = None
        workbench().system.load(actor, task, model_id)


def _unload(task: Task, model_id: str) -> None:
    actor = require(Permission.MANAGE_SYSTEM)
    with shown():
        session().system_told = None
        workbench().system.unload(actor, task, model_id)


def _warm(task: Task, model_id: str) -> None:
    actor = require(Permission.MANAGE_SYSTEM)
    with shown():
        try:
            seconds = workbench().system.warm_up(actor, task, model_id)
        except GlimpseError as error:
            session().system_told = f"{model_id} did not answer. {error.message}"
        else:
            session().system_told = f"{model_id} answered in {seconds * 1000:,.0f} ms."
