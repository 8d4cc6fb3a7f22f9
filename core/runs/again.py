"""A recorded run, run once more as it was, to see that it gives the same; nothing is recorded."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isclose
from uuid import UUID

from core.config import Settings
from core.detection import prompt as prompts
from core.detection.images import PictureFile
from core.detection.reading import read_detection
from core.detection.types import Detection
from core.errors import Invalid, NotFound, Unavailable
from core.generation.limits import MAX_SEED
from core.generation.record import read_run
from core.generation.types import GenerationRun
from core.inference.registry import ModelRegistry
from core.inference.types import DetectorRequest, EngineEnd, Generator, ModelInfo, TextRequest
from core.permissions import Actor, Permission
from core.runs.access import check_kept
from core.runs.types import RunStatus
from db.repositories.runs import ImageRepository, RunRepository
from db.session import Database

CLOSE = 1e-3
"""How far scores may differ, and boxes in pixels, between devices and versions of libraries."""
_TIMEOUT_S = 600.0


@dataclass(frozen=True)
class Again:
    """`equal`: to the last digit; `close`: but for rounding. `differs` says in words what does."""

    equal: bool
    close: bool
    differs: str = ""


class RunAgainService:
    def __init__(self, database: Database, models: ModelRegistry, settings: Settings) -> None:
        self._database = database
        self._models = models
        self._settings = settings

    def again(self, actor: Actor, run_id: UUID) -> Again:
        """For reviewers: anybody's run.

        Raises
        ------
        NotFound : no such run, or its picture or its model is not there any more.
        Invalid : the model is at another revision now, or the run did not end by itself.
        Unavailable : the model cannot be loaded, or failed.
        """
        actor.require(Permission.REVIEW)
        with self._database.unit_of_work() as session:
            repository = RunRepository(session)
            found = repository.get_run(run_id)
            if found is None:
                raise NotFound(f"There is no run {run_id}.", facts={"run_id": str(run_id)})
            check_kept(run_id, found[0].erased_at)
            written = read_run(repository, run_id)
        if written is None:
            return self._detected(actor, run_id)
        return self._written(written[0])

    def _detected(self, actor: Actor, run_id: UUID) -> Again:
        with self._database.unit_of_work() as session:
            images = ImageRepository(session)
            run = read_detection(RunRepository(session), images, actor, run_id)
            content = images.get_image_content(bytes.fromhex(run.image.sha256))
        if content is None:
            raise NotFound("The picture of this run is not kept any more.")
        _require_done(run.status)
        info, detector = self._models.detector(run.model)
        _require_revision(info, run.revision)
        picture = PictureFile(content, self._settings).decoded.picture
        caption = prompts.caption(run.prompt) if run.caption else None
        phrases = () if run.caption else run.phrases
        request = DetectorRequest(picture, run.image.sha256, phrases, caption)
        return _compared_boxes(run.raw, detector.detect(request).detections)

    def _written(self, run: GenerationRun) -> Again:
        _require_done(run.status)
        info, generator = self._models.generator(run.model)
        _require_revision(info, run.revision)
        texts = [_text(generator, run, output) for output in range(run.params.n)]
        for number, (before, now) in enumerate(zip(run.outputs, texts, strict=True), start=1):
            if before.text != now:
                place = _first_difference(before.text, now)
                which = f"Output {number}" if len(texts) > 1 else "The text"
                return Again(False, False, f"{which} differs from character {place} on.")
        return Again(True, True)


def _require_done(status: RunStatus) -> None:
    if status is not RunStatus.DONE:
        raise Invalid(f"The run is {status}: only one that ended by itself can be compared.")


def _require_revision(info: ModelInfo, revision: str) -> None:
    if info.revision != revision:
        raise Invalid(
            f"The model “{info.id}” is at revision {info.revision} here, and the run was made at "
            f"{revision}; bring that revision back to run it again.",
            facts={"model": info.id, "revision": info.revision, "wanted": revision},
        )


def _text(generator: Generator, run: GenerationRun, output: int) -> str:
    """What the engine writes for one output, its end waited for."""
    ended: list[EngineEnd] = []
    done = threading.Event()

    def on_end(end: EngineEnd) -> None:
        ended.append(end)
        done.set()

    seed = run.params.seed
    if seed is not None:
        seed = (seed + output) % (MAX_SEED + 1)
    params = replace(run.params, n=1, seed=seed)
    request = TextRequest(run.messages or run.prompt, params, run.user_id, output, run.lead)
    sequence = generator.submit(request, on_token=lambda _: None, on_end=on_end)
    if not done.wait(_TIMEOUT_S):
        sequence.cancel()
        raise Unavailable("The model did not end in ten minutes; try again.")
    if ended[0].error is not None:
        raise Unavailable(f"The model failed: {ended[0].error}")
    return ended[0].text


def _compared_boxes(before: Sequence[Detection], now: Sequence[Detection]) -> Again:
    if len(before) != len(now):
        return Again(False, False, f"There are {len(now)} boxes instead of {len(before)}.")
    for number, (one, other) in enumerate(zip(before, now, strict=True), start=1):
        if one.label != other.label or not _close(one, other):
            return Again(False, False, f"Box {number} of {len(now)} differs.")
    return Again(tuple(before) == tuple(now), True)


def _close(one: Detection, other: Detection) -> bool:
    pairs = zip(
        (one.score, *vars(one.box).values()),
        (other.score, *vars(other.box).values()),
        strict=True,
    )
    return all(isclose(a, b, rel_tol=0, abs_tol=CLOSE) for a, b in pairs)


def _first_difference(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False), start=1)
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)) + 1)
