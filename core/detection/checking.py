"""What can be refused about a detection without its pixels and its model."""

from collections.abc import Mapping, Sequence
from time import perf_counter
from uuid import UUID

from core.clock import now
from core.detection import prompt as prompts
from core.detection.cuts import PhraseCuts
from core.detection.images import PictureFile
from core.detection.recording import CheckedRequest
from core.detection.types import DetectionParams
from core.errors import Invalid
from core.ids import new_id
from core.inference.types import ModelInfo
from core.permissions import Actor


def checked_request(
    actor: Actor,
    file: PictureFile,
    prompt: str | Sequence[str],
    params: DetectionParams,
    model: ModelInfo,
    max_phrases: int,
    cuts: PhraseCuts,
    run_id: UUID | None = None,
) -> CheckedRequest:
    """A new request; raises `Invalid` where the prompt or a threshold is not usable.

    `cuts` are for phrases only, and for requests that state no box threshold.
    """
    began, created_at = perf_counter(), now()
    phrases, caption = _read(prompt, params, max_phrases)
    _check_thresholds(params)
    own = {} if params.box_threshold is not None else cuts.of(model.id, phrases)
    return CheckedRequest(
        id=run_id or new_id(),
        actor=actor,
        prompt=prompt if isinstance(prompt, str) else ". ".join(phrases),
        phrases=phrases,
        caption=caption,
        file=file,
        model=model,
        thresholds=_thresholds(params, model, own),
        phrase_thresholds=own,
        began=began,
        created_at=created_at,
    )


def check_asked(prompt: str | Sequence[str], params: DetectionParams, max_phrases: int) -> None:
    """Raise `Invalid` for what can be asked of no picture: prompt or thresholds."""
    _read(prompt, params, max_phrases)
    _check_thresholds(params)


def _read(
    prompt: str | Sequence[str], params: DetectionParams, max_phrases: int
) -> tuple[tuple[str, ...], str | None]:
    """The phrases, or none and the caption."""
    if not isinstance(prompt, str):
        if params.caption:
            raise Invalid("A caption is one text, not a list; give it as such.")
        return prompts.listed(prompt, max_phrases), None
    if params.caption:
        return (), prompts.caption(prompt)
    return prompts.parse(prompt, max_phrases), None


def _check_thresholds(params: DetectionParams) -> None:
    for name in ("box_threshold", "text_threshold"):
        value = getattr(params, name)
        if value is not None and not 0 <= value <= 1:
            raise Invalid(f"{name} is {value}; it must be from 0 to 1.", facts={"min": 0, "max": 1})


def _thresholds(
    params: DetectionParams, info: ModelInfo, own: Mapping[str, float]
) -> dict[str, float]:
    """The thresholds used: those given, else the model's own.

    The text threshold is then never above that of a box, so that it drops nothing.
    """
    box = info.box_threshold if params.box_threshold is None else params.box_threshold
    text = params.text_threshold
    return {
        "box_threshold": box,
        "text_threshold": min(info.text_threshold, box, *own.values()) if text is None else text,
    }
