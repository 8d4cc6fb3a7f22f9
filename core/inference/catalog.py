"""`models.toml`: which models are on offer, and which of its entries are broken."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.config import ROOT
from core.errors import ConfigurationError
from core.inference.abilities import remote_abilities
from core.inference.addresses import REMOTE, check_address, is_address, key_in, shown_source
from core.inference.cards import Card, read_card
from core.inference.types import ModelEntry, ModelInfo, ModelState, Support
from core.runs.types import Task

BUILTIN_FAKE = "builtin:fake"
TASKS: Mapping[str, Task] = MappingProxyType(
    {"detector": Task.DETECTION, "generator": Task.GENERATION}
)

_REMOTE_KEYS = ("api_key_env", "model", "supports")
_HUB_ID = re.compile(r"[\w.-]+(/[\w.-]+)?")


@dataclass(frozen=True)
class BrokenEntry:
    """An entry that cannot be used, kept so that people see why."""

    id: str
    task: Task
    source: str
    reason: str


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
    source: str = Field(min_length=1)
    revision: str | None = Field(None, min_length=1)
    dtype: Literal["auto", "float32", "float16", "bfloat16"] = "auto"
    api_key_env: str | None = Field(None, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")


class _DetectorEntry(_Entry):
    box_threshold: float = Field(0.35, ge=0, le=1)
    text_threshold: float = Field(0.25, ge=0, le=1)


class _GeneratorEntry(_Entry):
    model: str | None = Field(None, min_length=1)
    supports: frozenset[Support] = Field(frozenset(), strict=False)


_SHAPES: Mapping[Task, type[_Entry]] = MappingProxyType(
    {Task.DETECTION: _DetectorEntry, Task.GENERATION: _GeneratorEntry}
)


def read_catalog(path: Path) -> tuple[ModelEntry | BrokenEntry, ...]:
    """The entries in the file's order; the first of each task is its default.

    Raises
    ------
    ConfigurationError : the file is missing, is no TOML, or has other tables than the two known.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(
            f"GLIMPSE_MODELS_FILE: {path} cannot be read ({error}); mend it or name another file.",
            facts={"key": "GLIMPSE_MODELS_FILE"},
        ) from error
    unknown = sorted(
        name for name, rows in tables.items() if name not in TASKS or not isinstance(rows, list)
    )
    if unknown:
        raise ConfigurationError(
            f"{path.name} has “{unknown[0]}”; allowed are: [[detector]], [[generator]].",
            facts={"unknown": unknown},
        )
    return tuple(
        entry
        for name, task in TASKS.items()
        for entry in _entries(task, tables.get(name, ()), path.parent)
    )


def is_fake(entry: ModelEntry) -> bool:
    return entry.source.partition("?")[0] == BUILTIN_FAKE


def starting_info(entry: ModelEntry | BrokenEntry) -> ModelInfo:
    """What is known of a model before it is loaded; a broken entry stays like this."""
    source = Path(entry.source)
    known = entry if isinstance(entry, ModelEntry) else None
    bundled = source.is_relative_to(ROOT / "models")
    remote = known is not None and is_address(known.source)
    writes = known if remote and entry.task is Task.GENERATION else None
    card = read_card(source) if bundled else Card()
    return ModelInfo(
        id=entry.id,
        task=entry.task,
        source=shown_source(entry.source),
        revision=(known.revision if known else None) or "",
        device=REMOTE if remote else "",
        state=ModelState.WAITING if known else ModelState.UNAVAILABLE,
        reason=entry.reason if isinstance(entry, BrokenEntry) else None,
        parameters=None,
        box_threshold=known.box_threshold if known else 0.0,
        text_threshold=known.text_threshold if known else 0.0,
        bundled=bundled,
        chat_template=writes is not None and Support.CHAT in writes.supports,
        abilities=remote_abilities(writes) if writes else None,
        purpose=card.purpose,
        on_captions=card.captions,
    )


def _entries(task: Task, rows: Iterable[Any], folder: Path) -> Iterable[ModelEntry | BrokenEntry]:
    taken: set[str] = set()
    for number, row in enumerate(rows, start=1):
        given = row if isinstance(row, Mapping) else {}
        name = str(given.get("id") or f"{task} {number}")
        source = str(given.get("source", ""))
        try:
            if name in taken:
                raise ValueError(f"the id “{name}” is used twice; give each model its own")
            entry = _SHAPES[task].model_validate(row)
            values = entry.model_dump() | {"source": _resolved(entry.source, folder)}
            _check_remote(entry)
        except ValueError as error:
            shown = f"{name} ({number})" if name in taken else name
            reason = _reason(error, task) if isinstance(error, ValidationError) else str(error)
            yield BrokenEntry(shown, task, source, f"models.toml: {reason}.")
        else:
            yield ModelEntry(task=task, **values)
        taken.add(name)


def _reason(error: ValidationError, task: Task) -> str:
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        allowed = ", ".join(_SHAPES[task].model_fields)
        return f"unknown key “{key}”; allowed are: {allowed}"
    return f"“{key}”: {first['msg']}" if key else first["msg"]


def _check_remote(entry: _Entry) -> None:
    """Refuse keys that do not go with the kind of source."""
    remote = is_address(entry.source)
    if remote and "dtype" in entry.model_fields_set:
        raise ValueError("“dtype” is the remote engine's own affair; remove it")
    for key in _REMOTE_KEYS:
        if key in entry.model_fields_set and not remote:
            raise ValueError(f"“{key}” is for remote engines (https://…) only; remove it")
    if entry.api_key_env:
        key_in(entry.api_key_env)


def _resolved(source: str, folder: Path) -> str:
    """A folder as an absolute path; a Hub id, an address or a built-in engine as it is."""
    if source.startswith("builtin:"):
        if source.partition("?")[0] != BUILTIN_FAKE:
            raise ValueError(f"unknown engine “{source}”; allowed is: {BUILTIN_FAKE}")
        return source
    if is_address(source):
        check_address(source)
        return source
    try:
        path = folder / Path(source).expanduser()
        if source.startswith((".", "/", "~")) or (folder / Path(source).parts[0]).is_dir():
            if not path.is_dir():
                raise ValueError(f"the folder “{source}” is not there; check the path")
            return str(path.resolve())
    except (OSError, RuntimeError) as error:  # a name too long for a file; no such user's home
        raise ValueError(f"the folder “{source[:60]}” cannot be found; check the path") from error
    if not _HUB_ID.fullmatch(source):
        raise ValueError(f"“{source}” is neither a folder nor a Hub id such as “owner/name”")
    return source
