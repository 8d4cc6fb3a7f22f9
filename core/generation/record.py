"""A generation as the JSON of its row, and back."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from core.generation.claims.types import Claim, ClaimKind
from core.generation.types import (
    Alternative,
    Described,
    FinishReason,
    GenerationRun,
    Lead,
    Message,
    Origin,
    Output,
    SamplingParams,
    TokenEvent,
    Usage,
    UsedPrompt,
)
from core.runs.types import Relation, RunStatus
from db.repositories.runs import Model, Run, RunRepository


def params_to_json(run: GenerationRun) -> dict[str, Any]:
    """Sampling parameters; and messages, lead, origin, variables and boxes where there are any.

    What of an origin or a used prompt is a column of its own is left out.
    """
    stored: dict[str, Any] = {**vars(run.params), "stop": list(run.params.stop)}
    if run.messages:
        stored["messages"] = [vars(message) for message in run.messages]
    if run.lead:
        stored["lead"] = {"text": run.lead.text, "ids": list(run.lead.token_ids)}
    if run.origin:
        stored["origin"] = {"output": run.origin.output}
    if run.used_prompt:
        stored["variables"] = dict(run.used_prompt.variables)
    if run.described:
        stored["described"] = {
            "detection": str(run.described.detection_id),
            "boxes": list(run.described.boxes),
        }
    return stored


def output_to_json(run: GenerationRun, events: Sequence[TokenEvent]) -> dict[str, Any]:
    """`outputs` with their tokens, `order` (the output of each event over the run), `usage`."""
    outputs = [
        {
            "text": output.text,
            "finish_reason": output.finish_reason,
            "tokens": [token_to_json(event) for event in events if event.output == number],
        }
        | ({} if output.claims is None else {"claims": [vars(one) for one in output.claims]})
        for number, output in enumerate(run.outputs)
    ]
    stored: dict[str, Any] = {"outputs": outputs, "usage": vars(run.usage)}
    if len(outputs) > 1:
        stored["order"] = [event.output for event in events]
    if run.error is not None:
        stored["error"] = run.error
    return stored


def token_to_json(event: TokenEvent) -> dict[str, Any]:
    token: dict[str, Any] = {"text": event.text, "id": event.token_id, "logprob": event.logprob}
    if event.top:
        token["top"] = [[one.text, one.logprob, one.token_id] for one in event.top]
    if event.entropy is not None:
        token["entropy"] = event.entropy
    return token


def read_run(
    repository: RunRepository, run_id: UUID
) -> tuple[GenerationRun, list[TokenEvent]] | None:
    """A generation and its events as recorded; None where there is no such generation."""
    found = repository.get_run(run_id)
    if found is None or found[0].task != "generation":
        return None
    row, model = found
    return as_generation(row, model), list(_events(row.output or {}))


def as_generation(row: Run, model: Model) -> GenerationRun:
    """A generation as recorded, without its events."""
    stored = dict(row.params)
    messages = tuple(Message(**message) for message in stored.pop("messages", ()))
    lead, origin = stored.pop("lead", None), stored.pop("origin", None)
    variables, described = stored.pop("variables", {}), as_described(stored.pop("described", None))
    params = SamplingParams(**{**stored, "stop": tuple(stored.get("stop", ()))})
    status = RunStatus(row.status)
    output = row.output or {}
    return GenerationRun(
        id=row.id,
        user_id=row.user_id,
        model=model.name,
        revision=model.revision,
        prompt=row.prompt,
        messages=messages,
        params=params,
        status=status,
        outputs=_outputs(status, params, output),
        usage=Usage(**output.get("usage", {"prompt_tokens": 0, "completion_tokens": 0})),
        timings_ms=row.timings_ms or {},
        created_at=row.created_at,
        error=output.get("error"),
        origin=_origin(row, origin or {}, described),
        lead=Lead(lead["text"], tuple(lead["ids"])) if lead else None,
        used_prompt=_used_prompt(row, variables),
        described=described,
        erased_at=row.erased_at,
    )


def texts_of(row: Run) -> tuple[str, ...]:
    """The outputs of a stored generation as people read them: the lead, then what was written."""
    lead = row.params.get("lead")
    before = lead["text"] if lead else ""
    return tuple(before + one["text"] for one in (row.output or {}).get("outputs", ()))


def as_described(stored: Mapping[str, Any] | None) -> Described | None:
    """What a run's `params` keep as "described"."""
    return Described(UUID(stored["detection"]), tuple(stored["boxes"])) if stored else None


def _origin(row: Run, stored: Mapping[str, Any], described: Described | None) -> Origin | None:
    """None too where the run it came from is erased."""
    if row.parent_id is None or row.relation is None:
        return None
    boxes = described.boxes if described else ()
    return Origin(row.parent_id, Relation(row.relation), stored.get("output"), boxes)


def _used_prompt(row: Run, variables: Mapping[str, str]) -> UsedPrompt | None:
    return UsedPrompt(row.prompt_version_id, variables) if row.prompt_version_id else None


def _outputs(
    status: RunStatus, params: SamplingParams, output: Mapping[str, Any]
) -> tuple[Output, ...]:
    """The outputs; of a run whose text is lost, or still written elsewhere, empty ones."""
    if "outputs" not in output:
        reason = None if status is RunStatus.RUNNING else FinishReason.ERROR
        return (Output("", reason),) * params.n
    return tuple(
        Output(one["text"], FinishReason(one["finish_reason"]), _claims(one.get("claims")))
        for one in output["outputs"]
    )


def _claims(stored: Sequence[Mapping[str, Any]] | None) -> tuple[Claim, ...] | None:
    if stored is None:
        return None
    return tuple(
        Claim(**{**one, "span": tuple(one["span"]), "kind": ClaimKind(one["kind"])})
        for one in stored
    )


def _events(output: Mapping[str, Any]) -> list[TokenEvent]:
    outputs = output.get("outputs", ())
    tokens = [enumerate(one.get("tokens", ())) for one in outputs]
    order = output.get("order") or [0] * sum(len(one.get("tokens", ())) for one in outputs)
    return [token_event(number, *next(tokens[number])) for number in order]


def token_event(output: int, index: int, token: Mapping[str, Any]) -> TokenEvent:
    return TokenEvent(
        output=output,
        index=index,
        text=token["text"],
        token_id=token["id"],
        logprob=token["logprob"],
        top=tuple(Alternative(*one) for one in token.get("top", ())),
        entropy=token.get("entropy"),
    )
