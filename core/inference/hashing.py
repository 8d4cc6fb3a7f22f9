"""Which weights these are, and whether they are the ones that were published."""

import hashlib
from pathlib import Path

from core.errors import Unavailable

SHOWN = 12
"""Hexadecimal digits of a folder's revision."""
CHECKSUMS = "weights.sha256"
"""Optional file beside the weights, in the format of `sha256sum`."""


def checked_weights_hash(folder: Path) -> str:
    """SHA-256 of the folder's safetensors, in hexadecimal.

    One file gives its own hash; several give the hash of their `sha256sum` listing.

    Raises
    ------
    Unavailable : there are no safetensors, or they differ from `weights.sha256`.
    """
    files = sorted(folder.glob("*.safetensors"))
    if not files:
        raise Unavailable(
            f"There are no weights in {folder.name}: no file ends in .safetensors. "
            "Save the model with safetensors there."
        )
    hashes = {file.name: _file_hash(file) for file in files}
    _compare(folder, hashes)
    if len(hashes) == 1:
        return next(iter(hashes.values()))
    listing = "".join(f"{digest}  {name}\n" for name, digest in hashes.items())
    return hashlib.sha256(listing.encode()).hexdigest()


def _file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _compare(folder: Path, hashes: dict[str, str]) -> None:
    listed_in = folder / CHECKSUMS
    if not listed_in.exists():
        return
    lines = [line.split(maxsplit=1) for line in listed_in.read_text().splitlines() if line.strip()]
    listed = {line[-1].strip().lstrip("*"): line[0].lower() for line in lines}
    differing = sorted(
        name for name in hashes.keys() | listed.keys() if hashes.get(name) != listed.get(name)
    )
    if differing:
        raise Unavailable(
            f"{differing[0]} is not the file that {CHECKSUMS} lists: it was changed or damaged. "
            f"Restore it, or list the new hash if the change was meant.",
            facts={"differing": differing},
        )
