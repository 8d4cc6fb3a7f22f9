"""What is asked for at each scrape: database, disk, graphics cards."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace as Told
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from core.config import Settings
from core.errors import Unavailable
from core.gauges import Gauges
from core.gpus import Gpu, Gpus
from core.jobs.queue import queue_state
from core.jobs.types import QueueState
from db.session import Database


class Refused(Exception):
    """What the driver says where it cannot tell."""


@dataclass
class Driver:
    """NVML's calls as far as they are used, over cards made up here."""

    cards: list[Told]
    starts: int = 0
    NVMLError: type[Exception] = field(default=Refused)

    def nvmlInit(self) -> None:  # noqa: N802 - the driver's name
        if not self.cards:
            raise Refused("Driver Not Loaded")
        self.starts += 1

    def nvmlDeviceGetCount(self) -> int:  # noqa: N802
        return len(self.cards)

    def nvmlDeviceGetHandleByIndex(self, place: int) -> Told:  # noqa: N802
        if self.cards[place].name is None:
            raise Refused("GPU is lost")
        return self.cards[place]

    def nvmlDeviceGetName(self, card: Told) -> str:  # noqa: N802
        return str(card.name)

    def nvmlDeviceGetMemoryInfo(self, card: Told) -> Told:  # noqa: N802
        return Told(used=card.used, total=80 * 2**30)

    def nvmlDeviceGetUtilizationRates(self, card: Told) -> Told:  # noqa: N802
        if card.busy is None:
            raise Refused("Not Supported")
        return Told(gpu=card.busy, memory=1)


WHOLE = Told(name="A card", used=2**30, busy=37)
DIVIDED = Told(name="A card in parts", used=5, busy=None)
LOST = Told(name=None)


def test_a_lost_card_is_left_out_and_what_a_card_does_not_tell_too() -> None:
    driver = Driver([WHOLE, LOST, DIVIDED])
    gpus = Gpus(driver)
    assert gpus.now() == (
        Gpu("0", "A card", 2**30, 80 * 2**30, 0.37),
        Gpu("2", "A card in parts", 5, 80 * 2**30, None),
    )
    gpus.now()
    assert driver.starts == 1


def test_a_driver_that_comes_later_is_found() -> None:
    driver = Driver([])
    gpus = Gpus(driver)
    assert gpus.now() == ()
    driver.cards.append(WHOLE)
    assert len(gpus.now()) == 1


def test_a_machine_without_a_driver_has_no_cards() -> None:
    assert isinstance(Gpus().now(), tuple)


def shown(queue: Callable[[], QueueState], folder: Path, driver: Any) -> CollectorRegistry:
    registry = CollectorRegistry()
    Gauges(queue, folder, Gpus(driver), registry).show()
    return registry


def test_gauges_are_asked_at_each_reading(
    database: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = shown(lambda: queue_state(database), tmp_path, Driver([WHOLE, DIVIDED]))
    assert registry.get_sample_value("glimpse_database_up") == 1
    assert registry.get_sample_value("glimpse_jobs", {"state": "queued"}) == 0
    assert registry.get_sample_value("glimpse_job_workers") == 0
    assert registry.get_sample_value("glimpse_gpu_utilization", {"device": "0"}) == 0.37
    assert registry.get_sample_value("glimpse_gpu_utilization", {"device": "1"}) is None
    assert registry.get_sample_value("glimpse_gpu_memory_bytes", {"device": "1"}) == 5

    assert (registry.get_sample_value("glimpse_disk_free_bytes") or 0) > 0
    monkeypatch.setattr("core.gauges.shutil.disk_usage", lambda _: Told(free=7))
    assert registry.get_sample_value("glimpse_disk_free_bytes") == 7


def test_what_is_away_is_said_and_breaks_no_reading(tmp_path: Path) -> None:
    def away() -> QueueState:
        raise Unavailable("The database is away.")

    registry = shown(away, tmp_path / "unmounted", Driver([]))
    assert [metric.name for metric in registry.collect()] == ["glimpse_database_up"]
    assert registry.get_sample_value("glimpse_database_up") == 0
