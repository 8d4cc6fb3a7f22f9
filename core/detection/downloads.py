"""Recorded detections as files to take away: of one run, or of many."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from core.audit.recording import record
from core.audit.types import Action, Target
from core.clock import now
from core.config import Settings
from core.detection.drawing import annotated_png
from core.detection.export import as_coco, as_csv, as_json
from core.detection.images import decode
from core.detection.records import as_image_info, as_run
from core.detection.types import DetectionRun
from core.errors import Invalid, NotFound
from core.permissions import Actor, Permission
from core.runs.access import check_kept
from core.runs.types import RunStatus
from core.signals.service import SignalService
from core.signals.types import SignalKind
from db.repositories.downloads import DownloadRepository
from db.repositories.runs import Image, ImageRepository, Model, Run
from db.session import Database

MAX_RUNS = 200


class DownloadFormat(StrEnum):
    JSON = "json"
    CSV = "csv"
    COCO = "coco"
    PNG = "png"


@dataclass(frozen=True)
class Download:
    """`name` is fit for a file, `mime` for a header."""

    name: str
    mime: str
    content: bytes


_Write = Callable[[Sequence[DetectionRun]], bytes]
_WRITERS: Mapping[DownloadFormat, tuple[_Write, str, str]] = MappingProxyType(
    {
        DownloadFormat.JSON: (as_json, "json", "application/json"),
        DownloadFormat.CSV: (as_csv, "csv", "text/csv; charset=utf-8"),
        DownloadFormat.COCO: (as_coco, "coco.json", "application/json"),
    }
)


class DownloadService:
    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._signals = SignalService(database)

    def of_run(self, actor: Actor, run_id: UUID, kind: DownloadFormat) -> Download:
        """One detection; as PNG its picture in full size with the boxes found drawn on it.

        Raises
        ------
        NotFound : unknown, no detection, or somebody else's and the actor may not export all.
        Invalid : the run did not finish.
        """
        if kind is not DownloadFormat.PNG:
            return self.of_runs(actor, (run_id,), kind)
        (run,) = self._runs(actor, (run_id,))
        with self._database.unit_of_work() as session:
            content = ImageRepository(session).get_image_content(bytes.fromhex(run.image.sha256))
        if content is None:
            raise NotFound("The picture of this run is not kept any more.")
        picture = decode(content, self._settings).picture
        png = annotated_png(picture, run, run.detections)
        self._note(actor, (run,), kind)
        self._signals.note(actor, run_id, SignalKind.DOWNLOADED, {"what": kind})
        return Download(f"glimpse-{run.id}.png", "image/png", png)

    def of_runs(self, actor: Actor, run_ids: Sequence[UUID], kind: DownloadFormat) -> Download:
        """Many detections in one file, in the order asked for, each once. Raises as `of_run`."""
        if kind not in _WRITERS:
            allowed = ", ".join(_WRITERS)
            raise Invalid(
                f"A file of several runs cannot be {kind}; use one of: {allowed}.",
                facts={"allowed": list(_WRITERS)},
            )
        runs = self._runs(actor, tuple(dict.fromkeys(run_ids)))
        write, extension, mime = _WRITERS[kind]
        what = str(runs[0].id) if len(runs) == 1 else f"detections-{now().date()}"
        content = write(runs)
        self._note(actor, runs, kind)
        self._signals.note_all(actor, run_ids, SignalKind.DOWNLOADED, {"what": kind})
        return Download(f"glimpse-{what}.{extension}", mime, content)

    def _note(self, actor: Actor, runs: Sequence[DetectionRun], kind: DownloadFormat) -> None:
        """What is more than a single run of one's own goes into the audit log."""
        foreign = sum(run.user_id != actor.user_id for run in runs)
        if len(runs) == 1 and not foreign:
            return
        facts = {"count": len(runs), "foreign": foreign, "ids": [str(run.id) for run in runs]}
        with self._database.unit_of_work() as session:
            record(session, actor, Action.EXPORTED, (Target.EXPORT, f"runs {kind}"), after=facts)

    def _runs(self, actor: Actor, run_ids: tuple[UUID, ...]) -> tuple[DetectionRun, ...]:
        actor.require(Permission.EXPORT_OWN)
        if not 1 <= len(run_ids) <= MAX_RUNS:
            raise Invalid(
                f"{len(run_ids)} runs were asked for; name 1 to {MAX_RUNS} at once.",
                facts={"min": 1, "max": MAX_RUNS},
            )
        with self._database.unit_of_work() as session:
            rows = DownloadRepository(session).detections(run_ids)
        found = {
            run.id: _read(run, model, image)
            for run, model, image in rows
            if run.user_id == actor.user_id or actor.may(Permission.EXPORT_ALL)
        }
        return tuple(_finished(found, run_id) for run_id in run_ids)


def _read(run: Run, model: Model, image: Image | None) -> DetectionRun:
    check_kept(run.id, run.erased_at)
    return as_run(run, model.name, model.revision, as_image_info(image, run.id))


def _finished(found: Mapping[UUID, DetectionRun], run_id: UUID) -> DetectionRun:
    run = found.get(run_id)
    if run is None:
        raise NotFound(
            f"There is no detection {run_id}; check the id.", facts={"run_id": str(run_id)}
        )
    if run.status is not RunStatus.DONE:
        raise Invalid(
            f"Run {run_id} did not finish, so that it has no boxes; leave it out.",
            facts={"run_id": str(run_id), "status": run.status},
        )
    return run
