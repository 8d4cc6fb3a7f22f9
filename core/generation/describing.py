"""From the boxes of a detection to a report on them, written by a prompt of the library."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

from core.detection.reading import usable_detection
from core.detection.types import Detection, DetectionRun
from core.errors import Conflict, Unavailable
from core.feedback.checks import checked_index
from core.feedback.types import Verdict
from core.generation.service import GenerationService, TextModels
from core.generation.types import GenerationRun, Message, Origin, SamplingParams, UsedPrompt
from core.permissions import Actor, Permission
from core.prompts.service import FINDINGS, PromptService
from core.runs.types import Relation, RunStatus
from db.repositories.runs import ImageRepository, RunRepository
from db.repositories.verdicts import VerdictRepository
from db.session import Database

_NOTHING_MORE: Mapping[str, str] = MappingProxyType({})


class DescribeService:
    def __init__(
        self,
        database: Database,
        models: TextModels,
        prompts: PromptService,
        generation: GenerationService,
    ) -> None:
        self._database = database
        self._models = models
        self._prompts = prompts
        self._generation = generation

    def describe(
        self,
        actor: Actor,
        run_id: UUID,
        boxes: Sequence[int] = (),
        version_id: UUID | None = None,
        params: SamplingParams = SamplingParams(),  # noqa: B008 - frozen
        model: str | None = None,
        variables: Mapping[str, str] = _NOTHING_MORE,
    ) -> GenerationRun:
        """Begin a report on boxes of a detection; returns at once, while it is written.

        Parameters
        ----------
        boxes : places in the detection's `raw`; empty means those `default_boxes` names.
        version_id : of the prompt; None takes the first of `PromptService.describing`.
        variables : the prompt's others, beside the findings.

        Raises
        ------
        NotFound : the detection, the prompt or the model, also where they are not the actor's.
        Conflict : the detection has failed, and so has no boxes.
        Invalid : there is no such box, or as `PromptService.written` and `GenerationService.start`.
        Unavailable, LimitReached : the model is; or no prompt reports on detections.
        """
        actor.require(Permission.GENERATE)
        detection, absent = self._detection(actor, run_id)
        chosen = _checked(boxes, detection) or default_boxes(detection, absent)
        version = version_id or self._usual_version(actor)
        filled = {**variables, FINDINGS: findings(detection.raw[place] for place in chosen)}
        text = self._prompts.written(actor, version, filled)
        info, _ = self._models.generator(model)
        as_chat = info.chat_template and not info.bundled
        return self._generation.start(
            actor,
            (Message("user", text),) if as_chat else text,
            params,
            info.id,
            origin=Origin(detection.id, Relation.DESCRIBED, boxes=chosen),
            used_prompt=UsedPrompt(version, filled),
        )

    def _detection(self, actor: Actor, run_id: UUID) -> tuple[DetectionRun, frozenset[int]]:
        """The detection, and the places of the boxes that the actor has judged absent."""
        with self._database.unit_of_work() as session:
            detection = usable_detection(
                RunRepository(session), ImageRepository(session), actor, run_id
            )
            verdicts = VerdictRepository(session).verdicts(run_id, actor.user_id)
            absent = frozenset(v.box_index for v in verdicts if v.verdict == Verdict.ABSENT)
        if detection.status is not RunStatus.DONE:
            raise Conflict(
                "This detection was not finished and has no boxes to describe; run it again.",
                facts={"status": detection.status},
            )
        return detection, absent

    def _usual_version(self, actor: Actor) -> UUID:
        prompts = self._prompts.describing(actor)
        if not prompts:
            raise Unavailable(
                f"No prompt reports on detections; make one with the variable “{FINDINGS}”."
            )
        return prompts[0].newest.id


def default_boxes(detection: DetectionRun, absent: frozenset[int]) -> tuple[int, ...]:
    """The places of the boxes found, without those that were judged `absent`."""
    return tuple(
        place
        for place, each in enumerate(detection.raw)
        if detection.found(each) and place not in absent
    )


def findings(detections: Iterable[Detection]) -> str:
    """Such as "3 red circle; 1 blue star", as the bundled writer reads it; "none" without any.

    Scores are left out: with them it writes more, and more that is wrong.
    """
    counts = Counter(" ".join(each.label.lower().split()) for each in detections)
    return "; ".join(f"{count} {label}" for label, count in counts.items()) or "none"


def _checked(boxes: Sequence[int], detection: DetectionRun) -> tuple[int, ...]:
    """Each once, in the detection's order."""
    return tuple(sorted({checked_index(place, len(detection.raw)) for place in boxes}))
