"""A run's text while it is written, and after."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from core.generation.claims.types import Claim
from core.generation.types import GenerationRun, Output
from core.runs.types import RunStatus
from ui.components.bundle import api_url, component
from ui.components.markdown import formatted

SCRIPTS = (
    *("element", "tokenstream_run", "tokenstream_words", "tokenstream_safe", "tokenstream_keep"),
    *("tokenstream_claims", "tokenstream_text", "tokenstream_curve", "tokenstream_card"),
    *("tokenstream_tokens", "tokenstream_views", "tokenstream_pane"),
)
_mount = component("tokenstream", *SCRIPTS)


@dataclass(frozen=True)
class Branch:
    """The wish to write on from token `index` of an output, with `token_id` in its place."""

    run_id: UUID
    output: int
    index: int
    token_id: int


@dataclass(frozen=True)
class Seen:
    """What the browser told: the run whose end it has seen, and a branch, in one rerun only."""

    finished: UUID | None
    branch: Branch | None


def token_stream(run: GenerationRun, *, key: str, can_branch: bool = False) -> Seen:
    """Follow `run` in the browser: text, pace, a Stop button; at the end the text in three views.

    The component reads the API's event stream itself and survives reruns. The script runs again
    when the end is seen, and with `can_branch` when an alternative to a token is chosen.
    """
    told = _mount(
        key=key,
        data=as_data(run, can_branch=can_branch),
        default={"finished": None},
        on_finished_change=_heard,
        on_branch_change=_heard,
    )
    finished = told.get("finished")
    return Seen(UUID(finished["run"]) if finished else None, _branch(told.get("branch")))


def as_data(run: GenerationRun, *, can_branch: bool) -> dict[str, object]:
    """`run` as the browser reads it; what only its end brings is under `final`."""
    return {
        "run": str(run.id),
        "stream": api_url(f"runs/{run.id}/stream"),
        "cancel": api_url(f"runs/{run.id}/cancel"),
        "signals": api_url(f"runs/{run.id}/signals"),
        "limit": run.params.max_new_tokens * run.params.n,
        "outputs": run.params.n,
        "lead": _lead(run),
        "alternatives": run.params.top_logprobs,
        "can_branch": can_branch,
        "final": None if run.status is RunStatus.RUNNING else _final(run),
    }


def _heard() -> None:
    """Streamlit wants a callback for every state; the rerun that follows is all that is needed."""


def _branch(told: Mapping[str, Any] | None) -> Branch | None:
    if told is None:
        return None
    return Branch(UUID(told["run"]), told["output"], told["index"], told["token_id"])


def _lead(run: GenerationRun) -> str:
    return run.lead.text if run.lead else ""


def _final(run: GenerationRun) -> dict[str, object]:
    return {
        "state": run.status.value,
        "reason": run.error or "",
        "texts": [output.text for output in run.outputs],
        "ends": [output.finish_reason for output in run.outputs],
        "html": [formatted(_lead(run) + output.text) for output in run.outputs],
        "claims": [_claims(output) for output in run.outputs],
        "tokens": run.usage.completion_tokens,
        "timings": dict(run.timings_ms),
    }


def _claims(output: Output) -> list[dict[str, object]] | None:
    return None if output.claims is None else [_claim(claim) for claim in output.claims]


def _claim(claim: Claim) -> dict[str, object]:
    return {
        "start": claim.span[0],
        "end": claim.span[1],
        "kind": claim.kind.value,
        "supported": claim.supported,
        "reason": claim.reason,
    }
