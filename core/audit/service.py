"""Reading the audit log: found by one filter, page by page, and taken away as a file."""

from typing import Any
from uuid import UUID

from core.audit.facts import filter_facts
from core.audit.filters import PEOPLE, TEXTS, checked, criteria_of, to_query
from core.audit.reading import all_ids, entry, who_and_whom
from core.audit.recording import record
from core.audit.types import Action, AuditEntry, AuditFilter, AuditPage, Target
from core.errors import Invalid, NotFound
from core.permissions import Actor, Permission
from core.review.paging import Cursor, end_of_page
from db.copy import CopyStream as ByteStream
from db.repositories.audit import AuditRepository
from db.repositories.audit_sql import QUOTED, export_statement
from db.repositories.review_order import Place
from db.session import Database

MAX_PAGE_SIZE = 200


class AuditService:
    """Needs the right to view the audit log. Nothing here changes an entry; an export adds one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(
        self,
        actor: Actor,
        filter: AuditFilter | None = None,
        cursor: str | None = None,
        size: int = 50,
    ) -> AuditPage:
        """Entries that match, newest first, from `cursor` on.

        Raises
        ------
        Invalid : the filter, the cursor, or a size that is not from 1 to 200.
        """
        actor.require(Permission.VIEW_AUDIT)
        if not 1 <= size <= MAX_PAGE_SIZE:
            raise Invalid(
                f"A page of {size} entries is not possible; use 1 to {MAX_PAGE_SIZE}.",
                facts={"field": "limit", "max": MAX_PAGE_SIZE},
            )
        after = end_of_page(cursor)
        wanted = checked(filter or AuditFilter())
        with self._database.unit_of_work() as session:
            repository = AuditRepository(session)
            rows = repository.page(_criteria(repository, wanted), size + 1, after)
            names = repository.names(who_and_whom(rows))
        shown = tuple(entry(row, names) for row in rows[:size])
        if len(rows) <= size:
            return AuditPage(shown, None)
        last = shown[-1]
        return AuditPage(shown, str(Cursor(Place(last.at, last.id), older=True)))

    def get(self, actor: Actor, entry_id: UUID) -> AuditEntry:
        """Raises `NotFound`."""
        actor.require(Permission.VIEW_AUDIT)
        with self._database.unit_of_work() as session:
            repository = AuditRepository(session)
            row = repository.get(entry_id)
            if row is None:
                raise NotFound(
                    "There is no such entry; what is past its time is removed.",
                    facts={"id": str(entry_id)},
                )
            return entry(row, repository.names(all_ids(row)))

    def export(self, actor: Actor, filter: AuditFilter) -> ByteStream:
        """Everything that matches, newest first, as CSV in UTF-8 with a header line.

        That it was taken is noted first, and so stands in the file. Close the stream when its
        reader leaves; one that raises is a broken export. Raises `Invalid` for the filter.
        """
        actor.require(Permission.VIEW_AUDIT)
        wanted = checked(filter)
        with self._database.unit_of_work() as session:
            statement = export_statement(_criteria(AuditRepository(session), wanted))
            record(
                session,
                actor,
                Action.EXPORTED,
                (Target.EXPORT, "audit csv"),
                after={"filter": filter_facts(session, to_query(wanted), PEOPLE, TEXTS)},
            )
        return ByteStream(
            self._database, lambda source, sink: source.copy_csv(statement, sink, QUOTED)
        )


def _criteria(repository: AuditRepository, filter: AuditFilter) -> dict[str, Any]:
    criteria = criteria_of(filter)
    if filter.text:
        criteria["people"] = repository.people_like(filter.text)
    return criteria
