"""Gauges that are asked for when Prometheus reads them, and cost nothing in between."""

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from prometheus_client import REGISTRY, CollectorRegistry, Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from core.errors import GlimpseError
from core.gpus import Gpu, Gpus
from core.jobs.types import QueueState


class Gauges(Collector):
    """The database, its jobs, the disk of the data directory, and the graphics cards.

    What cannot be told is left out rather than made up.

    Parameters
    ----------
    queue : how the jobs stand; raises a `GlimpseError` while the database is away, or no use.
    """

    def __init__(
        self,
        queue: Callable[[], QueueState],
        data_dir: Path,
        gpus: Gpus,
        registry: CollectorRegistry = REGISTRY,
    ) -> None:
        self._queue, self._data_dir, self._gpus = queue, data_dir, gpus
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
        yield from self._database()
        yield from self._disk()
        yield from _cards(self._gpus.now())

    def _database(self) -> Iterable[Metric]:
        try:
            queue = self._queue()
        except GlimpseError:
            queue = None
        up = GaugeMetricFamily("glimpse_database_up", "1 while the database answers, else 0.")
        up.add_metric([], queue is not None)
        yield up
        if queue is None:
            return
        jobs = GaugeMetricFamily("glimpse_jobs", "Jobs that have not ended.", labels=["state"])
        for state, count in queue.jobs.items():
            jobs.add_metric([state], count)
        yield jobs
        yield GaugeMetricFamily(
            "glimpse_job_workers", "Workers seen alive lately, on any server.", queue.workers
        )

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
