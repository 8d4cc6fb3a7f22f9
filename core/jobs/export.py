"""What came of a job, as files for other programs; written page by page."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol
from uuid import UUID

from core.detection.export import CSV_COLUMNS, as_coco, as_told, csv_rows, safe_cell
from core.detection.records import as_image_info, as_run
from core.detection.types import DetectionRun
from core.errors import Invalid
from core.generation.record import as_generation
from core.generation.types import GenerationRun
from core.jobs.records import as_item
from core.jobs.types import Job, JobExportFormat, JobItem, JobKind
from core.runs.types import RunStatus
from db.repositories.downloads import DownloadRepository
from db.repositories.jobs import JobRepository
from db.session import Database

_PAGE = 200
_ITEM = ("item", "name", "state", "error")
_TEXT_COLUMNS = (
    *("run_id", "created_at", "model", "revision", "prompt", "output", "text", "finish_reason"),
    *("prompt_tokens", "completion_tokens", "seed"),
)


@dataclass(frozen=True)
class JobExport:
    """`name` is fit for a file, `mime` for a header; `chunks` is to be read once."""

    name: str
    mime: str
    chunks: Iterator[bytes]


class _Writer(Protocol):
    def __call__(self, database: Database, job: Job) -> Iterator[bytes]: ...


Run = DetectionRun | GenerationRun


def export_of(database: Database, job: Job, kind: JobExportFormat) -> JobExport:
    """Raises `Invalid` for COCO of texts."""
    if kind is JobExportFormat.COCO and job.kind is not JobKind.DETECT:
        raise Invalid(
            "Texts have no boxes, so that there is no COCO of them; use csv or jsonl.",
            facts={"allowed": [JobExportFormat.CSV, JobExportFormat.JSONL]},
        )
    extension, mime, write = _WAYS[kind]
    return JobExport(f"glimpse-job-{job.id}.{extension}", mime, write(database, job))


def _pages(database: Database, job: Job) -> Iterator[list[tuple[JobItem, Run | None]]]:
    """Items in their order, each with its run where it is finished and still kept."""
    after = -1
    while True:
        with database.unit_of_work() as session:
            rows = JobRepository(session).items(job.id, _PAGE, after=after)
            items = [as_item(row) for row in rows]
            runs = _runs(DownloadRepository(session), job, [i.run_id for i in items if i.run_id])
        if items:
            yield [(item, runs.get(item.run_id) if item.run_id else None) for item in items]
            after = items[-1].position
        if len(items) < _PAGE:
            return


def _runs(repository: DownloadRepository, job: Job, ids: Sequence[UUID]) -> dict[UUID, Run]:
    """What was erased is left out."""
    if job.kind is JobKind.GENERATE:
        return {
            row.id: as_generation(row, model)
            for row, model in repository.generations(ids)
            if row.erased_at is None
        }
    return {
        row.id: as_run(row, model.name, model.revision, as_image_info(image, row.id))
        for row, model, image in repository.detections(ids)
        if row.erased_at is None and row.status == RunStatus.DONE
    }


def _csv(database: Database, job: Job) -> Iterator[bytes]:
    columns = CSV_COLUMNS if job.kind is JobKind.DETECT else _TEXT_COLUMNS
    yield _csv_lines([(*_ITEM, *columns)])
    for page in _pages(database, job):
        yield _csv_lines([line for item, run in page for line in _lines(item, run)])


def _lines(item: JobItem, run: Run | None) -> list[tuple[object, ...]]:
    own = (item.position + 1, safe_cell(item.name), item.state, safe_cell(item.error or ""))
    found: list[tuple[object, ...]] = []
    if isinstance(run, DetectionRun):
        found = list(csv_rows(run))
    elif run is not None:
        found = list(_text_rows(run))
    return [(*own, *cells) for cells in found] or [own]


def _text_rows(run: GenerationRun) -> Iterator[tuple[object, ...]]:
    for number, output in enumerate(run.outputs):
        yield (
            *(run.id, run.created_at.isoformat(), safe_cell(run.model), safe_cell(run.revision)),
            *(safe_cell(run.prompt), number, safe_cell(run.whole_text(number))),
            *(output.finish_reason, run.usage.prompt_tokens, run.usage.completion_tokens),
            run.params.seed,
        )


def _csv_lines(lines: Sequence[tuple[object, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    return text.getvalue().encode()


def _jsonl(database: Database, job: Job) -> Iterator[bytes]:
    for page in _pages(database, job):
        lines = (json.dumps(_told(item, run), ensure_ascii=False) for item, run in page)
        yield "".join(f"{line}\n" for line in lines).encode()


def _told(item: JobItem, run: Run | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "item": item.position + 1,
        "name": item.name,
        "state": item.state,
        "error": item.error,
        "run": None,
    }
    if isinstance(run, DetectionRun):
        told["run"] = as_told(run)
    elif run is not None:
        told["run"] = {
            "run_id": str(run.id),
            "created_at": run.created_at.isoformat(),
            "model": run.model,
            "revision": run.revision,
            "prompt": run.prompt,
            "params": asdict(run.params),
            "outputs": [
                {"text": run.whole_text(number), "finish_reason": output.finish_reason}
                for number, output in enumerate(run.outputs)
            ],
            "usage": asdict(run.usage),
            "timings_ms": dict(run.timings_ms),
        }
    return told


def _coco(database: Database, job: Job) -> Iterator[bytes]:
    """Whole, as its categories and pictures stand before the first box."""
    found = [
        (item, run)
        for page in _pages(database, job)
        for item, run in page
        if isinstance(run, DetectionRun)
    ]
    names: dict[str, str] = {}
    for item, run in found:
        names.setdefault(run.image.sha256, item.name)
    yield as_coco([run for _, run in found], names)


_WAYS: dict[JobExportFormat, tuple[str, str, _Writer]] = {
    JobExportFormat.CSV: ("csv", "text/csv; charset=utf-8", _csv),
    JobExportFormat.JSONL: ("jsonl", "application/jsonl", _jsonl),
    JobExportFormat.COCO: ("coco.json", "application/json", _coco),
}
