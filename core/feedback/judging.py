"""One person's judging of the boxes of one run, inside a unit of work."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from core.clock import now
from core.detection.types import Box
from core.errors import Conflict, Invalid, NotFound
from core.feedback.checks import MAX_MISSED, checked_index, checked_missed, checked_verdict
from core.feedback.types import BoxVerdict, Judgement, MissedObject, Verdict
from core.ids import new_id
from core.runs.types import RunStatus, Task
from db.repositories.runs import ImageRepository, Run
from db.repositories.verdicts import MissedBox, VerdictRepository


class Judging:
    """Others' judging of the same run does not wait; one's own in another tab does.

    `at` is when it was said; now, unless told.

    Raises
    ------
    Invalid : not a detection.
    Conflict : it did not end well, and so has no boxes.
    """

    def __init__(
        self,
        verdicts: VerdictRepository,
        images: ImageRepository,
        run: Run,
        user_id: UUID,
        at: datetime | None = None,
    ) -> None:
        if run.task != Task.DETECTION:
            raise Invalid(
                "This run is no detection and has no boxes; leave “boxes” and “missed” out.",
                facts={"task": run.task},
            )
        if run.status != RunStatus.DONE:
            raise Conflict(
                "This detection was not finished and has no boxes to judge; run it again.",
                facts={"status": run.status},
            )
        self._verdicts, self._images, self._run = verdicts, images, run
        self._user_id = user_id
        self._at = at or now()
        verdicts.lock(run.id, user_id)

    def set(self, index: int, verdict: Verdict | None) -> Verdict | None:
        """Judge one box, or take the verdict back; what was said before, for undo."""
        index = checked_index(index, self._boxes)
        before = self._verdicts.verdict(self._run.id, self._user_id, index)
        if verdict is None:
            self._verdicts.remove_verdict(self._run.id, self._user_id, index)
        else:
            self._put({index: checked_verdict(verdict)})
        return None if before is None else Verdict(before)

    def replace(
        self, verdicts: Iterable[BoxVerdict] | None, missed: Iterable[MissedObject] | None
    ) -> None:
        """Say this of the run's boxes and nothing else; None leaves a part as it is.

        What was judged later than this is said is left as it is.
        """
        if self._verdicts.judged_since(self._run.id, self._user_id, self._at):
            return
        if verdicts is not None:
            self._replace_verdicts(verdicts)
        if missed is not None:
            self._replace_missed(missed)

    def add_missed(self, label: str, box: Box) -> MissedObject:
        """Keep what was missed; what is there already, equal in every part, is not kept twice."""
        (wanted,) = self._checked([MissedObject(label, box)])
        kept = [as_missed(row) for row in self._verdicts.missed(self._run.id, self._user_id)]
        for each in kept:
            if _said(each) == _said(wanted):
                return each
        _check_number(len(kept) + 1)
        return self._add(wanted)

    def remove_missed(self, id: UUID) -> MissedObject:
        row = self._verdicts.remove_missed(self._run.id, self._user_id, id)
        if row is None:
            raise NotFound("You have not marked this object as missed; it may be removed already.")
        return as_missed(row)

    @property
    def _boxes(self) -> int:
        return len((self._run.output or {}).get("detections", ()))

    def _replace_verdicts(self, given: Iterable[BoxVerdict]) -> None:
        wanted: dict[int, Verdict] = {}
        for each in given:
            index = checked_index(each.index, self._boxes)
            if index in wanted:
                raise Invalid(
                    f"Box {index} is judged twice; give it once.",
                    facts={"field": "boxes", "index": index},
                )
            wanted[index] = checked_verdict(each.verdict)
        self._verdicts.remove_verdicts_except(self._run.id, self._user_id, wanted.keys())
        self._put(wanted)

    def _replace_missed(self, given: Iterable[MissedObject]) -> None:
        wanted = {_said(each): each for each in self._checked(given)}
        _check_number(len(wanted))
        for row in self._verdicts.missed(self._run.id, self._user_id):
            if wanted.pop(_said(as_missed(row)), None) is None:
                self._verdicts.remove_missed(self._run.id, self._user_id, row.id)
        for each in wanted.values():
            self._add(each)

    def _put(self, verdicts: dict[int, Verdict]) -> None:
        at = self._at
        self._verdicts.put_verdicts(
            [
                {"id": new_id(), "run_id": self._run.id, "user_id": self._user_id}
                | {"box_index": index, "verdict": verdict, "created_at": at, "updated_at": at}
                for index, verdict in sorted(verdicts.items())
            ]
        )

    def _add(self, given: MissedObject) -> MissedObject:
        box = given.box
        row = self._verdicts.add_missed(
            id=new_id(),
            run_id=self._run.id,
            user_id=self._user_id,
            label=given.label,
            corners=(box.xmin, box.ymin, box.xmax, box.ymax),
            created_at=self._at,
        )
        return as_missed(row)

    def _checked(self, given: Iterable[MissedObject]) -> list[MissedObject]:
        image = self._images.get_image(self._run.image_sha256 or b"")
        if image is None:
            raise NotFound("The picture of this run is not kept any more.")
        return [checked_missed(each.label, each.box, image.width, image.height) for each in given]


def judgement_of(verdicts: VerdictRepository, run_id: UUID, user_id: UUID) -> Judgement:
    return Judgement(
        run_id=run_id,
        user_id=user_id,
        verdicts=tuple(
            BoxVerdict(row.box_index, Verdict(row.verdict))
            for row in verdicts.verdicts(run_id, user_id)
        ),
        missed=tuple(as_missed(row) for row in verdicts.missed(run_id, user_id)),
    )


def as_missed(row: MissedBox) -> MissedObject:
    return MissedObject(row.label, Box(row.x_min, row.y_min, row.x_max, row.y_max), row.id)


def _said(missed: MissedObject) -> tuple[str, Box]:
    return missed.label, missed.box


def _check_number(missed: int) -> None:
    if missed > MAX_MISSED:
        raise Invalid(
            f"At most {MAX_MISSED} missed objects are kept for one run; remove some first.",
            facts={"field": "missed", "max_missed": MAX_MISSED},
        )
