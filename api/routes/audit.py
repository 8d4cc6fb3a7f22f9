"""The audit log: looked into, and taken away."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from api.audit_answers import AuditEntryOut, AuditPageOut
from api.deps import SECURED, Bench, Caller
from api.flow import Flow, Watch, from_thread
from api.parameters import asked, whole, with_filters
from core.audit.filters import FILTER_NAMES, REPEATED, from_query
from core.clock import now

router = APIRouter(prefix="/api/v1/audit", tags=["audit"], dependencies=SECURED)

_SIZE = 50
_CSV = "text/csv; charset=utf-8"


@router.get(
    "",
    openapi_extra=with_filters("cursor", "limit", filters=FILTER_NAMES, repeated=REPEATED),
)
def entries(request: Request, bench: Bench, caller: Caller) -> AuditPageOut:
    """What was done, newest first, a page at a time; for administrators.

    `since` and `until` are whole days in UTC. `by` names whoever did it, `to` whoever it was done
    to, `text` is a part of either name; `kind` and `id` are of the thing it was done to. Ask for
    the next page with the same filters, and `cursor` set to `next`.
    """
    filters, rest = asked(request, ("cursor", "limit"))
    size = whole("limit", rest.get("limit"), _SIZE)
    return AuditPageOut.of(bench.audit.find(caller, from_query(filters), rest.get("cursor"), size))


@router.get(
    "/export",
    response_class=Response,
    responses={200: {"content": {_CSV: {}}}},
    openapi_extra=with_filters(filters=FILTER_NAMES, repeated=REPEATED),
)
def export(request: Request, bench: Bench, caller: Caller) -> Response:
    """All entries that match, newest first, as CSV; that it was taken is an entry as well."""
    filters, _ = asked(request, ())
    chunks = bench.audit.export(caller, from_query(filters))
    first = next(chunks)
    headers = {"Content-Disposition": f'attachment; filename="glimpse-audit-{now().date()}.csv"'}
    return Flow(from_thread(first, chunks), Watch(bench, caller), _CSV, headers)


@router.get("/{entry_id}")
def entry(bench: Bench, caller: Caller, entry_id: UUID) -> AuditEntryOut:
    """One entry, with what it changed; for administrators."""
    return AuditEntryOut.of(bench.audit.get(caller, entry_id))
