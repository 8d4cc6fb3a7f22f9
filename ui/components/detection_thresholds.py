"""The scores from which boxes count as found, in words: the run's, and those of its phrases."""

import streamlit as st

from core.detection import prompt as prompts
from core.detection.types import DetectionRun
from core.errors import Invalid
from core.inference.types import ModelInfo
from core.permissions import Actor
from ui.resources import workbench
from ui.text import plain, shortened

_AT_MOST = 3
_PHRASE_CHARS = 30


def threshold_words(run: DetectionRun) -> str:
    """As in “0.35 (“red circle” 0.42)”."""
    own = _listed(dict(run.own_cuts))
    return f"{run.least_score:.2f}{f' ({own})' if own else ''}"


def own_cuts_note(
    actor: Actor, info: ModelInfo, prompt: str, *, stated: bool, caption: bool
) -> None:
    """Which of the phrases typed are shown from a score of their own, as long as none is stated."""
    if stated or caption:
        return
    try:
        phrases = prompts.parse(prompt, workbench().settings.max_phrases)
    except Invalid:
        return  # said when it is sent
    own = workbench().detection.cuts(actor, info.id, phrases)
    if own:
        st.caption(
            f"From verdicts: {_listed(dict(own))}. Move the slider to state one score for all.",
            help="Reviewers set the score from which boxes of these phrases are shown by default.",
        )


def _listed(cuts: dict[str, float]) -> str:
    named = [
        f"“{plain(shortened(phrase, _PHRASE_CHARS))}” {cut:.2f}"
        for phrase, cut in list(cuts.items())[:_AT_MOST]
    ]
    more = len(cuts) - len(named)
    return ", ".join([*named, *([f"{more} more"] if more else [])])
