"""The audit log is found by one filter, page by page, and taken away as it is found."""

import csv
import io
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from core.audit.filters import from_query, to_query
from core.audit.reading import difference
from core.audit.service import AuditService
from core.audit.types import Action, AuditFilter, Change, Target
from core.audit.words import ACTIONS, in_words, who, whom
from core.errors import Invalid, NotAllowed, NotFound
from core.ids import new_id
from core.permissions import Actor, Face
from core.review.paging import Cursor
from core.trace import trace
from db.models import User
from db.repositories.review_order import Place
from db.session import Database
from tests.core.audit.conftest import noted
from tests.core.review import rows


def found(audit: AuditService, root: Actor, **limits: Any) -> list[UUID]:
    return [entry.id for entry in audit.find(root, AuditFilter(**limits)).entries]


def test_each_limit_finds_its_own(
    audit: AuditService, database: Database, root: Actor, wei: Actor
) -> None:
    signed_in = noted(database, wei, address="192.0.2.7")
    of_wei: dict[str, Any] = {"target_kind": "user", "target_id": str(wei.user_id)}
    changed = noted(
        database, root, action="role_changed", at=rows.NOON + timedelta(days=1), **of_wei
    )
    failed = noted(
        database, action="sign_in_failed", face="api", at=rows.NOON + timedelta(days=2), **of_wei
    )
    exported = noted(
        database,
        root,
        action="exported",
        face="cli",
        trace_id="the-trace-of-it",
        target_kind="export",
        target_id="audit csv",
        at=rows.NOON + timedelta(days=3),
    )
    assert found(audit, root) == [exported, failed, changed, signed_in]
    day = rows.NOON.date()
    for limits, wanted in (
        ({"since": day + timedelta(days=1), "until": day + timedelta(days=2)}, [failed, changed]),
        ({"action": (Action.ROLE_CHANGED, Action.EXPORTED)}, [exported, changed]),
        ({"by": "WEI"}, [signed_in]),
        ({"by": "we"}, []),
        ({"to": "wei"}, [failed, changed]),
        ({"kind": Target.EXPORT}, [exported]),
        ({"kind": Target.USER, "id": str(wei.user_id)}, [failed, changed]),
        ({"face": Face.API}, [failed]),
        ({"address": "192.0.2.7"}, [signed_in]),
        ({"trace": "the-trace-of-it"}, [exported]),
        ({"text": "WE"}, [failed, changed, signed_in]),
        ({"text": "ro", "action": (Action.EXPORTED,)}, [exported]),
        ({"text": "%"}, []),
        ({"by": "nobody"}, []),
    ):
        assert found(audit, root, **limits) == wanted, limits


def test_pages_follow_each_other_also_among_entries_of_one_moment(
    audit: AuditService, database: Database, root: Actor
) -> None:
    made = [noted(database, root) for _ in range(5)]
    pages, cursor = [], None
    for _ in range(3):
        page = audit.find(root, cursor=cursor, size=2)
        pages.append([entry.id for entry in page.entries])
        noted(database, root, at=rows.NOON + timedelta(days=1))
        cursor = page.next
    assert [id for page in pages for id in page] == made[::-1]
    assert cursor is None


def test_people_are_called_as_they_are_today(
    audit: AuditService, database: Database, root: Actor, wei: Actor
) -> None:
    noted(
        database,
        root,
        action="rating_asked",
        target_kind="user",
        target_id=str(wei.user_id),
        after={"user_ids": [str(wei.user_id)], "reference": 4},
    )
    with database.unit_of_work() as session:
        rename = update(User).where(User.id == wei.user_id).values(username="erased-1")
        session.execute(rename)
    (entry,) = audit.find(root).entries
    assert (who(entry), whom(entry)) == ("root", "erased-1")
    opened = audit.get(root, entry.id)
    assert opened.names[opened.after["user_ids"][0]] == "erased-1"
    with database.unit_of_work() as session:
        session.delete(session.get_one(User, wei.user_id))
    (entry,) = audit.find(root).entries
    assert whom(entry) == f"gone {str(wei.user_id)[-12:]}"


def test_an_entry_tells_what_changed_first(
    audit: AuditService, database: Database, root: Actor
) -> None:
    id = noted(
        database,
        root,
        before={"active": True, "role": "guest"},
        after={"active": True, "role": "admin", "sessions": 2},
    )
    assert difference(audit.get(root, id)) == (
        Change("role", "guest", "admin"),
        Change("sessions", None, 2),
        Change("active", True, True),
    )


