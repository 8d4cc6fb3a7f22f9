"""A database that is away when a test says so, and people who have signed in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core.clock import now
from core.errors import Unavailable
from core.ids import new_id
from core.permissions import Actor, Role
from db.models import Session as SignIn
from db.session import Database
from tests.core.review import rows


def _away() -> Unavailable:
    return Unavailable("The database is away.")


class SwitchedDatabase(Database):
    """The database at `url`. `gone`: it does not answer; `cut`: it commits, and breaks off."""

    def __init__(self, url: str) -> None:
        super().__init__(url, _away)
        self.gone = self.cut = False

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        if self.gone:
            raise _away()
        with super().unit_of_work() as session:
            yield session
        if self.cut:
            raise _away()


def signed_in(
    database: Database, name: str, role: Role = Role.ANALYST, since: datetime | None = None
) -> Actor:
    """A person and a sign-in of theirs, an hour old unless told."""
    person = rows.person(database, name, role)
    began = since or now() - timedelta(hours=1)
    row = SignIn(
        id=new_id(),
        user_id=person.user_id,
        epoch=0,
        created_at=began,
        expires_at=began + timedelta(days=7),
    )
    with database.unit_of_work() as session:
        session.add(row)
    return replace(person, session_id=row.id)
