"""Ratings as files, made while they are read: a million rows cost no more memory than ten."""

from collections.abc import Sequence

from core.audit.facts import filter_facts
from core.audit.recording import record
from core.audit.types import Action, Target
from core.errors import NotAllowed
from core.permissions import Actor, Permission
from core.review.coco import write_coco
from core.review.columns import COLUMNS, FOR_REVIEWERS, checked_columns
from core.review.criteria import criteria_of
from core.review.evidence import Evidence, checked_number, write_evidence
from core.review.filters import to_query
from core.review.types import FeedbackFilter
from db.copy import CopyStream as ByteStream
from db.repositories.exports import TEXTS, export_statement
from db.repositories.review_sql import Criteria
from db.session import Database, Session

__all__ = ["FORMATS", "ByteStream", "ExportService", "note_export"]

FORMATS = ("csv", "coco", "evidence")

_PEOPLE, _TEXTS = ("user", "assignee"), ("tag", "phrase", "text")


class ExportService:
    """Whoever may not export everything gets the ratings they gave themselves.

    Close a stream when its reader leaves. One that raises is a broken export: hand the error on
    instead of ending the file. All of a file shows one moment of the database. That it was asked
    for is in the audit log before the first byte leaves.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def csv(
        self, actor: Actor, filter: FeedbackFilter, columns: Sequence[str] | None = None
    ) -> ByteStream:
        """CSV in UTF-8 with a header line, newest first, with all columns the actor may see.

        Text that a spreadsheet would compute has a quote in front.

        Raises
        ------
        Invalid : the filter, or no such column.
        NotAllowed : no right to export, or to a column.
        """
        criteria, chosen = _criteria(actor, filter), _columns(actor, columns)
        statement = export_statement(criteria, chosen)
        quoted = [name for name in chosen if name in TEXTS]
        with self._database.unit_of_work() as session:
            note_export(session, actor, "ratings csv", filter, columns=chosen)
        return ByteStream(
            self._database, lambda source, sink: source.copy_csv(statement, sink, quoted)
        )

    def coco(self, actor: Actor, filter: FeedbackFilter) -> ByteStream:
        """What people said of boxes, with the ratings that match, in COCO's format.

        See `core.review.coco`. Raises as `csv`.
        """
        criteria = _criteria(actor, filter)
        with self._database.unit_of_work() as session:
            note_export(session, actor, "ratings coco", filter)
        return ByteStream(
            self._database, lambda source, sink: write_coco(source, sink, criteria, filter)
        )

    def evidence(
        self,
        actor: Actor,
        filter: FeedbackFilter,
        columns: Sequence[str] | None = None,
        *,
        images: bool = False,
    ) -> ByteStream:
        """The ratings with all that makes them checkable, as a ZIP file.

        See `core.review.evidence`. Raises as `csv`, and `TooLarge` for more ratings than a pack
        may hold.
        """
        criteria, chosen = _criteria(actor, filter), _columns(actor, columns)
        asked = Evidence(actor.username, filter, criteria, chosen, images)
        with self._database.unit_of_work() as session:
            count = checked_number(session, criteria)
            facts = {"columns": chosen, "images": images, "count": count}
            note_export(session, actor, "evidence pack", filter, **facts)
        return ByteStream(self._database, lambda source, sink: write_evidence(source, sink, asked))


def _criteria(actor: Actor, filter: FeedbackFilter) -> Criteria:
    criteria = criteria_of(filter)
    if not actor.may(Permission.EXPORT_ALL):
        actor.require(Permission.EXPORT_OWN)
        criteria["user_id"] = actor.user_id
    return criteria


def note_export(
    session: Session, actor: Actor, what: str, filter: FeedbackFilter, **facts: object
) -> None:
    """Say in the audit log that a file of what the filter matches was asked for."""
    told = {
        "filter": filter_facts(session, to_query(filter), _PEOPLE, _TEXTS),
        "everybody": actor.may(Permission.EXPORT_ALL),
        **facts,
    }
    record(session, actor, Action.EXPORTED, (Target.EXPORT, what), after=told)


def _columns(actor: Actor, columns: Sequence[str] | None) -> tuple[str, ...]:
    reviews = actor.may(Permission.EXPORT_ALL)
    if columns is None:
        return tuple(name for name in COLUMNS if reviews or name not in FOR_REVIEWERS)
    chosen = checked_columns(columns)
    for name in chosen:
        if name in FOR_REVIEWERS and not reviews:
            raise NotAllowed(
                f"The column “{name}” is for reviewers; leave it out.", facts={"field": "columns"}
            )
    return chosen
