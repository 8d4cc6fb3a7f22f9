"""Looking at all that a job is asked for before any of it is kept, and then keeping it whole."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from core.clock import now
from core.config import Settings
from core.detection.checking import check_asked
from core.errors import GlimpseError, Invalid
from core.generation.limits import check_params, check_prompt
from core.ids import new_id
from core.inference.registry import ModelRegistry
from core.jobs.records import prompt_to_json, sampling_of, task_to_json
from core.jobs.types import DetectTask, GenerateTask, ItemPrompt, JobKind, NamedPicture
from core.permissions import Actor
from core.runs.types import Task
from core.trace import current_trace_id
from db.repositories.jobs import JobRepository
from db.repositories.queue import QueueRepository
from db.session import Database, Session

_BATCH_ITEMS = 200
_BATCH_BYTES = 16 * 2**20
_LONGEST_NAME = 200

Row = dict[str, Any]


def checked_detection(task: DetectTask, models: ModelRegistry, settings: Settings) -> DetectTask:
    """The task with its model named; raises as a detection of it would."""
    info = models.info(Task.DETECTION, task.model)
    check_asked(task.prompt, task.params, settings.max_phrases)
    return replace(task, model=info.id)


def checked_generation(
    task: GenerateTask, prompts: Iterable[ItemPrompt], models: ModelRegistry, settings: Settings
) -> GenerateTask:
    """The same for texts; what is wrong with one prompt is told with its name."""
    info = models.info(Task.GENERATION, task.model)
    check_params(task.params, settings.max_new_tokens)
    for number, prompt in enumerate(prompts, start=1):
        try:
            check_prompt(prompt.text, settings.max_prompt_chars)
            check_params(sampling_of(task, prompt_to_json(prompt)), settings.max_new_tokens)
        except GlimpseError as error:
            name = prompt.name or f"prompt {number}"
            raise Invalid(f"{name}: {error.message}", facts=error.facts) from error
    return replace(task, model=info.id)


def picture_rows(pictures: Iterable[NamedPicture | tuple[str, str]]) -> Iterator[Row]:
    """Items to come; of a name and a reason, one that failed already."""
    for picture in pictures:
        if isinstance(picture, NamedPicture):
            yield {"name": picture.name, "content": picture.content, "asked": {}}
        else:
            name, reason = picture
            yield {"name": name, "content": None, "asked": {}, "state": "failed", "error": reason}


def prompt_rows(prompts: Iterable[ItemPrompt]) -> Iterator[Row]:
    for number, prompt in enumerate(prompts, start=1):
        name = prompt.name or str(number)
        yield {"name": name, "content": None, "asked": prompt_to_json(prompt)}


def keep(
    database: Database,
    actor: Actor,
    kind: JobKind,
    name: str,
    task: DetectTask | GenerateTask,
    rows: Iterator[Row],
) -> UUID:
    """Commit the job, its items and its place in the queue together; nothing of it otherwise."""
    job_id = new_id()
    with database.unit_of_work() as session:
        jobs = JobRepository(session)
        jobs.add_job(
            {
                "id": job_id,
                "user_id": actor.user_id,
                "key_id": actor.key_id,
                "face": actor.face,
                "kind": kind,
                "name": " ".join(name.split())[:_LONGEST_NAME] or kind,
                "params": task_to_json(task),
                "trace_id": current_trace_id(),
                "created_at": now(),
            }
        )
        _add_items(jobs.add_items, job_id, rows)
        enqueue(session, job_id, actor.user_id)
    return job_id


def enqueue(session: Session, job_id: UUID, person: UUID) -> None:
    entry = QueueRepository(session).put(job_id, person)
    JobRepository(session).set_entry(job_id, entry)


def _add_items(add: Callable[[list[Row]], None], job_id: UUID, rows: Iterator[Row]) -> None:
    batch: list[Row] = []
    held = 0
    for position, row in enumerate(rows):
        batch.append(_whole(job_id, position, row))
        held += len(row["content"] or b"")
        if len(batch) == _BATCH_ITEMS or held > _BATCH_BYTES:
            add(batch)
            batch, held = [], 0
    if batch:
        add(batch)


def _whole(job_id: UUID, position: int, row: Mapping[str, Any]) -> Row:
    state = row.get("state", "waiting")
    return {
        "job_id": job_id,
        "position": position,
        "run_id": new_id(),
        "state": state,
        "error": row.get("error"),
        "ended_at": None if state == "waiting" else now(),
        **{name: row[name] for name in ("name", "content", "asked")},
    }
