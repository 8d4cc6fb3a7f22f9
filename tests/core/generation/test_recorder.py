"""Recording while the database is away, and what cannot be recorded."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from sqlalchemy import create_engine, text

from core.generation.live import LiveRun
from core.generation.service import GenerationService
from core.generation.types import TokenEvent
from core.permissions import Actor
from core.runs.types import RunStatus
from db.models import Run
from db.session import Database
from tests.core.generation.conftest import Writer
from tests.core.generation.test_service import PROMPT, SHORT
from tests.core.inference.textengine.support import PATIENCE_S


@contextmanager
def away(database: Database) -> Iterator[None]:
    """Hang up, and let nobody connect."""
    engine = create_engine(database.engine.url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as admin:
        name = admin.scalar(text("select quote_ident(current_database())"))
        admin.execute(text(f"alter database {name} connection limit 0"))
        database.engine.dispose()
        try:
            yield
        finally:
            admin.execute(text(f"alter database {name} connection limit -1"))
    engine.dispose()


def test_a_run_that_ends_while_the_database_is_away_is_recorded_later(
    service: GenerationService, database: Database, writer: Writer, ana: Actor
) -> None:
    writer.gate.clear()
    run = service.start(ana, PROMPT, SHORT)
    live = cast(LiveRun, service.follow(ana, run.id))
    with away(database):
        writer.gate.set()
        while not live.ended:
            live.wait(0.02)
        assert live.wait(0.5).status is RunStatus.RUNNING
    done = live.wait(PATIENCE_S)

    assert done.status is RunStatus.DONE
    assert service.get(ana, run.id) == done
    assert len(live.since(0)[0]) == done.usage.completion_tokens


def test_a_run_that_cannot_be_stored_ends_as_failed_and_stops_no_other(
    service: GenerationService, database: Database, writer: Writer, ana: Actor
) -> None:
    writer.gate.clear()
    bad, good = (service.start(ana, PROMPT, SHORT) for _ in range(2))
    live = cast(LiveRun, service.follow(ana, bad.id))
    live.on_token(TokenEvent(0, 0, "no JSON", 5, math.nan))
    writer.gate.set()

    assert live.wait(PATIENCE_S).status is RunStatus.FAILED
    assert service.wait(ana, good.id, PATIENCE_S).status is RunStatus.DONE
    with database.unit_of_work() as session:
        row = session.get_one(Run, bad.id)
    assert (row.status, row.error_code) == ("failed", "not_recorded")
    assert service.get(ana, bad.id) == live.run
