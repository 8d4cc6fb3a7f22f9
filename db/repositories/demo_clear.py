"""Clearing demo data away: in batches, children before parents."""

from typing import NamedTuple

from sqlalchemy import CursorResult, text
from sqlalchemy.orm import Session

from db.repositories.demo import SOURCE, DemoRepository


class Cleared(NamedTuple):
    runs: int
    ratings: int


_NEXT = """
create temp table demo_gone on commit drop as
select id from runs where demo and (created_at, id) >= (
    select created_at, id from runs where demo order by created_at, id limit 1
)
order by created_at, id limit :size
"""
_CHILDREN = (
    "rating_requests",
    "run_signals",
    "run_progress",
    "feedback_events",
    "feedback",
    "box_verdicts",
    "missed_boxes",
)
_LEFT_OVER = (
    # Ratings of demo runs are all gone; these would be of people who are about to go.
    "delete from feedback where demo",
    "update feedback set assignee_id = null where assignee_id in (select id from gone_people)",
    "update feedback set reviewer_id = null where reviewer_id in (select id from gone_people)",
    "delete from rating_requests where asked_by in (select id from gone_people)",
    "delete from phrase_thresholds where set_by in (select id from gone_people)",
    "delete from usage_days where user_id in (select id from gone_people)",
    "delete from users where id in (select id from gone_people)",
)
_ROLLUPS = (
    "feedback_days",
    "rater_days",
    "run_ratings",
    "run_days",
    "setting_totals",
    "tag_totals",
    "verdict_totals",
)
_PEOPLE = """
create temp table gone_people on commit drop as
select id from users u where demo
    and not exists (select from runs r where r.user_id = u.id)
    and not exists (select from feedback f where f.user_id = u.id)
"""
_MODELS = """
delete from models m where source = :source
    and not exists (select from runs r where r.model_id = m.id)
    and not exists (select from feedback f where f.model_id = m.id)
    and not exists (select from usage_days d where d.model_id = m.id)
"""
_PICTURES = """
delete from images i
where width = :width and height = :height and mime = 'image/png'
    and substring(content from :place for :length) = :mark
    and not exists (select from runs r where r.image_sha256 = i.sha256)
"""


class DemoClearing:
    def __init__(self, session: Session) -> None:
        self._session = session

    def clear_batch(self, size: int) -> Cleared:
        """Remove the oldest `size` demo runs, with all that hangs on them."""
        DemoRepository(self._session).hurry()
        self._session.execute(text(_NEXT), {"size": size})
        self._session.execute(text("analyze demo_gone"))
        ratings = 0
        for table in _CHILDREN:
            gone = self._delete(table, "run_id")
            ratings = gone if table == "feedback" else ratings
        return Cleared(self._delete("runs", "id"), ratings)

    def _delete(self, table: str, key: str) -> int:
        """How many rows of the batch's runs there were."""
        statement = f"delete from {table} where {key} in (select id from demo_gone)"  # noqa: S608
        deleted = self._session.execute(text(statement))
        assert isinstance(deleted, CursorResult)  # noqa: S101
        return deleted.rowcount

    def clear_rest(self, mark: bytes, place: int, size: tuple[int, int]) -> int:
        """Remove people, models and pictures of demo data, and counts that are zero now.

        `mark` is what stands in the pictures, `place` where, counted from 1.
        Returns how many demo people stay, as there are runs or ratings of theirs that are no demo.
        """
        DemoRepository(self._session).hurry()
        self._session.execute(text(_PEOPLE))
        for statement in _LEFT_OVER:
            self._session.execute(text(statement))
        for table in _ROLLUPS:
            self._session.execute(text(f"delete from {table} where demo"))  # noqa: S608
        self._session.execute(text(_MODELS), {"source": SOURCE})
        width, height = size
        picture = {"width": width, "height": height, "place": place, "length": len(mark)}
        self._session.execute(text(_PICTURES), {**picture, "mark": mark})
        left = self._session.execute(text("select count(*) from users where demo"))
        return int(left.scalar_one())
