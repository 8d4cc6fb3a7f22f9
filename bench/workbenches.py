"""The product to measure: its services in this process, over a database of their own."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from core.config import ROOT, Settings
from core.limits.types import NO_LIMIT
from core.permissions import Actor, Face, Role
from core.runs.types import Task
from core.workbench import Workbench, open_workbench

BUNDLED = f"""
[[detector]]
id = "shapes"
source = "{ROOT / "models" / "shapes-detector"}"
box_threshold = 0.32
"""


@dataclass(frozen=True)
class Opened:
    bench: Workbench
    analyst: Actor


@contextmanager
def folder() -> Iterator[Path]:
    """A folder on the disk that a database's own user may enter; gone at the end."""
    made = Path(tempfile.mkdtemp(prefix="glimpse-bench-"))
    made.chmod(0o711)
    try:
        yield made
    finally:
        shutil.rmtree(made)


@contextmanager
def opened(place: Path, models: str) -> Iterator[Opened]:
    """The services over the models of this `models.toml`, for an analyst with an account."""
    data_dir = place / "data"
    data_dir.mkdir()
    models_file = place / "models.toml"
    models_file.write_text(models)
    settings = Settings(
        data_dir=data_dir,
        models_file=models_file,
        admin_password=SecretStr("a password for nobody"),
        database_url=None,
    )
    bench = open_workbench(settings, tell=lambda admin: None)
    try:
        bench.prepare()
        yield Opened(bench, _analyst(bench))
    finally:
        bench.close()


def _analyst(bench: Workbench) -> Actor:
    system = bench.accounts.system_actor()
    user = bench.accounts.add_user(system, "wei", Role.ANALYST, "boxes by the dozen")
    for task in Task:
        bench.limits.change(system, user.id, task, NO_LIMIT)
    return Actor(user.id, user.username, user.role, Face.API)
