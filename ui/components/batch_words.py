"""How a job stands, in words."""

from core.clock import now
from core.jobs.result_types import JobResult
from core.jobs.types import DetectTask, ItemState, Job, JobKind, JobState
from core.runs.types import Task
from ui.text import facts, plain, shortened

ICONS = {JobKind.DETECT: "image_search", JobKind.GENERATE: "edit_note"}
_ONE = {JobKind.DETECT: "picture", JobKind.GENERATE: "prompt"}
_STATES = {
    JobState.QUEUED: ("○", "waiting"),
    JobState.RUNNING: ("▶", "working"),
    JobState.DONE: ("✓", "finished"),
    JobState.FAILED: ("✕", "broken off"),
    JobState.CANCELLED: ("■", "cancelled"),
}
TASKS = {JobKind.DETECT: Task.DETECTION, JobKind.GENERATE: Task.GENERATION}
_ITEM_MARKS = {ItemState.WAITING: "○", ItemState.DONE: "✓", ItemState.FAILED: "✕"}
_PROMPT_CHARS, _TEXT_CHARS = 80, 300


def counted(kind: JobKind, count: int) -> str:
    """As in “48 pictures”."""
    return f"{count:,} {_ONE[kind]}{'' if count == 1 else 's'}"


def state_words(job: Job) -> str:
    """With a mark, so that no word must be read to tell them apart."""
    mark, word = _STATES[job.state]
    if job.state is JobState.DONE and job.progress.failed:
        return f"{mark} {word}, {job.progress.failed:,} failed"
    return f"{mark} {word}"


def asked_facts(job: Job) -> str:
    """What is asked of every item, on one quiet line."""
    task = job.task
    model = plain(task.model or "the default model")
    if isinstance(task, DetectTask):
        threshold = task.params.box_threshold
        return facts(
            counted(job.kind, job.progress.total),
            plain(shortened(task.prompt, _PROMPT_CHARS)),
            model,
            "the model's own threshold" if threshold is None else f"threshold {threshold:.2f}",
        )
    return facts(
        counted(job.kind, job.progress.total),
        model,
        f"temperature {task.params.temperature:g}",
        f"at most {task.params.max_new_tokens:,} new tokens",
    )


def took(job: Job) -> str | None:
    """How long it has worked, or worked; None before it began."""
    if job.started_at is None:
        return None
    return duration(((job.ended_at or now()) - job.started_at).total_seconds())


def duration(seconds: float) -> str:
    """As in “4 s”, “3 min 20 s” or “2 h 5 min”."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def result_words(result: JobResult) -> str:
    """What came of one item, as in “2 red circle, 1 blue star”."""
    if result.item.state is ItemState.WAITING:
        return "waiting"
    if result.item.state is ItemState.FAILED:
        return result.item.error or "failed"
    if result.removed:
        return "removed, being past its time"
    if result.text is not None:
        return shortened(result.text, _TEXT_CHARS)
    return ", ".join(f"{count} {label}" for label, count in result.found.items()) or "nothing found"


def state_of(result: JobResult) -> str:
    """As in “✓ done, reused”."""
    state = result.item.state
    return f"{_ITEM_MARKS[state]} {state}{', reused' if result.cached else ''}"
