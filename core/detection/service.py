"""Detection, whoever asks: checked, answered, recorded, and only then shown."""

from time import perf_counter
from uuid import UUID

from core.clock import now
from core.config import Settings
from core.detection import prompt as prompts
from core.detection.images import decode, encode
from core.detection.recording import CheckedRequest, record
from core.detection.records import as_image_info, as_run
from core.detection.types import DetectionParams, DetectionRun, Picture
from core.errors import GlimpseError, Invalid, NotFound
from core.ids import new_id
from core.inference.registry import ModelRegistry
from core.inference.types import Detector, ModelInfo
from core.metrics import measured_request
from core.permissions import Actor, Permission
from core.runs.access import readable_run
from core.runs.types import Task
from db.repositories.runs import ImageRepository, RunRepository
from db.session import Database


class DetectionService:
    def __init__(self, database: Database, models: ModelRegistry, settings: Settings) -> None:
        self._database = database
        self._models = models
        self._settings = settings

    def detect(
        self,
        actor: Actor,
        content: bytes | None,
        prompt: str,
        params: DetectionParams | None = None,
        model: str | None = None,
    ) -> DetectionRun:
        """Find the phrases of `prompt` in the picture whose file is `content`.

        The run, its picture and its boxes are committed before this returns. A failure of the
        engine is recorded too; what is refused before that leaves no run.

        Raises
        ------
        Invalid, TooLarge, NotAnImage : the picture, the phrases or a threshold are not usable.
        NotFound : no such model.
        Unavailable : the model or the database is away.
        """
        actor.require(Permission.DETECT)
        with measured_request(Task.DETECTION, actor.face):
            request, detector = self._checked(
                actor, content, prompt, params or DetectionParams(), model
            )
            self._database.ping()
            try:
                answer = detector.detect(request.image.picture, request.phrases)
            except Invalid:
                raise
            except Exception as error:
                code = error.code if isinstance(error, GlimpseError) else "internal"
                record(self._database, request, None, code)
                raise
            return record(self._database, request, answer)

    def detect_again(
        self,
        actor: Actor,
        run_id: UUID,
        prompt: str,
        params: DetectionParams | None = None,
        model: str | None = None,
    ) -> DetectionRun:
        """`detect` on the picture of a recorded run, its file exactly as it came.

        Raises as `detect`, and `NotFound` as for `get`.
        """
        actor.require(Permission.DETECT)
        return self.detect(actor, self._file_of(actor, run_id), prompt, params, model)

    def get(self, actor: Actor, run_id: UUID) -> DetectionRun:
        """A recorded detection: the actor's own, or anybody's for a reviewer; else `NotFound`."""
        with self._database.unit_of_work() as session:
            run, model = readable_run(RunRepository(session), actor, run_id, Task.DETECTION)
            image = ImageRepository(session).get_image(run.image_sha256 or b"")
        return as_run(run, model.name, model.revision, as_image_info(image, run.id))

    def picture(self, actor: Actor, run_id: UUID, max_side: int | None = None) -> Picture:
        """The picture of a run, upright, at most `max_side` pixels on its longer side.

        Raises
        ------
        NotFound : as for `get`.
        Invalid : `max_side` is below 1.
        """
        if max_side is not None and max_side < 1:
            raise Invalid("max_side must be at least 1 pixel.", facts={"min": 1})
        return encode(decode(self._file_of(actor, run_id), self._settings), max_side)

    def _file_of(self, actor: Actor, run_id: UUID) -> bytes:
        with self._database.unit_of_work() as session:
            run, _ = readable_run(RunRepository(session), actor, run_id, Task.DETECTION)
            content = ImageRepository(session).get_image_content(run.image_sha256 or b"")
        if content is None:
            raise NotFound("The picture of this run is not kept any more.")
        return content

    def _checked(
        self,
        actor: Actor,
        content: bytes | None,
        prompt: str,
        params: DetectionParams,
        model: str | None,
    ) -> tuple[CheckedRequest, Detector]:
        """Everything that can be refused without the model, and the engine to ask."""
        began, created_at = perf_counter(), now()
        image = decode(content, self._settings)
        decode_ms = round((perf_counter() - began) * 1000, 2)
        phrases = prompts.parse(prompt, self._settings.max_phrases)
        _check_thresholds(params)
        info, detector = self._models.detector(model)
        request = CheckedRequest(
            id=new_id(),
            actor=actor,
            prompt=prompt,
            phrases=phrases,
            image=image,
            model=info,
            thresholds=_thresholds(params, info),
            began=began,
            decode_ms=decode_ms,
            created_at=created_at,
        )
        return request, detector


def _check_thresholds(params: DetectionParams) -> None:
    for name in ("box_threshold", "text_threshold"):
        value = getattr(params, name)
        if value is not None and not 0 <= value <= 1:
            raise Invalid(f"{name} is {value}; it must be from 0 to 1.", facts={"min": 0, "max": 1})


def _thresholds(params: DetectionParams, info: ModelInfo) -> dict[str, float]:
    """The thresholds used: those given, else the model's own."""
    box = info.box_threshold if params.box_threshold is None else params.box_threshold
    text = params.text_threshold
    return {
        "box_threshold": box,
        "text_threshold": min(info.text_threshold, box) if text is None else text,
    }
