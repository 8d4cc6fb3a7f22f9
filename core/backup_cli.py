"""The command line's part for backups."""

from argparse import Namespace
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from core.backup import Manifest, back_up, restore
from core.config import Settings


def make(settings: Settings, folder: Path) -> str:
    said = f"Saved {_amount(back_up(settings, folder))} in {folder}."
    if settings.secret_key is not None:
        said += " GLIMPSE_SECRET_KEY is not part of it: keep it elsewhere."
    return said


def put_back(settings: Settings, folder: Path) -> str:
    manifest = restore(settings, folder)
    return f"Restored {_amount(manifest)}, as they were saved at {manifest.made_at}."


def _amount(manifest: Manifest) -> str:
    return f"{sum(manifest.rows.values()):,} rows of {len(manifest.rows)} tables"


COMMANDS: Mapping[str, Callable[[Settings, Namespace], str]] = MappingProxyType(
    {
        "backup": lambda settings, options: make(settings, options.folder),
        "restore": lambda settings, options: put_back(settings, options.folder),
    }
)
