"""Removing what was asked and answered, so that everything counted of it stays.

Ratings are held in the order of their ids before anything else is changed, as reviewers hold them.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

WORDS = ("comment", "corrected_text", "note", "answer")
"""What of a rating is free text."""

_PLAIN_PARAMS = """
coalesce((
    select jsonb_object_agg(key, value) from jsonb_each(params)
    where jsonb_typeof(value) in ('number', 'boolean', 'null')
), '{}')
"""
_SCORES = """
jsonb_build_object('detections', coalesce((
    select jsonb_agg(jsonb_build_object('label', '', 'score', box -> 'score') order by place)
    from jsonb_array_elements(output -> 'detections') with ordinality as found (box, place)
), '[]'))
"""
"""A verdict names a box by its place, so each keeps its place and its score."""
_ENDINGS = """
jsonb_build_object('usage', output -> 'usage', 'outputs', coalesce((
    select jsonb_agg(
        jsonb_build_object('text', '', 'finish_reason', one -> 'finish_reason') order by place
    ) from jsonb_array_elements(output -> 'outputs') with ordinality as written (one, place)
), '[]'))
"""
_RUNS = f"""
update runs set
    prompt = '', trace_id = '', params = {_PLAIN_PARAMS},
    output = case when output is null then null
        when task = 'detection' then {_SCORES} else {_ENDINGS} end,
    image_sha256 = null, request_hash = null, erased_at = :at
where id = any(:runs)
"""  # noqa: S608
_AFTER_RUNS: Sequence[str] = (
    "update missed_boxes set label = '' where run_id = any(:runs)",
    """
    update feedback f set
        comment = '', corrected_text = null, note = '', answer = '', answered_at = null,
        idempotency_key = null, request_hash = null, phrases = '{}',
        verdicts = case when verdicts = '[]' then verdicts
            else feedback_verdicts(f.run_id, f.user_id) end,
        search = run_search('', '', run_text(r.task, r.output, r.params))
    from runs r where r.id = f.run_id and f.run_id = any(:runs)
    """,
    """
    update feedback_events set before = before - :words, after = after - :words
    where run_id = any(:runs) and (before ?| :words or after ?| :words)
    """,
    "update run_signals set detail = '{}' where run_id = any(:runs) and detail <> '{}'",
    "delete from rating_drafts where run_id = any(:runs)",
    "delete from run_progress where run_id = any(:runs)",
    """
    delete from rating_requests q where run_id = any(:runs) and not exists (
        select from feedback f where f.run_id = q.run_id and f.user_id = q.user_id
    )
    """,
)
_MADE_OF = """
with recursive made as (
    select id from (
        select id from runs where user_id = :person and erased_at is null and status <> 'running'
        order by id limit :size
    ) as own
    union
    select r.id from runs r join made on r.parent_id = made.id
    where r.erased_at is null and r.status <> 'running'
)
select id from made order by id
"""


class RunErasing:
    def __init__(self, session: Session) -> None:
        self._session = session

    def before(self, moment: datetime, size: int) -> Sequence[UUID]:
        """The oldest ended runs from before `moment` that are not erased yet."""
        oldest = text(
            "select id from runs where erased_at is null and created_at < :moment"
            " and status <> 'running' order by created_at limit :size"
        )
        return self._session.scalars(oldest, {"moment": moment, "size": size}).all()

    def of(self, person: UUID, size: int) -> Sequence[UUID]:
        """Some ended runs of a person, and what anybody made of these, not erased yet."""
        return self._session.scalars(text(_MADE_OF), {"person": person, "size": size}).all()

    def still_running(self, person: UUID) -> bool:
        running = text(
            "select exists (select from runs where user_id = :person and status = 'running')"
        )
        return bool(self._session.scalar(running, {"person": person}))

    def erase(self, runs: Sequence[UUID], at: datetime) -> int:
        """Remove the content of these runs and of what was said of them; how many pictures went.

        A picture goes with the last run that points to it.
        """
        given = {"runs": list(runs), "at": at, "words": list(WORDS)}
        held = "select id from feedback where run_id = any(:runs) order by id for update"
        self._session.execute(text(held), given)
        pictures = self._pictures(runs)
        for statement in (_RUNS, *_AFTER_RUNS):
            self._session.execute(text(statement), given)
        return self._drop(pictures)

    def _pictures(self, runs: Sequence[UUID]) -> Sequence[bytes]:
        seen = text(
            "select distinct image_sha256 from runs"
            " where id = any(:runs) and image_sha256 is not null order by 1"
        )
        return self._session.scalars(seen, {"runs": list(runs)}).all()

    def _drop(self, pictures: Sequence[bytes]) -> int:
        """Held first: a run that is just added either counts, or finds its picture gone."""
        given = {"pictures": [bytes(each) for each in pictures]}
        held = "select sha256 from images where sha256 = any(:pictures) order by 1 for update"
        self._session.execute(text(held), given)
        gone = text(
            "delete from images i where sha256 = any(:pictures)"
            " and not exists (select from runs r where r.image_sha256 = i.sha256)"
            " returning sha256"
        )
        return len(self._session.scalars(gone, given).all())
