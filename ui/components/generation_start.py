"""From the fields to a run: a new one, or a changed form of one there is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from core.generation.types import GenerationRun, Message, Origin, SamplingParams
from core.inference.types import ModelInfo
from core.permissions import Actor, Permission
from core.runs.types import Relation
from ui.components import generation_form, sampling
from ui.components.generation_form import Wording
from ui.guard import require
from ui.opened import show_generation
from ui.resources import workbench
from ui.session import session


@dataclass(frozen=True)
class GenerationAsk:
    """What stands in the fields."""

    info: ModelInfo
    wording: Wording
    params: SamplingParams


def start(actor: Actor, asked: GenerationAsk) -> GenerationRun:
    """Start it and show it; a model is loaded first where it is not yet, to know what it can.

    Raises what `GenerationService.start` does.
    """
    text, used = asked.wording.written(actor)
    info = asked.info if asked.info.abilities else _loaded(asked.info)
    prompt = asked.wording.chat.asked(text, info)
    params = sampling.with_alternatives(asked.params, info)
    origin = _origin(actor, prompt, params, info.id)
    run = workbench().generation.start(
        actor, prompt, params, info.id, origin=origin, used_prompt=used
    )
    show_generation(run.id)
    return run


def edit(run: GenerationRun) -> None:
    """Callback: fill the fields from `run`, and let the next run be a changed form of it."""
    require(Permission.GENERATE)
    generation_form.fill_from(run)
    session().edited_run_id = run.id


def edited_notice() -> None:
    """Says that the next run is a changed form of the one shown, and lets it not be."""
    if session().edited_run_id is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(":material/edit: The next run is linked to this one, as an edit of it.")
        st.button("Do not link", key="generation-not-edited", type="tertiary", on_click=_not_edited)


def _loaded(info: ModelInfo) -> ModelInfo:
    with st.spinner("Loading the model", show_time=True):
        info, _ = workbench().models.generator(info.id)
    return info


def _not_edited() -> None:
    require(Permission.GENERATE)
    session().edited_run_id = None


def _origin(
    actor: Actor, prompt: str | Sequence[Message], params: SamplingParams, model: str
) -> Origin | None:
    """Of an edited run: that run, and whether anything but the seed was changed."""
    edited = session().edited_run_id
    if edited is None:
        return None
    before = workbench().generation.get(actor, edited)
    same = before.lead is None and (
        (before.model, before.messages or before.prompt, _settings(before.params))
        == (model, prompt, _settings(params))
    )
    return Origin(before.id, Relation.AGAIN if same else Relation.EDITED)


def _settings(params: SamplingParams) -> SamplingParams:
    """What a person sets of them, the seed left out."""
    return replace(params, seed=None, top_logprobs=0)
