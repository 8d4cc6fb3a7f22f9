"""How a run ends: its row is closed, with what was really written."""

from collections.abc import Sequence

from core import clock
from core.generation.record import output_to_json
from core.generation.types import GenerationRun, TokenEvent
from db.repositories.runs import RunRepository


def close_run(
    repository: RunRepository, run: GenerationRun, events: Sequence[TokenEvent], code: str | None
) -> bool:
    """Close the run's row and count its tokens; False where it was closed already."""
    told = [output.claims for output in run.outputs if output.claims is not None]
    claims = [claim for each in told for claim in each]
    total = run.timings_ms.get("total")
    return repository.finish_run(
        run.id,
        status=run.status,
        output=output_to_json(run, events),
        error_code=code,
        timings_ms=dict(run.timings_ms),
        latency_ms=None if total is None else round(total),
        finished_at=clock.now(),
        prompt_tokens=run.usage.prompt_tokens,
        completion_tokens=run.usage.completion_tokens,
        claims=len(claims) if told else None,
        claims_supported=sum(claim.supported for claim in claims) if told else None,
    )
