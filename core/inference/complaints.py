"""What the libraries raise while a model loads, in words people can act on."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from safetensors import SafetensorError

from core.errors import GlimpseError, Unavailable
from core.inference.types import ModelEntry


@contextmanager
def plain_errors(entry: ModelEntry) -> Iterator[None]:
    """Turn what the libraries raise into one sentence fit to be shown."""
    try:
        yield
    except GlimpseError:
        raise
    except Exception as error:
        lines = str(error).strip().splitlines() or [""]
        first = lines[0].replace(entry.source, Path(entry.source).name)[:300]
        raise Unavailable(f"{_kind_of(error)} ({type(error).__name__}: {first})") from error


def _kind_of(error: Exception) -> str:
    if isinstance(error, SafetensorError):
        return "The weights are damaged; copy them again."
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return "There is not enough memory to load it; free some or choose a smaller model."
    if isinstance(error, ImportError):
        return "It needs a package that is not installed; install it or choose another model."
    if isinstance(error, OSError):
        return "A file is missing or cannot be read; check that the checkpoint is whole."
    if isinstance(error, ValueError | KeyError):
        return "It is not a model of this kind that transformers can load; choose another."
    return "It could not be loaded."
