"""A desk for the tests of what waits."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.accounts.service import AccountService
from core.config import Settings
from core.feedback.outbox import Outbox
from core.feedback.service import FeedbackService
from core.feedback.waiting import WaitingService
from db.session import Database
from tests.core.feedback.desk import Desk
from tests.core.feedback.switched import SwitchedDatabase, signed_in
from tests.core.review import rows


@pytest.fixture
def desk(
    database: Database, database_url: str, settings: Settings, tmp_path: Path
) -> Iterator[Desk]:
    switched = SwitchedDatabase(database_url)
    feedback, accounts = FeedbackService(switched), AccountService(switched, settings)
    outbox = Outbox(tmp_path / "var")
    ann = signed_in(database, "ann")
    run_id = rows.run(database, ann, rows.model(database, "generation", "writer"))
    service = WaitingService(feedback, accounts, outbox)
    yield Desk(switched, outbox, feedback, accounts, service, ann, run_id)
    service.close()
    switched.close()
