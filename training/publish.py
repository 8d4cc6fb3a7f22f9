"""Put an exported model in its place: ``python -m training.publish detector``.

Every file replaces the old one in a single move, because a running product maps the weights into
memory and would crash if they changed under it.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
from pathlib import Path

MODELS = Path("models")
FOLDERS = {"detector": MODELS / "shapes-detector", "writer": MODELS / "reporter"}
CHECKSUMS = MODELS / "CHECKSUMS.sha256"


def publish(source: Path, target: Path) -> None:
    """Copy an export's files over those of a model."""
    target.mkdir(parents=True, exist_ok=True)
    for file in sorted(source.iterdir()):
        part = target / f".{file.name}.part"
        shutil.copyfile(file, part)
        part.chmod(0o644)
        part.replace(target / file.name)


def checksums() -> str:
    """One line for each weights file, as ``sha256sum --check`` reads them in the models folder."""
    lines = []
    for file in sorted(MODELS.glob("*/*.safetensors")):
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        lines.append(f"{digest}  {file.relative_to(MODELS).as_posix()}\n")
    return "".join(lines)


def main() -> None:
    """Publish one model and renew the checksums."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", choices=FOLDERS)
    parser.add_argument("--work", type=Path, default=Path("var/training"))
    arguments = parser.parse_args()
    publish(arguments.work / arguments.model / "export", FOLDERS[arguments.model])
    part = CHECKSUMS.with_suffix(".part")
    part.write_text(checksums(), encoding="ascii")
    part.replace(CHECKSUMS)


if __name__ == "__main__":
    main()
