"""Ratings by eight clients while PostgreSQL and the process that takes them are killed at random:
what was acknowledged is there, once, and every count is right."""

import random
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from db import embedded
from tests.conftest import new_home
from tests.core.feedback.faults.ledger import Found, settle
from tests.core.feedback.faults.recount import wrong_counts
from tests.core.feedback.faults.town import WRITERS, Town, town


@pytest.fixture
def folder() -> Iterator[Path]:
    home = new_home()
    home.chmod(0o711)
    yield home
    shutil.rmtree(home, ignore_errors=True)


@pytest.mark.parametrize(
    ("writes", "kills"),
    [(200, 2), pytest.param(10_000, 20, marks=pytest.mark.slow)],
)
def test_nothing_acknowledged_is_lost_or_doubled(folder: Path, writes: int, kills: int) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    with town(folder, writes, seed) as here:
        _live(here, kills)
        assert here.settled()
        assert settle(here.ledger, here.database) == Found()
        assert wrong_counts(here.database) == []
        print(dict(here.ledger.answers), dict(here.killed))
        assert here.killed == {"database": kills, "server": kills}
        assert here.ledger.acknowledged >= writes
        assert here.ledger.answers["waiting"] > 0


def _live(here: Town, kills: int) -> None:
    """Let the clients work, with kills spread over their work, until they are done."""
    here.server.start()
    clients = [threading.Thread(target=here.work, args=(n,)) for n in range(WRITERS)]
    for client in clients:
        client.start()
    chance = random.Random(here.seed)  # noqa: S311
    faults = ["database", "server"] * kills
    chance.shuffle(faults)
    for number, fault in enumerate(faults):
        due = here.writes * (number + chance.random()) / (len(faults) + 1)
        while here.ledger.acknowledged < due and any(each.is_alive() for each in clients):
            time.sleep(0.005)
        if fault == "database":
            here.kill_database(chance)
            time.sleep(chance.random() / 2)
            threading.Thread(target=embedded.ensure, args=(here.home,)).start()
        else:
            here.kill_server()
    for client in clients:
        client.join(120)
    assert not any(client.is_alive() for client in clients)
    embedded.ensure(here.home)
