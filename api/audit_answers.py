"""Entries of the audit log as they are answered."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import Field

from api.answers import Answer
from core.audit.types import AuditEntry, AuditPage


class AuditEntryOut(Answer):
    id: UUID
    at: datetime
    action: str
    actor_id: UUID | None = Field(description="of whoever did it, where that is known")
    actor: str | None = Field(description="as they are called today")
    role: str | None = Field(description="theirs, then")
    face: str
    address: str | None
    session_id: UUID | None
    key_id: UUID | None
    target_kind: str | None
    target_id: str | None
    target: str | None = Field(description="the name of whoever it was done to")
    before: dict[str, Any]
    after: dict[str, Any]
    trace_id: str = Field(description="as in the log and in `X-Request-ID`")

    @classmethod
    def of(cls, entry: AuditEntry) -> Self:
        return cls.model_validate(entry)


class AuditPageOut(Answer):
    entries: list[AuditEntryOut]
    next: str | None = Field(description="the cursor of the next page")

    @classmethod
    def of(cls, page: AuditPage) -> Self:
        return cls(entries=[AuditEntryOut.of(each) for each in page.entries], next=page.next)
