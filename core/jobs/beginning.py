"""How jobs begin: looked at as a whole, and kept as a whole or not at all."""

from collections.abc import Iterator, Sequence
from typing import IO

from core.errors import Invalid, TooLarge
from core.jobs.archive import read_archive
from core.jobs.base import JobPart
from core.jobs.prompt_file import read_prompts
from core.jobs.submitting import (
    Row,
    checked_detection,
    checked_generation,
    keep,
    picture_rows,
    prompt_rows,
)
from core.jobs.types import DetectTask, GenerateTask, ItemPrompt, Job, JobKind, NamedPicture
from core.permissions import Actor, Permission


class JobBeginning(JobPart):
    def detect_archive(
        self, actor: Actor, archive: IO[bytes], task: DetectTask, name: str = ""
    ) -> Job:
        """Begin a detection on every picture of a ZIP archive; it is read from where it is.

        Raises
        ------
        Invalid, TooLarge, Malformed : the archive, the phrases or a threshold are not usable; then
            nothing is kept. A file in it that is no picture is an item that fails.
        NotFound : no such model.
        """
        _require(actor, JobKind.DETECT)
        task = checked_detection(task, self.models, self.settings)
        rows = picture_rows(read_archive(archive, self.settings))
        return self._begin(actor, JobKind.DETECT, name, task, rows)

    def detect(
        self, actor: Actor, pictures: Sequence[NamedPicture], task: DetectTask, name: str = ""
    ) -> Job:
        """The same on pictures at hand. Raises as `detect_archive`."""
        _require(actor, JobKind.DETECT)
        task = checked_detection(task, self.models, self.settings)
        self._check_count(len(pictures), "pictures")
        total, most = sum(len(each.content) for each in pictures), self.settings.max_job_bytes
        if total > most:
            raise TooLarge(
                f"The pictures have {total:,} bytes; at most {most:,} are allowed in one job. "
                "Make several.",
                facts={"max_bytes": most},
            )
        return self._begin(actor, JobKind.DETECT, name, task, picture_rows(pictures))

    def generate(
        self, actor: Actor, prompts: Sequence[ItemPrompt], task: GenerateTask, name: str = ""
    ) -> Job:
        """Begin a text for every prompt.

        Raises
        ------
        Invalid : a prompt or a parameter; the message names which. Then nothing is kept.
        NotFound : no such model.
        """
        _require(actor, JobKind.GENERATE)
        self._check_count(len(prompts), "prompts")
        task = checked_generation(task, prompts, self.models, self.settings)
        return self._begin(actor, JobKind.GENERATE, name, task, prompt_rows(prompts))

    def generate_file(
        self, actor: Actor, content: bytes, task: GenerateTask, name: str = ""
    ) -> Job:
        """The same for the prompts of a CSV file; what is wrong is told with its line."""
        _require(actor, JobKind.GENERATE)
        return self.generate(actor, read_prompts(content), task, name)

    def _begin(
        self,
        actor: Actor,
        kind: JobKind,
        name: str,
        task: DetectTask | GenerateTask,
        rows: Iterator[Row],
    ) -> Job:
        job_id = keep(self.database, actor, kind, name, task, rows)
        return self.get(actor, job_id)

    def _check_count(self, count: int, noun: str) -> None:
        most = self.settings.max_job_items
        if not 1 <= count <= most:
            raise Invalid(
                f"{count:,} {noun} were given; a job has 1 to {most:,}.",
                facts={"min": 1, "max": most},
            )


def _require(actor: Actor, kind: JobKind) -> None:
    actor.require(Permission.BATCH)
    actor.require(Permission.DETECT if kind is JobKind.DETECT else Permission.GENERATE)
