"""The door for plugins: which there are, and what each makes for whoever asks."""

from collections.abc import Sequence
from uuid import UUID

from core.audit.recording import record
from core.audit.types import Action, Target
from core.detection.downloads import Download, DownloadFormat
from core.detection.reading import read_detection
from core.detection.types import Detection, ImageInfo
from core.errors import Invalid
from core.permissions import Actor, Permission
from core.plugins.processing import checked, places
from core.plugins.registry import PluginRegistry
from core.plugins.running import Runner
from core.plugins.subjects import SubjectReader
from core.plugins.types import (
    DetectionSubject,
    Exporter,
    GenerationSubject,
    Group,
    Listed,
    Postprocessor,
    Processed,
    Subject,
    Takes,
)
from core.review.export import FORMATS, note_export
from core.review.types import FeedbackFilter, Sort
from core.runs.types import RunStatus
from core.signals.service import SignalService
from core.signals.types import SignalKind
from db.repositories.runs import ImageRepository, RunRepository
from db.session import Database


class PluginService:
    def __init__(
        self, database: Database, subjects: SubjectReader, runner: Runner | None = None
    ) -> None:
        self._database = database
        self._subjects = subjects
        self._runner = runner or Runner()
        self._signals = SignalService(database)
        self._plugins = PluginRegistry()

    def listed(self, actor: Actor) -> tuple[Listed, ...]:
        """All that were found, those that cannot be used among them."""
        actor.require(Permission.VIEW_SYSTEM)
        return self._plugins.found.listed

    def exporters(self, takes: Takes) -> tuple[Listed, ...]:
        """Those that make files of such things."""
        return tuple(one for one in self._plugins.usable(Group.EXPORTERS) if takes in one.takes)

    def postprocessors(self) -> tuple[Listed, ...]:
        return self._plugins.usable(Group.POSTPROCESSORS)

    def export_run(self, actor: Actor, run_id: UUID, name: str) -> Download:
        """A file of one run, made by the exporter of that name.

        Raises
        ------
        Invalid, NotFound : no such exporter, or it takes no such runs; as `SubjectReader.of_run`.
        PluginFailed : the exporter did.
        """
        actor.require(Permission.EXPORT_OWN)
        exporter = self._plugins.exporter(name, DownloadFormat)
        subject = self._subjects.of_run(actor, run_id)
        content = self._made(name, exporter, subject)
        if subject.run.user_id != actor.user_id:
            facts = {"count": 1, "foreign": 1, "ids": [str(run_id)]}
            with self._database.unit_of_work() as session:
                target = (Target.EXPORT, f"runs {name}")
                record(session, actor, Action.EXPORTED, target, after=facts)
        self._signals.note(actor, run_id, SignalKind.DOWNLOADED, {"what": name})
        return Download(f"glimpse-{run_id}.{exporter.suffix}", exporter.media_type, content)

    def export_review(
        self, actor: Actor, filter: FeedbackFilter, name: str, sort: Sort = Sort.NEWEST
    ) -> Download:
        """A file of what the dashboard shows for a filter, made by the exporter of that name.

        Raises
        ------
        NotAllowed : no right to review, or to export all.
        Invalid : no such exporter, it takes no views, or the filter cannot be.
        PluginFailed : the exporter did.
        """
        actor.require(Permission.EXPORT_OWN)
        exporter = self._plugins.exporter(name, FORMATS)
        subject = self._subjects.of_review(actor, filter, sort)
        content = self._made(name, exporter, subject)
        with self._database.unit_of_work() as session:
            note_export(session, actor, f"ratings {name}", filter, count=subject.total.n)
        file_name = f"glimpse-feedback-{subject.at.date()}.{exporter.suffix}"
        return Download(file_name, exporter.media_type, content)

    def processed(self, actor: Actor, run_id: UUID, names: Sequence[str]) -> Processed:
        """The boxes that a detection found, as these post-processors leave them one after another.

        Nothing of it is recorded: verdicts and exports are of the run's own boxes.

        Raises
        ------
        Invalid : none, too many or unknown ones, or the detection did not finish.
        NotFound : not the actor's to see.
        PluginFailed : one of them did.
        """
        with self._database.unit_of_work() as session:
            runs, images = RunRepository(session), ImageRepository(session)
            run = read_detection(runs, images, actor, run_id)
        if run.status is not RunStatus.DONE:
            raise Invalid(
                "This run did not finish, so that it has no boxes; run it again.",
                facts={"status": run.status},
            )
        boxes = run.detections
        for name, plugin in self._plugins.postprocessors(names):
            boxes = self._processed(name, plugin, boxes, run.image)
        return Processed(run, tuple(names), boxes, places(boxes, run.raw))

    def _processed(
        self, name: str, plugin: Postprocessor, boxes: tuple[Detection, ...], image: ImageInfo
    ) -> tuple[Detection, ...]:
        return self._runner.run(
            "post-processor", name, lambda: checked(plugin.process(boxes, image), image)
        )

    def _made(self, name: str, exporter: Exporter, subject: Subject) -> bytes:
        takes = _kind_of(subject)
        if takes not in exporter.takes:
            allowed = [each.name for each in self.exporters(takes)]
            raise Invalid(
                f"“{name}” makes no file of a {takes}; use: {', '.join(allowed) or 'no plugin'}.",
                facts={"field": "format", "allowed": allowed},
            )
        return self._runner.collect("exporter", name, lambda: exporter.export(subject))


def _kind_of(subject: Subject) -> Takes:
    if isinstance(subject, DetectionSubject):
        return Takes.DETECTION
    return Takes.GENERATION if isinstance(subject, GenerationSubject) else Takes.REVIEW
