"""What can be told of this process without asking anybody."""

import os
import platform
import socket
from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from shutil import disk_usage

from prometheus_client import REGISTRY
from pydantic import SecretStr

from core.config import Settings
from core.inference.device import cuda_version
from core.system.types import Disk, Process, SettingShown, Version
from core.version import product_version

_PACKAGES = (
    *("torch", "transformers", "streamlit", "fastapi", "uvicorn", "sqlalchemy", "psycopg2-binary"),
    *("procrastinate", "pillow", "pandas"),
)
_PREFIX = "GLIMPSE_"


class Counters:
    """The metrics of this process, as they are when this is made."""

    def __init__(self) -> None:
        self._samples = [each for family in REGISTRY.collect() for each in family.samples]

    def total(self, metric: str, **labels: str) -> int:
        """Added up over the labels that are not named; 0 where nothing was counted yet."""
        found = (
            sample.value
            for sample in self._samples
            if sample.name == metric and labels.items() <= sample.labels.items()
        )
        return int(sum(found))


def process(started_at: datetime, counters: Counters) -> Process:
    held = counters.total("process_resident_memory_bytes")  # Linux alone tells it
    return Process(socket.gethostname(), os.getpid(), started_at, held or None)


def disk(settings: Settings) -> Disk:
    place = settings.data_dir.absolute()
    there = next(each for each in (place, *place.parents) if each.exists())
    usage = disk_usage(there)
    return Disk(str(settings.data_dir), usage.free, usage.total)


def versions() -> Iterator[Version]:
    """Of the program and of what it stands on; what is not installed is left out."""
    yield Version("Glimpse", product_version())
    yield Version("Python", platform.python_version())
    for package in _PACKAGES:
        try:
            yield Version(package, version(package))
        except PackageNotFoundError:
            continue
    if (cuda := cuda_version()) is not None:
        yield Version("CUDA", cuda)
    yield Version("System", platform.platform())


def settings_shown(settings: Settings) -> Iterator[SettingShown]:
    """Every setting in effect; of a secret whether it is set, and never more."""
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        secret = "SecretStr" in str(field.annotation)
        given = name in settings.model_fields_set
        yield SettingShown(f"{_PREFIX}{name.upper()}", _said(value, secret=secret), given)


def _said(value: object, *, secret: bool) -> str:
    if secret or isinstance(value, SecretStr):
        return "not set" if value is None else "set"
    if isinstance(value, Mapping):
        return "; ".join(f"{name}={role}" for name, role in value.items())
    return "not set" if value is None else str(value)
