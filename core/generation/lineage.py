"""Runs made from runs: what a next one is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.errors import Invalid
from core.generation.types import (
    FinishReason,
    GenerationRun,
    Lead,
    Message,
    Origin,
    SamplingParams,
    TokenEvent,
    UsedPrompt,
)
from core.runs.types import Relation


@dataclass(frozen=True)
class Next:
    """A run to start; its seed is yet to be drawn."""

    prompt: str | Sequence[Message]
    params: SamplingParams
    model: str
    origin: Origin
    lead: Lead | None
    used_prompt: UsedPrompt | None


def tokens_of(run: GenerationRun, events: Sequence[TokenEvent], output: int) -> list[TokenEvent]:
    """The tokens of an output; `Invalid` where the run has no such output."""
    if not 0 <= output < len(run.outputs):
        raise Invalid(
            f"output: {output} is none of this run's; it has {len(run.outputs)}, from 0 on.",
            facts={"field": "output", "outputs": len(run.outputs)},
        )
    return [event for event in events if event.output == output]


def again(run: GenerationRun) -> Next:
    return _next(run, Relation.AGAIN, None, run.lead, run.params)


def continued(
    run: GenerationRun, events: Sequence[TokenEvent], output: int, max_new_tokens: int | None
) -> Next:
    """On from the end of an output. Raises `Invalid` where it has none to go on from."""
    written = tokens_of(run, events, output)
    reason = run.outputs[output].finish_reason
    if reason is None:
        raise Invalid(f"Output {output} is still being written; stop it first, or wait.")
    if reason is FinishReason.STOP:
        raise Invalid(
            f"Output {output} ended by itself, so that nothing follows; write it again instead.",
            facts={"finish_reason": reason},
        )
    if not written:
        raise Invalid(f"Output {output} has no text to go on from; write it again instead.")
    params = replace(run.params, n=1)
    if max_new_tokens is not None:
        params = replace(params, max_new_tokens=max_new_tokens)
    return _next(run, Relation.CONTINUED, output, _lead(run, written), params)


def branched(
    run: GenerationRun, events: Sequence[TokenEvent], output: int, index: int, token_id: int
) -> Next:
    """On from token `index`, which is `token_id` now. Raises `Invalid` where that is unknown."""
    written = tokens_of(run, events, output)
    if not 0 <= index < len(written):
        raise Invalid(
            f"index: {index} is no token of output {output}; it has {len(written)}, from 0 on.",
            facts={"field": "index", "tokens": len(written)},
        )
    lead = _lead(run, [*written[:index], _chosen(written[index], token_id)])
    return _next(run, Relation.BRANCHED, output, lead, replace(run.params, n=1))


def _next(
    run: GenerationRun,
    relation: Relation,
    output: int | None,
    lead: Lead | None,
    params: SamplingParams,
) -> Next:
    """Boxes go from run to run, so that a report on them can be checked however it came about."""
    return Next(
        prompt=run.messages or run.prompt,
        params=replace(params, seed=None),
        model=run.model,
        origin=Origin(run.id, relation, output, run.origin.boxes if run.origin else ()),
        lead=lead,
        used_prompt=run.used_prompt,
    )


def _lead(run: GenerationRun, tokens: Sequence[TokenEvent]) -> Lead:
    """The run's own lead and then `tokens`; without ids where one of them is not known."""
    text = "".join(token.text for token in tokens)
    ids = tuple(token.token_id for token in tokens if token.token_id is not None)
    if run.lead is None:
        return Lead(text, ids if len(ids) == len(tokens) else ())
    known = run.lead.token_ids and len(ids) == len(tokens)
    return Lead(run.lead.text + text, (*run.lead.token_ids, *ids) if known else ())


def _chosen(drawn: TokenEvent, token_id: int) -> TokenEvent:
    """The token `token_id` in the place of the one drawn.

    What an alternative says depends on the tokens before it: it may be a part of a character, or
    begin with a space that its name does not show. So its text is left to the engine, which tells
    it with the first token of the new text.
    """
    if token_id == drawn.token_id:
        return drawn
    ids = (drawn.token_id, *(one.token_id for one in drawn.top))
    known = sorted({known_id for known_id in ids if known_id is not None})
    if token_id not in known:
        raise Invalid(
            f"token_id: {token_id} was neither drawn nor recorded as an alternative there; "
            f"recorded: {', '.join(map(str, known)) or 'none'}.",
            facts={"field": "token_id", "recorded": known},
        )
    return replace(drawn, token_id=token_id, text="")