def test_every_action_has_words(
    audit: AuditService, database: Database, root: Actor, wei: Actor
) -> None:
    assert set(ACTIONS) == set(Action)
    noted(database, root, action="of_another_version", target_kind="thing", target_id="x")
    noted(
        database, root, action="reviewed", target_kind="feedback", after={"count": 1200, "set": {}}
    )
    noted(database, action="sign_in_failed")
    noted(database, root, action="password_reset", target_kind="user", target_id=str(wei.user_id))
    assert [in_words(entry) for entry in audit.find(root).entries] == [
        "Reset the password of wei",
        "Failed to sign in as somebody unknown",
        "Reviewed 1,200 ratings",
        "of another version",
    ]


def test_an_export_is_what_the_filter_finds_and_is_noted_itself(
    audit: AuditService, database: Database, root: Actor, wei: Actor
) -> None:
    hostile = "-cmd-00000000"
    noted(database, wei, trace_id=hostile, address="192.0.2.7", after={"a": "b, c"})
    noted(database, root, at=rows.NOON - timedelta(days=9))
    with trace() as reference:
        wanted = AuditFilter(since=rows.NOON.date(), text="e", by="wei")
        content = b"".join(audit.export(root, wanted)).decode()
    (row,) = csv.DictReader(io.StringIO(content))
    assert (row["action"], row["actor"], row["role"]) == ("signed_in", "wei", "analyst")
    assert row["at"] == "2026-03-01T12:00:00.000000Z"
    assert row["trace_id"] == f"'{hostile}"
    assert row["after"] == '{"a": "b, c"}'
    (entry,) = audit.find(root, AuditFilter(action=(Action.EXPORTED,))).entries
    assert (entry.target_kind, entry.target_id) == ("export", "audit csv")
    assert (entry.actor, entry.trace_id) == ("root", reference)
    told = {"since": "2026-03-01", "by_id": str(wei.user_id), "text_chars": 1}
    assert entry.after == {"filter": told}
    everything = b"".join(audit.export(root, AuditFilter())).decode()
    assert [line["action"] for line in csv.DictReader(io.StringIO(everything))] == [
        *("exported", "exported", "signed_in", "signed_in")
    ]


def test_others_may_not_look(audit: AuditService, root: Actor, wei: Actor) -> None:
    for act in (
        lambda: audit.find(wei),
        lambda: audit.get(wei, new_id()),
        lambda: audit.export(wei, AuditFilter()),
    ):
        with pytest.raises(NotAllowed):
            act()
    with pytest.raises(NotFound):
        audit.get(root, new_id())
    assert not audit.find(root).entries


def test_a_filter_survives_the_address() -> None:
    wanted = AuditFilter(
        since=rows.NOON.date(),
        until=rows.NOON.date(),
        action=(Action.SIGNED_IN, Action.SIGNED_OUT),
        by="wei",
        to="root",
        kind=Target.USER,
        id="x",
        face=Face.JOB,
        address="::1",
        trace="t",
        text="e",
    )
    assert from_query(to_query(wanted)) == wanted
    assert from_query({"by": " ", "action": []}) == AuditFilter()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"colour": "red"}, "colour"),
        ({"since": "soon"}, "since"),
        ({"since": "1999-01-01"}, "too far"),
        ({"since": "2026-02-01", "until": "2026-01-01"}, "swap"),
        ({"action": "danced"}, "danced"),
        ({"kind": "thing"}, "kind"),
        ({"face": "phone"}, "face"),
        ({"by": ["a", "b"]}, "twice"),
        ({"text": "x" * 201}, "201"),
        ({"trace": "a\x00b"}, "trace"),
    ],
)
def test_what_cannot_be_asked_is_refused(query: dict[str, Any], said: str) -> None:
    with pytest.raises(Invalid, match=said):
        from_query(query)


def test_pages_that_cannot_be_are_refused(audit: AuditService, root: Actor) -> None:
    backwards = str(Cursor(Place(rows.NOON, new_id()), older=False))
    for cursor, size in (("x", 50), (backwards, 50), (None, 0), (None, 201)):
        with pytest.raises(Invalid):
            audit.find(root, cursor=cursor, size=size)
