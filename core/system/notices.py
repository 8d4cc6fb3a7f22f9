"""The sentence above every page: read by everybody, written by administrators."""

import re
import threading
from contextlib import suppress
from datetime import datetime
from time import monotonic

from core.audit.recording import record
from core.audit.types import Action
from core.clock import now
from core.errors import Invalid, Unavailable
from core.ids import new_id
from core.permissions import Actor, Permission
from core.system.types import Notice
from db.repositories.system import Notice as NoticeRow
from db.repositories.system import SystemRepository
from db.session import Database

MAX_CHARS = 300
_NO_TEXT = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_GOOD_S = 2.0
"""How long what was read is taken for true: every open page asks every few seconds."""


class NoticeService:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._known: Notice | None = None
        self._until = 0.0

    def current(self) -> Notice | None:
        """What everybody is told now, signed in or not; at most two seconds late.

        While the database is away, what was told last: that is when people want to read it.
        """
        with self._lock:
            if monotonic() >= self._until:
                with suppress(Unavailable):
                    self._known = self._read()
                self._until = monotonic() + _GOOD_S
            known = self._known
        over = known is not None and known.until is not None and known.until <= now()
        return None if over else known

    def put(self, actor: Actor, text: str, until: datetime | None = None) -> Notice:
        """Tell everybody `text`, in the place of what they were told before.

        Raises
        ------
        Invalid : it is empty, longer than 300 characters, holds what is no text, or would have
            ended already.
        """
        actor.require(Permission.MANAGE_SYSTEM)
        told = " ".join(text.split())
        if not 1 <= len(told) <= MAX_CHARS:
            raise Invalid(
                f"A notice has 1 to {MAX_CHARS} characters; this one has {len(told)}.",
                facts={"field": "text", "max": MAX_CHARS},
            )
        if _NO_TEXT.search(told):
            raise Invalid(
                "The notice holds characters that are no text; leave them out.",
                facts={"field": "text"},
            )
        if until is not None and until <= now():
            raise Invalid(
                "The notice would have ended already; choose a later time, or none.",
                facts={"field": "until"},
            )
        notice = Notice(new_id(), told, until, now())
        self._replace(actor, notice)
        return notice

    def clear(self, actor: Actor) -> Notice | None:
        """Tell nothing any more; what was told, so that it can be put back."""
        actor.require(Permission.MANAGE_SYSTEM)
        return self._replace(actor, None)

    def _replace(self, actor: Actor, notice: Notice | None) -> Notice | None:
        with self._database.unit_of_work() as session:
            repository = SystemRepository(session)
            row = repository.notice(now())
            before = None if row is None else _notice(row)
            repository.replace_notice(None if notice is None else _row(notice))
            if before is not None or notice is not None:
                was, is_now = _told(before), _told(notice)
                record(session, actor, Action.NOTICE_CHANGED, before=was, after=is_now)
        with self._lock:
            self._until = 0.0
        return before

    def _read(self) -> Notice | None:
        with self._database.unit_of_work() as session:
            row = SystemRepository(session).notice(now())
            return None if row is None else _notice(row)


def _notice(row: NoticeRow) -> Notice:
    return Notice(row.id, row.text, row.until, row.created_at)


def _row(notice: Notice) -> NoticeRow:
    return NoticeRow(id=notice.id, text=notice.text, until=notice.until, created_at=notice.since)


def _told(notice: Notice | None) -> dict[str, object] | None:
    """By its length: what people wrote does not stand in the audit log."""
    if notice is None:
        return None
    until = None if notice.until is None else notice.until.isoformat()
    return {"text_chars": len(notice.text), "until": until}
