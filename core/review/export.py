"""The export as a stream, so that a million rows cost no more memory than ten."""

from core.permissions import Actor, Permission
from core.review.criteria import criteria_of
from core.review.types import FeedbackFilter
from db.copy import CopyStream as CsvStream
from db.repositories.review import export_statement
from db.session import Database

__all__ = ["CsvStream", "export_csv"]


def export_csv(database: Database, actor: Actor, filter: FeedbackFilter) -> CsvStream:
    """CSV in UTF-8 with a header line, newest first; close it when its reader leaves.

    Whoever may not export everything gets the ratings they gave themselves. Text that a
    spreadsheet would compute has a quote in front. A stream that raises is a broken export: hand
    the error on instead of ending the file.
    """
    criteria = criteria_of(filter)
    if not actor.may(Permission.EXPORT_ALL):
        actor.require(Permission.EXPORT_OWN)
        criteria["user_id"] = actor.user_id
    return CsvStream(database, export_statement(criteria))
