"""A run's text while it is written, and after."""

from uuid import UUID

from core.generation.types import FinishReason, GenerationRun
from core.runs.types import RunStatus
from ui.components.bundle import api_url, component

_mount = component("tokenstream", "tokenstream_run")


def token_stream(run: GenerationRun, *, key: str) -> UUID | None:
    """Follow `run` in the browser: text, pace, a Stop button; `Esc` stops too.

    The component reads the API's event stream itself and survives reruns. Returns the id of the
    run whose end it has seen; the script runs again when that changes.
    """
    told = _mount(
        key=key,
        data={
            "run": str(run.id),
            "stream": api_url(f"runs/{run.id}/stream"),
            "cancel": api_url(f"runs/{run.id}/cancel"),
            "limit": run.params.max_new_tokens * run.params.n,
            "outputs": run.params.n,
            "final": None if run.status is RunStatus.RUNNING else _final(run),
        },
        default={"finished": None},
        on_finished_change=_heard,
    )
    finished = told.get("finished")
    return UUID(finished["run"]) if finished else None


def _heard() -> None:
    """Streamlit wants a callback for every state; the rerun that follows is all that is needed."""


def _final(run: GenerationRun) -> dict[str, object]:
    reasons = {output.finish_reason for output in run.outputs}
    at_limit = FinishReason.LENGTH in reasons
    return {
        "state": run.status.value,
        "reason": run.error or (FinishReason.LENGTH.value if at_limit else ""),
        "texts": [output.text for output in run.outputs],
        "tokens": run.usage.completion_tokens,
        "timings": dict(run.timings_ms),
    }
