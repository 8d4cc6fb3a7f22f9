"""The report on a text: prompt, outputs with their claims, how they were made."""

from core.generation.claims.types import Claim
from core.generation.types import FinishReason, GenerationRun, Output
from core.plugins.types import GenerationSubject
from plugins.pdf.document import Document
from plugins.pdf.words import moment, ratings, timings

_ENDINGS = {
    FinishReason.STOP: "ended by itself",
    FinishReason.LENGTH: "cut off at the token limit",
    FinishReason.CANCELLED: "stopped",
    FinishReason.TIMEOUT: "timed out",
    FinishReason.ERROR: "failed",
    None: "not ended",
}


def generation_report(subject: GenerationSubject) -> bytes:
    run = subject.run
    document = Document(f"Generation {run.id}", run.created_at)
    document.heading("Generation", f"{subject.owner}, {moment(run.created_at)}")
    _prompt(document, run)
    for number, output in enumerate(run.outputs):
        _output(document, run, number, output)
    _settings(document, run)
    ratings(document, subject.ratings)
    return document.finished()


def _prompt(document: Document, run: GenerationRun) -> None:
    document.section("Prompt")
    if not run.messages:
        document.quoted(run.prompt)
    for message in run.messages:
        document.note(message.role)
        document.quoted(message.content)


def _output(document: Document, run: GenerationRun, number: int, output: Output) -> None:
    which = f"Output {number + 1} of {len(run.outputs)}" if len(run.outputs) > 1 else "Output"
    document.section(which)
    text = run.whole_text(number)
    if text:
        document.quoted(text)
    begun = (
        f"; its first {len(run.lead.text):,} characters are an earlier run's" if run.lead else ""
    )
    document.note(f"{len(text):,} characters, {_ENDINGS[output.finish_reason]}{begun}.")
    if output.claims is not None:
        _claims(document, output.claims)


def _claims(document: Document, claims: tuple[Claim, ...]) -> None:
    borne_out = sum(claim.supported for claim in claims)
    document.note(
        f"Claims about the boxes: {len(claims)}, of which the boxes bear out {borne_out}."
    )
    if claims:
        document.listing(
            ("Claim", "Kind", "Borne out", "Why"),
            [(one.value, one.kind, "yes" if one.supported else "no", one.reason) for one in claims],
            (26, 12, 10, 52),
        )


def _settings(document: Document, run: GenerationRun) -> None:
    params, used = run.params, run.usage
    read = f"{used.prompt_tokens:,} read, " if used.exact else ""
    document.section("How it was made")
    document.facts(
        (
            ("Model", f"{run.model}, revision {run.revision}"),
            ("Ended", f"{run.status}{f': {run.error}' if run.error else ''}"),
            ("Temperature", "0 (greedy)" if not params.temperature else f"{params.temperature:g}"),
            ("Top-p, top-k", f"{params.top_p:g}, {params.top_k or 'off'}"),
            ("Repetition penalty", f"{params.repetition_penalty:g}"),
            ("Seed", "" if params.seed is None else str(params.seed)),
            ("Most new tokens", f"{params.max_new_tokens:,}"),
            ("Stops at", ", ".join(f"“{stop}”" for stop in params.stop)),
            ("Tokens", f"{read}{used.completion_tokens:,} written"),
            ("Times", timings(run.timings_ms)),
            ("Comes from", _origin(run)),
            ("Run", str(run.id)),
        )
    )


def _origin(run: GenerationRun) -> str:
    return f"run {run.origin.run_id} ({run.origin.relation})" if run.origin else ""
