"""Gauges that are asked for when Prometheus reads them, and cost nothing in between."""

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from prometheus_client import REGISTRY, CollectorRegistry, Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from core.errors import Unavailable
from core.gpus import Gpu, Gpus
from db.session import Database


class Gauges(Collector):
    """The database, the disk of the data directory, and the graphics cards.

    What cannot be told is left out: a figure that is not there can be alerted on, a made-up one
    cannot.
    """

    def __init__(
        self,
        database: Database,
        data_dir: Path,
        gpus: Gpus,
        registry: CollectorRegistry = REGISTRY,
    ) -> None:
        self._database, self._data_dir, self._gpus = database, data_dir, gpus
        self._registry = registry

    def show(self) -> None:
        """From now on they are among the metrics."""
        self._registry.register(self)

    def close(self) -> None:
        self._registry.unregister(self)

    def describe(self) -> Iterable[Metric]:
        """Nothing, so that nobody is asked for the names alone."""
        return ()

    def collect(self) -> Iterable[Metric]:
        yield GaugeMetricFamily(
            "glimpse_database_up", "1 while the database answers, else 0.", self._database_up()
        )
        yield from self._disk()
        yield from _cards(self._gpus.now())

    def _database_up(self) -> int:
        try:
            self._database.ping()
        except Unavailable:
            return 0
        return 1

    def _disk(self) -> Iterable[Metric]:
        try:
            free = shutil.disk_usage(self._data_dir).free
        except OSError:
            return
        yield GaugeMetricFamily(
            "glimpse_disk_free_bytes", "Bytes free where the data directory lies.", free
        )


def _cards(gpus: Iterable[Gpu]) -> Iterable[Metric]:
    told: tuple[tuple[str, str, Callable[[Gpu], float | None]], ...] = (
        ("memory_bytes", "Bytes of a graphics card in use.", lambda gpu: gpu.memory_used),
        ("memory_size_bytes", "Bytes that a graphics card has.", lambda gpu: gpu.memory_size),
        ("utilization", "Share of time a card is busy, 0 to 1.", lambda gpu: gpu.utilization),
    )
    cards = tuple(gpus)
    for name, about, value in told:
        family = GaugeMetricFamily(f"glimpse_gpu_{name}", about, labels=["device"])
        for gpu in cards:
            if (one := value(gpu)) is not None:
                family.add_metric([gpu.device], one)
        if family.samples:
            yield family
