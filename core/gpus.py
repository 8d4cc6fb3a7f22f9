"""What graphics cards are there and how busy they are, as the driver tells (NVML)."""

import threading
from dataclasses import dataclass
from typing import Any

import pynvml


@dataclass(frozen=True)
class Gpu:
    """`device` is the driver's own number, whatever CUDA_VISIBLE_DEVICES makes of it.

    Memory is in bytes, of all programs together; `utilization` is the share of the last moments
    in which something ran, 0 to 1. A card that does not tell one of them has None.
    """

    device: str
    name: str
    memory_used: int | None
    memory_size: int | None
    utilization: float | None


class Gpus:
    """Asks the driver anew each time; safe from any thread."""

    def __init__(self, nvml: Any = pynvml) -> None:
        self._nvml = nvml
        self._lock = threading.Lock()
        self._open = False

    def now(self) -> tuple[Gpu, ...]:
        """All cards that answer; none without a card or its driver."""
        try:
            with self._lock:
                if not self._open:
                    self._nvml.nvmlInit()  # once: it wakes the driver, which can take a second
                    self._open = True
            count = self._nvml.nvmlDeviceGetCount()
        except self._nvml.NVMLError:
            return ()
        return tuple(gpu for place in range(count) if (gpu := self._look(place)) is not None)

    def _look(self, place: int) -> Gpu | None:
        try:
            card = self._nvml.nvmlDeviceGetHandleByIndex(place)
            name = str(self._nvml.nvmlDeviceGetName(card))
        except self._nvml.NVMLError:  # it has fallen off the bus
            return None
        memory = self._told(self._nvml.nvmlDeviceGetMemoryInfo, card)
        rates = self._told(self._nvml.nvmlDeviceGetUtilizationRates, card)
        return Gpu(
            str(place),
            name,
            None if memory is None else int(memory.used),
            None if memory is None else int(memory.total),
            None if rates is None else rates.gpu / 100,
        )

    def _told(self, ask: Any, card: Any) -> Any:
        """What the driver tells of a card; None for what this one does not have, as with MIG."""
        try:
            return ask(card)
        except self._nvml.NVMLError:
            return None
