"""Detection, whoever asks: checked, answered, recorded, and only then shown."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from time import perf_counter
from uuid import UUID

from core.config import Settings
from core.detection.checking import checked_request
from core.detection.cuts import PhraseCuts
from core.detection.drawing import outlined
from core.detection.images import PictureFile, decode, encode, smaller
from core.detection.reading import read_detection, usable_detection
from core.detection.recording import CheckedRequest, record, record_equal
from core.detection.types import DetectionParams, DetectionRun, Picture
from core.errors import GlimpseError, Invalid, LimitReached, NotFound
from core.inference.registry import ModelRegistry
from core.inference.types import Detector, DetectorAnswer, DetectorRequest
from core.limits.taking import give_back, take
from core.metrics import cache_hits_total, measured_request
from core.permissions import Actor, Permission
from core.runs.access import readable_run, usable_run
from core.runs.types import Task
from core.trace import current_trace_id
from db.repositories.runs import ImageRepository, Run, RunRepository
from db.session import Database


class DetectionService:
    def __init__(
        self,
        database: Database,
        models: ModelRegistry,
        settings: Settings,
        cuts: PhraseCuts | None = None,
    ) -> None:
        self._database = database
        self._models = models
        self._settings = settings
        self._cuts = cuts or PhraseCuts(database)

    def detect(
        self,
        actor: Actor,
        content: bytes | None,
        prompt: str | Sequence[str],
        params: DetectionParams | None = None,
        model: str | None = None,
        *,
        run_id: UUID | None = None,
    ) -> DetectionRun:
        """Find the phrases of `prompt` in the picture whose file is `content`.

        A text is parsed into phrases, or is the caption where `params` say so; the items of a list
        are phrases as they are. The run, its picture and its boxes are committed before this
        returns. Where an equal request was answered before, by anybody, its boxes are taken and
        the model is not asked. A failure of the engine is recorded too; what is refused before
        that leaves no run. The run gets the id `run_id` where one is given; there is none of it
        yet.

        Raises
        ------
        Invalid, TooLarge, NotAnImage : the picture, the phrases or a threshold are not usable.
        NotFound : no such model.
        LimitReached : too many detections wait for the model, or the actor's limit is reached.
        Unavailable : the model or the database is away.
        """
        with measured_request(Task.DETECTION, actor.face):
            actor.require(Permission.DETECT)
            file = PictureFile(content, self._settings)
            return self._detect(
                actor, file, prompt, params or DetectionParams(), model, run_id=run_id
            )

    def detect_again(
        self,
        actor: Actor,
        run_id: UUID,
        prompt: str | Sequence[str],
        params: DetectionParams | None = None,
        model: str | None = None,
    ) -> DetectionRun:
        """`detect` on the picture of a recorded run, its file exactly as it came.

        Raises as `detect`, and `NotFound` as for `get`.
        """
        actor.require(Permission.DETECT)
        return self.detect(actor, self._usable_file(actor, run_id), prompt, params, model)

    def detect_each(self, actor: Actor, run_id: UUID) -> tuple[DetectionRun, ...]:
        """Each phrase of a recorded run alone, in its order, everything else as it was.

        It is one request, of as many pictures as there are phrases that were not asked before.

        Raises
        ------
        Invalid : the run is of a caption, which has no phrases.
        Others as `detect_again`.
        """
        actor.require(Permission.DETECT)
        with self._database.unit_of_work() as session:
            runs, images = RunRepository(session), ImageRepository(session)
            run = usable_detection(runs, images, actor, run_id)
        if run.caption:
            raise Invalid("A caption has no phrases to run alone; run it as phrases first.")
        file = PictureFile(self._usable_file(actor, run_id), self._settings)
        alone: list[DetectionRun] = []
        for phrase in run.phrases:
            own = run.phrase_thresholds.get(phrase, run.box_threshold)
            params = DetectionParams(own, run.text_threshold)
            with measured_request(Task.DETECTION, actor.face):
                requests = 0 if alone else 1
                alone.append(self._detect(actor, file, (phrase,), params, run.model, requests))
        return tuple(alone)

    def cuts(self, actor: Actor, model: str, phrases: Sequence[str]) -> Mapping[str, float]:
        """Of these phrases those whose boxes are shown from a score of their own by default."""
        actor.require(Permission.DETECT)
        return self._cuts.of(model, phrases)

    def get(self, actor: Actor, run_id: UUID) -> DetectionRun:
        """A recorded detection: the actor's own, or one they are asked to rate; anybody's for a
        reviewer. Else `NotFound`."""
        with self._database.unit_of_work() as session:
            return read_detection(RunRepository(session), ImageRepository(session), actor, run_id)

    def picture(
        self, actor: Actor, run_id: UUID, max_side: int | None = None, *, outlines: bool = False
    ) -> Picture:
        """The picture of a run, upright, at most `max_side` pixels on its longer side.

        With `outlines`, the boxes found are drawn on it, each in its label's look.

        Raises
        ------
        NotFound : as for `get`.
        Invalid : `max_side` is below 1.
        """
        if max_side is not None and max_side < 1:
            raise Invalid("max_side must be at least 1 pixel.", facts={"min": 1})
        with self._database.unit_of_work() as session:
            runs, images = RunRepository(session), ImageRepository(session)
            found, _ = readable_run(runs, actor, run_id, Task.DETECTION)
            content = _file_of(images, found)
            run = read_detection(runs, images, actor, run_id) if outlines else None
        image = decode(content, self._settings)
        if run is not None:
            image = replace(image, picture=outlined(smaller(image.picture, max_side), run))
        return encode(image, max_side)

    def _usable_file(self, actor: Actor, run_id: UUID) -> bytes:
        with self._database.unit_of_work() as session:
            run, _ = usable_run(RunRepository(session), actor, run_id, Task.DETECTION)
            return _file_of(ImageRepository(session), run)

    def _detect(
        self,
        actor: Actor,
        file: PictureFile,
        prompt: str | Sequence[str],
        params: DetectionParams,
        model: str | None,
        requests: int = 1,
        run_id: UUID | None = None,
    ) -> DetectionRun:
        """Counts as so many of the actor's requests."""
        info = self._models.info(Task.DETECTION, model)
        request = checked_request(
            actor, file, prompt, params, info, self._settings.max_phrases, self._cuts, run_id
        )
        known = self._reused(request, requests)
        if known is not None:
            return known
        began = perf_counter()
        picture = file.decoded.picture
        timings = {"decode": round((perf_counter() - began) * 1000, 2)}
        info, detector = self._models.detector(model)
        if info.revision != request.model.revision:  # it was loaded just now
            request = replace(request, model=info)
            known = self._reused(request, requests=0)
            if known is not None:
                return known
        if request.caption is not None and not detector.grounds_captions:
            raise Invalid(
                f"The model “{info.id}” does not read captions; give it phrases, or choose a "
                "model that does.",
                facts={"model": info.id},
            )
        asked = DetectorRequest(picture, file.sha256, request.phrases, request.caption)
        answer = self._asked(detector, asked, request, timings)
        return record(self._database, request, answer, timings)

    def _reused(self, request: CheckedRequest, requests: int) -> DetectionRun | None:
        """The run, answered from an equal one; raises `Unavailable` without the database, and
        `LimitReached` where there are no more `requests`."""
        run = record_equal(self._database, request, self._settings, requests)
        if run is not None:
            cache_hits_total.labels(Task.DETECTION).inc(exemplar={"trace_id": current_trace_id()})
        return run

    def _asked(
        self,
        detector: Detector,
        asked: DetectorRequest,
        request: CheckedRequest,
        timings: dict[str, float],
    ) -> DetectorAnswer:
        """The model's answer; its failures are recorded, its refusals are not.

        The picture is counted beforehand, and given back where there is no answer.
        """
        with self._database.unit_of_work() as session:
            counted_at = take(session, request.actor, Task.DETECTION, amount=1)
        try:
            return detector.detect(asked)
        except Exception as error:
            if not isinstance(error, Invalid | LimitReached):
                code = error.code if isinstance(error, GlimpseError) else "internal"
                record(self._database, request, None, timings, code)
            with self._database.unit_of_work() as session:
                give_back(session, request.actor, Task.DETECTION, 1, counted_at)
            raise


def _file_of(images: ImageRepository, run: Run) -> bytes:
    content = images.get_image_content(run.image_sha256 or b"")
    if content is None:
        raise NotFound("The picture of this run is not kept any more.")
    return content
