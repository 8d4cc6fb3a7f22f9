"""Put an exported model in its place: ``python -m training.publish detector``.

Every file replaces the old one in a single move, because a running product maps the weights into
memory and would crash if they changed under it.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

MODELS = Path("models")
FOLDERS = {"detector": MODELS / "shapes-detector", "writer": MODELS / "reporter"}
CHECKSUMS = "weights.sha256"
"""Beside the weights; a product that finds them changed refuses to load them."""


def publish(source: Path, target: Path) -> None:
    """Copy an export's files over those of a model, and list the hash of its weights."""
    target.mkdir(parents=True, exist_ok=True)
    for file in sorted(source.iterdir()):
        _replace(target / file.name, file.read_bytes())
    _replace(target / CHECKSUMS, checksums(target).encode("ascii"))


def checksums(folder: Path) -> str:
    """One line for each weights file, as ``sha256sum --check`` reads them in that folder."""
    return "".join(
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n"
        for file in sorted(folder.glob("*.safetensors"))
    )


def _replace(target: Path, content: bytes) -> None:
    part = target.with_name(f".{target.name}.part")
    part.write_bytes(content)
    part.chmod(0o644)
    part.replace(target)


def main() -> None:
    """Publish one model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", choices=FOLDERS)
    parser.add_argument("--work", type=Path, default=Path("var/training"))
    arguments = parser.parse_args()
    publish(arguments.work / arguments.model / "export", FOLDERS[arguments.model])


if __name__ == "__main__":
    main()
