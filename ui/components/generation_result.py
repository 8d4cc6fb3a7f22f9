"""A generation on the page: its text, and the facts about it."""

from dataclasses import astuple

from core.generation.types import GenerationRun, SamplingParams
from core.permissions import Actor
from core.runs.types import RunStatus
from ui.components.generation_next import follow, why_not_written_on
from ui.components.tokenstream import token_stream
from ui.resources import workbench
from ui.text import plain

_KEY = "generation-text"
_RECORDED_WITHIN_S = 5.0
_WORTH_SAYING_MS = 100


def generation_result(actor: Actor, run: GenerationRun) -> GenerationRun:
    """The text. Returns the run as it stands when the text has ended."""
    service = workbench().generation
    seen = token_stream(run, key=_KEY, can_branch=why_not_written_on(run) is None)
    if seen.branch:
        wish = seen.branch
        follow(lambda: service.branch(actor, *astuple(wish)))
    if run.status is RunStatus.RUNNING and seen.finished == run.id:
        run = service.wait(actor, run.id, _RECORDED_WITHIN_S)
    return run


def settings_facts(run: GenerationRun) -> list[str]:
    """The model, how it was asked and how tokens were drawn; what stands as usual is left out."""
    params, usual = run.params, SamplingParams()
    parts = [plain(f"{run.model} {run.revision[:8]}".strip()), _asked(run)]
    if params.seed is not None:
        parts.append(f"seed {params.seed}")
    parts.append(f"temperature {params.temperature:g}")
    if params.top_p != usual.top_p:
        parts.append(f"top\u2011p {params.top_p:g}")
    if params.top_k != usual.top_k:
        parts.append(f"top\u2011k {params.top_k}")
    if params.repetition_penalty != usual.repetition_penalty:
        parts.append(f"repetition penalty {params.repetition_penalty:g}")
    if params.stop:
        parts.append("stops at " + ", ".join(f"“{plain(stop)}”" for stop in params.stop))
    return parts


def timing_facts(run: GenerationRun) -> list[str]:
    """How much was read, and how long it took."""
    parts = [f"{run.usage.prompt_tokens} prompt tokens"] if run.usage.exact else []
    queued, total = run.timings_ms.get("queue"), run.timings_ms.get("total")
    if queued is not None and queued >= _WORTH_SAYING_MS:
        parts.append(f"waited {_duration(queued)}")
    if total is not None:
        parts.append(f"{_duration(total)} in all")
    return parts


def _asked(run: GenerationRun) -> str:
    if not run.messages:
        return "sent as plain text"
    if len(run.messages) == 1:
        return "sent as a chat message"
    return f"sent as a chat of {len(run.messages)} messages"


def _duration(ms: float) -> str:
    return f"{ms:.0f} ms" if ms < 1000 else f"{ms / 1000:.1f} s"
